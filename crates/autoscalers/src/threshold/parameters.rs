//! What is tuned of the threshold rules.

use serde::{Deserialize, Serialize};

use crate::search_space::{Parameter, Range, Tunable};
use crate::{ManifestError, ServiceFacts};

/// Thresholds and steps.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ThresholdParameters {
    /// P95 latency above which pods are added, milliseconds; 200.
    pub latency_high_ms: f64,
    /// Mean CPU above which pods are added, per cent of the limit; 85.
    pub cpu_high_percent: f64,
    /// Mean memory above which pods are added, per cent of the limit; 85.
    pub memory_high_percent: f64,
    /// Mean CPU below which pods may go, per cent of the limit; 40.
    pub cpu_low_percent: f64,
    /// Pods added at a time; 1.
    pub up_step: i32,
    /// Pods removed at a time; 1.
    pub down_step: i32,
    /// Seconds after a change during which nothing is removed; 60.
    pub cooldown_s: i32,
}

impl Default for ThresholdParameters {
    fn default() -> Self {
        Self {
            latency_high_ms: 200.0,
            cpu_high_percent: 85.0,
            memory_high_percent: 85.0,
            cpu_low_percent: 40.0,
            up_step: 1,
            down_step: 1,
            cooldown_s: 60,
        }
    }
}

impl ThresholdParameters {
    /// Fails unless every threshold and step means something.
    pub(super) fn check(&self) -> Result<(), ManifestError> {
        let positive = [
            ("latency_high_ms", self.latency_high_ms),
            ("cpu_high_percent", self.cpu_high_percent),
            ("memory_high_percent", self.memory_high_percent),
            ("cpu_low_percent", self.cpu_low_percent),
            ("up_step", f64::from(self.up_step)),
            ("down_step", f64::from(self.down_step)),
        ];
        if let Some((field, value)) =
            positive.into_iter().find(|(_, value)| !(value.is_finite() && *value > 0.0))
        {
            return Err(ManifestError::new(field, format!("is {value}, must be above 0")));
        }
        if self.cooldown_s < 0 {
            let problem = format!("is {}, must be at least 0", self.cooldown_s);
            return Err(ManifestError::new("cooldown_s", problem));
        }
        Ok(())
    }
}

impl Tunable for ThresholdParameters {
    fn parameters(_facts: &ServiceFacts) -> Vec<Parameter> {
        let default = Self::default();
        vec![
            Parameter::new(
                "latency_high_ms",
                Range::Log { low: 20.0, high: 1_000.0 },
                default.latency_high_ms,
            ),
            Parameter::new(
                "cpu_high_percent",
                Range::Linear { low: 15.0, high: 95.0 },
                default.cpu_high_percent,
            ),
            Parameter::new(
                "memory_high_percent",
                Range::Linear { low: 60.0, high: 95.0 },
                default.memory_high_percent,
            ),
            Parameter::new(
                "cpu_low_percent",
                Range::Linear { low: 5.0, high: 80.0 },
                default.cpu_low_percent,
            ),
            Parameter::integer("up_step", 1, 8, default.up_step),
            Parameter::integer("down_step", 1, 4, default.down_step),
            Parameter::integer("cooldown_s", 0, 600, default.cooldown_s),
        ]
    }

    fn from_values(values: &[f64]) -> Self {
        Self {
            latency_high_ms: values[0],
            cpu_high_percent: values[1],
            memory_high_percent: values[2],
            cpu_low_percent: values[3],
            up_step: values[4] as i32,
            down_step: values[5] as i32,
            cooldown_s: values[6] as i32,
        }
    }
}
