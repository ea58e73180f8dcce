use serde::{Deserialize, Serialize};

/// What a minute must satisfy.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LatencyObjective {
    /// The quantile that counts, in (0, 1): 0.95 lets 5 % of a minute's requests be slow.
    pub quantile: f64,
    /// A request that takes longer is slow, milliseconds.
    pub threshold_ms: f64,
}

/// The service level to keep at the lowest cost.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Objective {
    /// The latency rule for one minute.
    pub latency: LatencyObjective,
    /// Largest share of minutes that may break the latency rule, 0-1.
    pub bad_minutes: f64,
    /// Ceiling on CPU use as a share of the pod's limit, 0-1.
    pub cpu_of_limit: f64,
    /// Ceiling on memory use as a share of the pod's limit, 0-1.
    pub memory_of_limit: f64,
}

/// An objective that nothing could satisfy or that means nothing.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[error("objective.{field} is {value}, must be {expected}")]
pub struct ObjectiveError {
    /// Path of the field below `objective`.
    pub field: &'static str,
    /// The value given.
    pub value: f64,
    /// What would be right.
    pub expected: &'static str,
}

impl Objective {
    /// Checks every field's range.
    pub fn validate(&self) -> Result<(), ObjectiveError> {
        let open_unit = |x: f64| x > 0.0 && x < 1.0;
        let unit = |x: f64| x > 0.0 && x <= 1.0;
        let checks = [
            ("latency.quantile", self.latency.quantile, open_unit(self.latency.quantile), "between 0 and 1"),
            (
                "latency.threshold_ms",
                self.latency.threshold_ms,
                self.latency.threshold_ms > 0.0 && self.latency.threshold_ms.is_finite(),
                "a positive number of milliseconds",
            ),
            ("bad_minutes", self.bad_minutes, open_unit(self.bad_minutes), "a share between 0 and 1"),
            ("cpu_of_limit", self.cpu_of_limit, unit(self.cpu_of_limit), "a share above 0 and up to 1"),
            (
                "memory_of_limit",
                self.memory_of_limit,
                unit(self.memory_of_limit),
                "a share above 0 and up to 1",
            ),
        ];
        match checks.into_iter().find(|(_, _, ok, _)| !ok) {
            Some((field, value, _, expected)) => Err(ObjectiveError { field, value, expected }),
            None => Ok(()),
        }
    }
}

impl Default for Objective {
    /// P95 under 200 ms in all but 0.5 % of minutes, CPU and memory under 85 % of the limit.
    fn default() -> Self {
        Self {
            latency: LatencyObjective { quantile: 0.95, threshold_ms: 200.0 },
            bad_minutes: 0.005,
            cpu_of_limit: 0.85,
            memory_of_limit: 0.85,
        }
    }
}
