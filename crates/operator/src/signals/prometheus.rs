use std::fmt::Write as _;
use std::time::Duration;

use podpilot_core::{Span, Timestamp};

use super::{Answer, HttpSource, SignalFault, parse_instant, parse_range};

/// Prometheus' HTTP API.
#[derive(Debug, Clone)]
pub struct Prometheus {
    source: HttpSource,
    path: String,
    timeout: Duration,
}

impl Prometheus {
    /// A server at a base address; an answer that takes longer than `timeout` has failed.
    pub fn at(url: &str, timeout: Duration) -> Result<Self, SignalFault> {
        // The HTTP client keeps the host of the address and drops its path.
        let after_scheme = url.find("://").map_or(0, |position| position + 3);
        let path = url[after_scheme..].find('/').map_or("", |position| &url[after_scheme + position..]);
        let host = &url[..url.len() - path.len()];
        Ok(Self { source: HttpSource::at(host)?, path: path.trim_end_matches('/').to_owned(), timeout })
    }

    /// The number that `promql` gives now.
    pub async fn instant(&self, promql: &str) -> Result<Answer, SignalFault> {
        let path = format!("{}/api/v1/query?query={}", self.path, percent_encoded(promql));
        parse_instant(&self.source.get(&path, self.timeout).await?)
    }

    /// The numbers that `promql` gave from `start` to `end`, one every `step`.
    pub async fn range(
        &self,
        promql: &str,
        start: Timestamp,
        end: Timestamp,
        step: Span,
    ) -> Result<Vec<Answer>, SignalFault> {
        let path = format!(
            "{}/api/v1/query_range?query={}&start={:.3}&end={:.3}&step={:.0}",
            self.path,
            percent_encoded(promql),
            start.as_seconds(),
            end.as_seconds(),
            step.as_seconds(),
        );
        parse_range(&self.source.get(&path, self.timeout).await?)
    }
}

fn percent_encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len() * 2);
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queries_survive_the_address() {
        assert_eq!(percent_encoded(r#"sum(a{b="c d"}[1m])"#), "sum%28a%7Bb%3D%22c%20d%22%7D%5B1m%5D%29");
    }
}
