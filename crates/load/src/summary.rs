//! What a run amounted to: the schema `podpilot/load/v1`.

mod made_of;

use podpilot_traffic::LoadSource;
use serde::{Deserialize, Serialize};

use crate::{Connections, FailureCounts, PlanOptions};

pub(crate) use made_of::MadeOf;

/// Name and version of the schema of [`Summary`].
pub const SCHEMA: &str = "podpilot/load/v1";

/// A run as a whole. Requests of the warm-up are in none of its counts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// [`SCHEMA`].
    pub schema: String,
    /// Version of podpilot.
    pub podpilot_version: String,
    /// The URL.
    pub url: String,
    /// When the run began, seconds since the Unix epoch.
    pub started_at_s: f64,
    /// What was asked for.
    pub parameters: Parameters,
    /// Whether it was stopped before its end.
    pub interrupted: bool,
    /// Whether the generator could not keep up: then the numbers say nothing of the server.
    pub saturated: bool,
    /// By what it shows, one sentence each.
    pub saturation_reasons: Vec<String>,
    /// Time over which requests were due, warm-up not counted, seconds.
    pub measured_s: f64,
    /// Requests whose instant came.
    pub intended: u64,
    /// Requests that the generator began to send.
    pub sent: u64,
    /// Requests that ended well (status below 400, body read).
    pub completed: u64,
    /// Requests that failed.
    pub failed: u64,
    /// Requests that took longer than the threshold or failed.
    pub slow: u64,
    /// Requests still under way when the run was stopped.
    pub unfinished: u64,
    /// Failed requests by kind.
    pub failures: FailureCounts,
    /// Failed requests as a share of those that ended, 0-1; 0 if none ended.
    pub failed_ratio: f64,
    /// Slow requests as a share of those that ended.
    pub slow_ratio: f64,
    /// Rates over the measured time, requests per second.
    pub rps: Rates,
    /// Latency from the intended instant of all requests that ended, failed ones at the time-out; null if none ended.
    pub latency_ms: Option<Quantiles>,
    /// Latency from the intended instant of those that ended well.
    pub completed_latency_ms: Option<Quantiles>,
    /// Delay of sending behind the intended instant: the generator's own error.
    pub send_error_ms: Option<Quantiles>,
    /// Minutes by verdict, quiet ones pooled.
    pub minutes: Minutes,
    /// What the process used.
    pub cpu: Cpu,
    /// Bytes of bodies read.
    pub body_bytes: u64,
}

/// What was asked for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Parameters {
    /// The load as in a scenario; null if rates were given as they are.
    pub load: serde_json::Value,
    /// Trace files that were read.
    pub sources: Vec<LoadSource>,
    /// Stretch, scale, speed and seed.
    pub plan: PlanOptions,
    /// What the rates of the load were multiplied by.
    pub scale_factor: f64,
    /// Planned length, seconds.
    pub duration_s: f64,
    /// Time-out of a request.
    pub timeout_s: f64,
    /// Time at the start that is not counted.
    pub warm_up_s: f64,
    /// A request that takes longer is slow.
    pub slow_ms: f64,
    /// Latency quantile of the objective.
    pub quantile: f64,
    /// Connections.
    pub connections: Connections,
    /// Header lines as sent.
    pub headers: Vec<String>,
    /// Requests that could be under way at a time.
    pub max_in_flight: usize,
    /// Sending threads.
    pub threads: usize,
}

/// Requests per second.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Rates {
    /// As intended.
    pub intended: f64,
    /// As sent.
    pub sent: f64,
    /// As completed.
    pub completed: f64,
}

/// A distribution of times in milliseconds, to three significant digits.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Quantiles {
    /// Values in it.
    pub count: u64,
    /// Mean.
    pub mean: f64,
    /// Median.
    pub p50: f64,
    /// 75th percentile.
    pub p75: f64,
    /// 90th percentile.
    pub p90: f64,
    /// 95th percentile.
    pub p95: f64,
    /// 99th percentile.
    pub p99: f64,
    /// 99.9th percentile.
    pub p999: f64,
    /// Largest value.
    pub max: f64,
}

/// Minutes of the ledger.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Minutes {
    /// Minutes that met the latency rule.
    pub good: u64,
    /// Minutes that broke it.
    pub bad: u64,
    /// Share of bad ones; null if there is no minute.
    pub bad_ratio: Option<f64>,
}

/// CPU use of the process, warm-up not counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Cpu {
    /// CPU seconds.
    pub seconds: f64,
    /// CPU seconds per second.
    pub cores: f64,
    /// The same in the ten seconds of the run that used most.
    pub peak_cores: f64,
}
