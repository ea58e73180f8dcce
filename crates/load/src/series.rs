use serde::{Deserialize, Serialize};

use crate::FailureCounts;

/// One second of a run: a line of `series.jsonl`. Intended, sent and completed are counted in the second in which each
/// happened; slow, failed and the latencies are of the requests that ended in it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SecondRow {
    /// Start of the second, since the start of the run.
    pub t_s: u64,
    /// Whether it began within the warm-up.
    pub warm_up: bool,
    /// Planned rate at its start.
    pub planned_rps: f64,
    /// Requests whose instant came.
    pub intended: u64,
    /// Requests that the generator began to send.
    pub sent: u64,
    /// Requests that ended well.
    pub completed: u64,
    /// Requests that took longer than the threshold or failed.
    pub slow: u64,
    /// Requests that failed, by kind.
    pub failed: FailureCounts,
    /// Requests under way at its end.
    pub in_flight: u64,
    /// Median latency from the intended instant, failed requests at the time-out; null if none ended.
    pub p50_ms: Option<f64>,
    /// 95th percentile.
    pub p95_ms: Option<f64>,
    /// 99th percentile.
    pub p99_ms: Option<f64>,
    /// Largest.
    pub max_ms: Option<f64>,
    /// Largest delay of sending behind the intended instant; null if none was sent.
    pub send_error_max_ms: Option<f64>,
    /// CPU that the process used, in cores.
    pub cpu_cores: f64,
}

/// One minute of the ledger, or several quiet ones pooled: a line of `minutes.jsonl`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MinuteRow {
    /// Second in which its first request ended.
    pub from_s: u64,
    /// Second in which it was closed.
    pub to_s: u64,
    /// Requests that ended in it.
    pub requests: u64,
    /// Those that were slow.
    pub slow: u64,
    /// Whether more were slow than the quantile allows.
    pub bad: bool,
}
