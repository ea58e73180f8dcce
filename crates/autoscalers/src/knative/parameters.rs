//! What is tuned of Knative's autoscaler.

use serde::{Deserialize, Serialize};

use crate::ServiceFacts;
use crate::search_space::{Parameter, Range, Tunable};

/// What Knative scales by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KnativeMetric {
    /// Requests in flight, queued ones included.
    Concurrency,
    /// Requests per second.
    Rps,
}

/// A revision's autoscaling settings. The defaults are those of Knative.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct KnativeParameters {
    /// What to scale by; concurrency. As a value: 0 concurrency, 1 requests per second.
    pub metric: KnativeMetric,
    /// Requests in flight that one pod should have: the revision's target times its utilization; 70.
    pub concurrency_per_pod: f64,
    /// Requests per second that one pod should get; 140: 200 at 70 %.
    pub rps_per_pod: f64,
    /// Stable window, seconds; 60.
    pub stable_window_s: i32,
    /// Panic window in per cent of the stable window; 10.
    pub panic_window_percent: f64,
    /// Pods wanted over pods ready, in per cent, from which on it panics; 200.
    pub panic_threshold_percent: f64,
    /// Highest factor of one scale-up; 1000.
    pub max_scale_up_rate: f64,
    /// Highest divisor of one scale-down; 2.
    pub max_scale_down_rate: f64,
    /// Seconds for which a lower count must have been wanted before pods go; 0.
    pub scale_down_delay_s: i32,
}

impl Default for KnativeParameters {
    fn default() -> Self {
        Self {
            metric: KnativeMetric::Concurrency,
            concurrency_per_pod: 70.0,
            rps_per_pod: 140.0,
            stable_window_s: 60,
            panic_window_percent: 10.0,
            panic_threshold_percent: 200.0,
            max_scale_up_rate: 1_000.0,
            max_scale_down_rate: 2.0,
            scale_down_delay_s: 0,
        }
    }
}

impl Tunable for KnativeParameters {
    fn parameters(facts: &ServiceFacts) -> Vec<Parameter> {
        let default = Self::default();
        let (low, high) = facts.target_of_request_range();
        let rps = |share: f64| share * facts.rps_at_cpu_request;
        // The default must be in reach, however small the pods are.
        let rps_range = Range::Log { low: rps(low).min(70.0), high: rps(high).max(140.0) };
        vec![
            Parameter::new("metric", Range::Choice { count: 2 }, 0.0),
            Parameter::new(
                "concurrency_per_pod",
                Range::Log { low: 0.05, high: 100.0 },
                default.concurrency_per_pod,
            ),
            Parameter::new("rps_per_pod", rps_range, default.rps_per_pod),
            Parameter::integer("stable_window_s", 10, 300, default.stable_window_s),
            Parameter::new(
                "panic_window_percent",
                Range::Linear { low: 5.0, high: 50.0 },
                default.panic_window_percent,
            ),
            Parameter::new(
                "panic_threshold_percent",
                Range::Log { low: 110.0, high: 1_000.0 },
                default.panic_threshold_percent,
            ),
            Parameter::new(
                "max_scale_up_rate",
                Range::Log { low: 1.1, high: 1_000.0 },
                default.max_scale_up_rate,
            ),
            Parameter::new(
                "max_scale_down_rate",
                Range::Log { low: 1.05, high: 10.0 },
                default.max_scale_down_rate,
            ),
            Parameter::integer("scale_down_delay_s", 0, 900, default.scale_down_delay_s),
        ]
    }

    fn from_values(values: &[f64]) -> Self {
        Self {
            metric: if values[0] == 0.0 { KnativeMetric::Concurrency } else { KnativeMetric::Rps },
            concurrency_per_pod: values[1],
            rps_per_pod: values[2],
            stable_window_s: values[3] as i32,
            panic_window_percent: values[4],
            panic_threshold_percent: values[5],
            max_scale_up_rate: values[6],
            max_scale_down_rate: values[7],
            scale_down_delay_s: values[8] as i32,
        }
    }
}
