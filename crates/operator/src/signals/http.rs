use std::time::Duration;

use http_body_util::{BodyExt, Limited};
use kube::client::Body;
use kube::{Client, Config};

use super::SignalFault;

/// An honest answer is far smaller; a larger one is not read into memory.
const LARGEST_ANSWER_BYTES: usize = 8 << 20;
/// How much of an error page is shown.
const SHOWN: usize = 200;

/// A server that is asked by HTTP GET, with a time limit on the whole answer and a limit on its size.
#[derive(Clone)]
pub struct HttpSource {
    client: Client,
    prefix: String,
}

impl std::fmt::Debug for HttpSource {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("HttpSource").field("prefix", &self.prefix).finish_non_exhaustive()
    }
}

impl HttpSource {
    /// A server at an address of its own.
    pub fn at(url: &str) -> Result<Self, SignalFault> {
        let unreachable = |problem: String| SignalFault::Unreachable { problem };
        let uri = url.parse().map_err(|problem| unreachable(format!("{url}: {problem}")))?;
        let mut config = Config::new(uri);
        config.default_retry = false;
        let client = Client::try_from(config).map_err(|problem| unreachable(problem.to_string()))?;
        Ok(Self { client, prefix: String::new() })
    }

    /// The API server itself.
    pub fn behind(client: Client) -> Self {
        Self { client, prefix: String::new() }
    }

    /// The body of the answer to `path`.
    pub async fn get(&self, path: &str, timeout: Duration) -> Result<Vec<u8>, SignalFault> {
        match tokio::time::timeout(timeout, self.fetch(path)).await {
            Ok(answer) => answer,
            Err(_) => Err(SignalFault::TimedOut { seconds: timeout.as_secs_f64().ceil() as u64 }),
        }
    }

    async fn fetch(&self, path: &str) -> Result<Vec<u8>, SignalFault> {
        let request = http::Request::get(format!("{}{path}", self.prefix))
            .header(http::header::ACCEPT, "application/json")
            .body(Body::empty())
            .map_err(|problem| SignalFault::Unreachable { problem: problem.to_string() })?;
        let response = self.client.send(request).await.map_err(|problem| unreachable(&problem))?;
        let status = response.status();
        let body = Limited::new(response.into_body(), LARGEST_ANSWER_BYTES).collect().await;
        let body =
            body.map_err(|problem| SignalFault::Malformed { problem: problem.to_string() })?.to_bytes();
        if status.is_success() {
            return Ok(body.to_vec());
        }
        Err(SignalFault::Refused { status: status.as_u16(), problem: shown(&body) })
    }
}

/// The innermost cause says most.
fn unreachable(error: &dyn std::error::Error) -> SignalFault {
    let mut innermost = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    SignalFault::Unreachable { problem: innermost.to_string() }
}

fn shown(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    line.chars().take(SHOWN).collect()
}
