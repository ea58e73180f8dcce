use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Clients that try again when a request was refused, lost or timed out.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RetrySpec {
    /// Most retries of one request.
    pub attempts: u32,
    /// Mean pause before the first retry, seconds; each pause is spread evenly from half to one and a half of it.
    #[serde(default = "default_backoff_s")]
    pub backoff_s: f64,
    /// What each further pause is multiplied by.
    #[serde(default = "default_backoff_factor")]
    pub backoff_factor: f64,
    /// Longest mean pause, seconds.
    #[serde(default = "default_longest_backoff_s")]
    pub longest_backoff_s: f64,
    /// Retries allowed as a share of first tries, counted over about ten seconds; without it there is no limit.
    #[serde(default)]
    pub budget: Option<f64>,
}

fn default_backoff_s() -> f64 {
    1.0
}

fn default_backoff_factor() -> f64 {
    2.0
}

fn default_longest_backoff_s() -> f64 {
    30.0
}

impl RetrySpec {
    /// Most retries that can be asked for.
    pub const MOST_ATTEMPTS: u32 = 8;

    /// Mean pause before retry number `retry`, from 0, seconds.
    pub fn pause_s(&self, retry: u32) -> f64 {
        (self.backoff_s * libm::pow(self.backoff_factor, f64::from(retry))).min(self.longest_backoff_s)
    }
}
