use serde::{Deserialize, Serialize};

use super::Role;

/// What one autoscaler did over a [`Timeline`]; all vectors have the timeline's length.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TimelineTrack {
    /// Name of the autoscaler.
    pub name: String,
    /// What it is to the comparison.
    pub role: Role,
    /// Ready pods at the end of each step.
    pub ready: Vec<u32>,
    /// Pods that exist and are not ready at the end of each step, Terminating ones left out.
    pub pending: Vec<u32>,
    /// 95th percentile of latency within each step, milliseconds; `None` without requests.
    pub p95_ms: Vec<Option<f64>>,
    /// Whether the step lies in a bad minute.
    pub bad: Vec<bool>,
}

/// One stretch of load and what each autoscaler shown made of it, sampled on a uniform grid.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Timeline {
    /// What is shown, such as `day 3 of the test part`.
    pub label: String,
    /// Length of a step, seconds.
    pub step_s: f64,
    /// Offered load in each step, requests per second.
    pub load_rps: Vec<f64>,
    /// The autoscalers.
    pub tracks: Vec<TimelineTrack>,
}
