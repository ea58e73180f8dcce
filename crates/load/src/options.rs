use std::fmt;
use std::str::FromStr;

use podpilot_core::Span;
use serde::{Deserialize, Serialize};

use crate::machine::connections_possible;

/// How requests use connections.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Connections {
    /// Every request opens one of its own. kube-proxy balances connections, not requests: only this reaches new pods.
    #[default]
    New,
    /// Connections that are free are used again.
    KeepAlive,
}

impl Connections {
    /// Its name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::KeepAlive => "keep-alive",
        }
    }
}

impl fmt::Display for Connections {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

impl FromStr for Connections {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "new" => Ok(Self::New),
            "keep-alive" => Ok(Self::KeepAlive),
            _ => Err("must be new or keep-alive".to_owned()),
        }
    }
}

/// How requests are sent and judged.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Options {
    /// A request that has not ended this long after its intended instant has failed.
    pub timeout: Span,
    /// Requests intended before this are sent and shown, but not counted.
    pub warm_up: Span,
    /// A request that takes longer is slow, milliseconds.
    pub slow_ms: f64,
    /// Latency quantile of the objective: a minute is bad if more than 1 − quantile of its requests are slow.
    pub quantile: f64,
    /// Connections.
    pub connections: Connections,
    /// Requests that may be under way at a time. One that would be more is not sent, and says that the generator was
    /// saturated.
    pub max_in_flight: usize,
    /// Threads that send and receive, besides the one that keeps time.
    pub threads: usize,
}

/// A thousand requests a second without an answer until the time-out of ten seconds.
const MOST_IN_FLIGHT: usize = 10_000;

impl Default for Options {
    /// Requests under way: ten thousand, or as many files as may be open.
    fn default() -> Self {
        Self {
            timeout: Span::seconds(10),
            warm_up: Span::ZERO,
            slow_ms: 200.0,
            quantile: 0.95,
            connections: Connections::New,
            max_in_flight: MOST_IN_FLIGHT.min(connections_possible()),
            threads: 1,
        }
    }
}

impl Options {
    /// Slow threshold as a length of time.
    pub(crate) fn slow_after(&self) -> Span {
        Span::from_seconds(self.slow_ms / 1_000.0)
    }
}
