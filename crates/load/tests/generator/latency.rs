//! Latencies that the server makes are measured, also those that a server hides from a client that waits for it.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use podpilot_load::{Options, Plan, RunResult, Unwatched, run};
use podpilot_traffic::Arrivals;

use crate::server::{AT_ONCE, Reply, Server};

fn load(server: &Server, rps: f64, duration_s: f64) -> RunResult {
    let plan = Plan::steady(rps, duration_s, Arrivals::Poisson, 1).unwrap();
    run(&plan, &server.target(), &Options::default(), &mut Unwatched).unwrap()
}

/// Six in ten requests take 100 ms, three in ten 1 s, one in ten 3 s. Bounds below are what the server makes sure of;
/// those above leave a second or two for a busy machine.
#[test]
fn a_known_distribution_is_recovered() {
    let server = Server::start(|number, _| {
        let millis = [100, 1_000, 100, 100, 1_000, 100, 100, 3_000, 100, 1_000][number % 10];
        Reply::Answer { after: Duration::from_millis(millis), status: 200 }
    });
    let result = load(&server, 40.0, 5.0);
    let summary = &result.summary;
    assert_eq!(summary.completed, summary.intended, "{:?}", summary.failures);
    let latency = summary.latency_ms.unwrap();
    assert!((100.0..1_000.0).contains(&latency.p50), "{latency:?}");
    assert!((1_000.0..3_000.0).contains(&latency.p75), "{latency:?}");
    assert!((3_000.0..6_000.0).contains(&latency.p95), "{latency:?}");
    // 0.6 × 0.1 + 0.3 × 1 + 0.1 × 3 s = 660 ms, for whole tens.
    assert!(latency.mean >= 620.0, "{latency:?}");
    assert!(summary.slow as f64 >= 0.38 * summary.intended as f64, "four in ten take over 200 ms");
    assert_eq!(summary.body_bytes, 5 * summary.completed);
    assert_eq!(summary.latency_ms, summary.completed_latency_ms);
    let counted: u64 = result.seconds.iter().map(|row| row.completed).sum();
    assert_eq!(counted, summary.completed);
}

const STALL_FROM: Duration = Duration::from_millis(1_500);
const STALL_TO: Duration = Duration::from_millis(2_500);

/// Answers at once, but nothing for one second; counts the requests that met the stall.
fn stalling() -> (Server, Arc<AtomicUsize>) {
    let met = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&met);
    let server = Server::start(move |_, since_first| {
        if !(STALL_FROM..STALL_TO).contains(&since_first) {
            return AT_ONCE;
        }
        counter.fetch_add(1, Ordering::SeqCst);
        Reply::Answer { after: STALL_TO.saturating_sub(since_first), status: 200 }
    });
    (server, met)
}

/// A client that waits for each answer before it sends the next request.
fn closed_loop(server: &Server, spacing: Duration, count: usize) {
    for _ in 0..count {
        let mut stream = TcpStream::connect(server.address()).unwrap();
        write!(stream, "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").unwrap();
        stream.read_to_end(&mut Vec::new()).unwrap();
        thread::sleep(spacing);
    }
}

/// Coordinated omission: during a stall of one second in four, an open loop meets a quarter of its requests with a wait
/// of half a second on average. A client that waits meets it once: of its 300 requests, fewer than 1 % are slow by it, so
/// its P99 knows nothing of the stall.
#[test]
fn a_stall_of_a_second_shows_up_in_p99() {
    let (server, met) = stalling();
    let open = load(&server, 100.0, 4.0).summary;
    let latency = open.latency_ms.unwrap();
    assert!(latency.p99 >= 800.0, "{latency:?}");
    let waited = open.slow as f64 / open.intended as f64;
    assert!(waited >= 0.12, "about a fifth waited over 200 ms, not {waited}");
    assert!(met.load(Ordering::SeqCst) >= 30, "about 100 requests meet the stall, not {met:?}");

    let (server, met) = stalling();
    closed_loop(&server, Duration::from_millis(8), 300);
    assert!(met.load(Ordering::SeqCst) <= 1, "one request at a time meets the stall once, not {met:?}");
}

/// What is sent does not depend on what comes back.
#[test]
fn requests_are_sent_as_planned_whatever_the_server_does() {
    let slow = Server::start(|_, _| Reply::Answer { after: Duration::from_millis(700), status: 200 });
    let fast = Server::start(|_, _| AT_ONCE);
    let (slow, fast) = (load(&slow, 50.0, 2.0).summary, load(&fast, 50.0, 2.0).summary);
    let planned = Plan::steady(50.0, 2.0, Arrivals::Poisson, 1).unwrap().instants().count() as u64;
    assert_eq!((slow.intended, fast.intended), (planned, planned));
    assert_eq!((slow.completed, fast.completed), (planned, planned));
    assert!(slow.completed_latency_ms.unwrap().p50 >= 700.0);
    // Requests leave before those in front are answered: 700 ms at a time would make two seconds hold three.
    assert!(slow.send_error_ms.unwrap().p50 < 700.0);
}
