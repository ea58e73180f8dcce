//! A server on loopback that does what a test tells it.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use podpilot_load::Target;

/// What becomes of a request.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Reply {
    /// Answered with this status after a delay; the connection stays open unless the client asked otherwise.
    Answer { after: Duration, status: u16 },
    /// Answered, and then the connection is closed without a word about it.
    AnswerAndClose,
    /// Half an answer, then the end.
    Half,
    /// No answer, a reset.
    Reset,
    /// Not HTTP.
    Garbage,
    /// No answer at all.
    Silence,
}

pub(crate) const AT_ONCE: Reply = Reply::Answer { after: Duration::ZERO, status: 200 };

/// Counts what came. Its threads end with the test's process.
#[derive(Debug)]
pub(crate) struct Server {
    address: SocketAddr,
    seen: Arc<Seen>,
}

#[derive(Debug, Default)]
struct Seen {
    connections: AtomicUsize,
    requests: AtomicUsize,
}

impl Server {
    /// Asks `reply` what to do with each request: its number, and the time since the first one.
    pub(crate) fn start(reply: impl Fn(usize, Duration) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let seen = Arc::new(Seen::default());
        let counts = Arc::clone(&seen);
        let started = Arc::new(std::sync::OnceLock::new());
        let reply = Arc::new(reply);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                counts.connections.fetch_add(1, Ordering::SeqCst);
                let (counts, reply, started) =
                    (Arc::clone(&counts), Arc::clone(&reply), Arc::clone(&started));
                thread::spawn(move || {
                    let next = || {
                        let since_first = started.get_or_init(now).elapsed();
                        reply(counts.requests.fetch_add(1, Ordering::SeqCst), since_first)
                    };
                    // A client that goes away is part of some tests.
                    let _ = converse(stream, next);
                });
            }
        });
        Self { address, seen }
    }

    pub(crate) fn target(&self) -> Target {
        Target::new(&format!("http://{}/page", self.address), &[]).unwrap()
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(crate) fn connections(&self) -> usize {
        self.seen.connections.load(Ordering::SeqCst)
    }
}

#[expect(clippy::disallowed_methods, reason = "the server delays in real time")]
pub(crate) fn now() -> Instant {
    Instant::now()
}

/// A target where nobody listens.
pub(crate) fn nobody() -> Target {
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    Target::new(&format!("http://{address}/"), &[]).unwrap()
}

fn converse(mut stream: TcpStream, next: impl Fn() -> Reply) -> io::Result<()> {
    stream.set_nodelay(true)?;
    loop {
        // Unread data makes closing a reset.
        stream.peek(&mut [0])?;
        let reply = next();
        if matches!(reply, Reply::Reset) {
            return Ok(());
        }
        let Some(head) = read_head(&mut stream)? else { return Ok(()) };
        match reply {
            Reply::Answer { after, status } => {
                thread::sleep(after);
                write!(stream, "HTTP/1.1 {status} Told\r\nContent-Length: 5\r\n\r\nhello")?;
                if head.to_ascii_lowercase().contains("connection: close") {
                    return Ok(());
                }
            }
            Reply::AnswerAndClose => {
                return write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello");
            }
            Reply::Half => return write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\nhel"),
            Reply::Garbage => return write!(stream, "220 mail.example ready\r\n\r\n"),
            Reply::Silence => thread::sleep(Duration::from_secs(30)),
            Reply::Reset => return Ok(()),
        }
    }
}

/// `None`: the client closed.
fn read_head(stream: &mut TcpStream) -> io::Result<Option<String>> {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        if stream.read(&mut byte)? == 0 {
            return Ok(None);
        }
        head.push(byte[0]);
    }
    Ok(Some(String::from_utf8_lossy(&head).into_owned()))
}
