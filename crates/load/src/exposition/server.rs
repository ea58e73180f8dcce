use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// The text that the next scrape gets.
pub(crate) type Page = Arc<Mutex<String>>;

/// A scraper that says nothing for this long is sent away.
const PATIENCE: Duration = Duration::from_secs(5);
/// More than any scraper's request head.
const LONGEST_HEAD: usize = 8_192;

/// Answers `GET /metrics` until the runtime ends: one request a connection, nothing else.
pub(crate) async fn serve(listener: std::net::TcpListener, page: Page) {
    let Ok(listener) = TcpListener::from_std(listener) else { return };
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                let page = Arc::clone(&page);
                tokio::spawn(async move {
                    // A scraper that went away is no concern of the run.
                    let _ = tokio::time::timeout(PATIENCE, answer(stream, &page)).await;
                });
            }
            // Out of files, most likely: try again when some are free.
            Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
        }
    }
}

async fn answer(mut stream: TcpStream, page: &Page) -> io::Result<()> {
    let mut head = Vec::new();
    while !head.windows(4).any(|end| end == b"\r\n\r\n") && head.len() < LONGEST_HEAD {
        if stream.read_buf(&mut head).await? == 0 {
            return Ok(());
        }
    }
    let wanted = head.starts_with(b"GET /metrics ") || head.starts_with(b"GET /metrics?");
    let (status, body) = if wanted {
        ("200 OK", page.lock().unwrap_or_else(PoisonError::into_inner).clone())
    } else {
        ("404 Not Found", "metrics are at /metrics\n".to_owned())
    };
    let answer = format!(
        "HTTP/1.1 {status}\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\nContent-Length: {}\r\n\
         Connection: close\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(answer.as_bytes()).await?;
    stream.shutdown().await
}
