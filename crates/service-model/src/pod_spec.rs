use podpilot_random::Stream;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::SpecError;
use crate::spec_error::first_failure;

/// Standard normal quantile at 95 %.
const NORMAL_P95: f64 = 1.644_853_626_951_472_2;

/// Time from Started to Ready: log-normal, or constant if both quantiles agree.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StartupSpec {
    /// Median, seconds.
    pub median: f64,
    /// 95th percentile, seconds.
    pub p95: f64,
}

impl StartupSpec {
    /// Draws one pod's start-up time, seconds.
    pub fn draw_s(&self, stream: &mut Stream) -> f64 {
        if self.median <= 0.0 {
            return self.median;
        }
        stream.log_normal(self.median, libm::log(self.p95 / self.median) / NORMAL_P95)
    }

    /// Mean, seconds.
    pub fn mean_s(&self) -> f64 {
        if self.median <= 0.0 {
            return self.median;
        }
        let log_standard_deviation = libm::log(self.p95 / self.median) / NORMAL_P95;
        self.median * libm::exp(0.5 * log_standard_deviation * log_standard_deviation)
    }
}

/// What a pod may use and how long it takes to start.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PodSpec {
    /// CPU request, millicores: the share of its node that is reserved for it.
    pub cpu_request_m: u32,
    /// CPU limit, millicores: a quota per period. Without one, the pod takes what the node has left.
    #[serde(default)]
    pub cpu_limit_m: Option<u32>,
    /// Memory limit, MiB: beyond it the pod is killed.
    pub memory_limit_mib: f64,
    /// Memory request, MiB; the limit if absent.
    #[serde(default)]
    pub memory_request_mib: Option<f64>,
    /// Start-up time.
    pub startup_s: StartupSpec,
}

impl PodSpec {
    /// The CPU limit in cores.
    pub fn cpu_limit_cores(&self) -> Option<f64> {
        self.cpu_limit_m.map(|millicores| f64::from(millicores) * 1e-3)
    }

    /// CPU that utilization is a share of where the limit counts: the limit, or the request without one. Cores.
    pub fn cpu_ceiling_cores(&self) -> f64 {
        f64::from(self.cpu_limit_m.unwrap_or(self.cpu_request_m)) * 1e-3
    }

    /// Memory that the scheduler reserves, MiB.
    pub fn memory_requested_mib(&self) -> f64 {
        self.memory_request_mib.unwrap_or(self.memory_limit_mib)
    }

    /// Checks every field's range.
    pub fn validate(&self) -> Result<(), SpecError> {
        let limit_m = self.cpu_limit_m.unwrap_or(self.cpu_request_m);
        let memory_request_mib = self.memory_requested_mib();
        let startup = self.startup_s;
        first_failure(&[
            (
                "pod.cpu_request_m",
                f64::from(self.cpu_request_m),
                (1..=1_000_000).contains(&self.cpu_request_m),
                "between 1 and 1000000 millicores",
            ),
            (
                "pod.cpu_limit_m",
                f64::from(limit_m),
                limit_m >= self.cpu_request_m && limit_m <= 1_000_000,
                "at least cpu_request_m and at most 1000000 millicores",
            ),
            (
                "pod.memory_limit_mib",
                self.memory_limit_mib,
                self.memory_limit_mib.is_finite() && self.memory_limit_mib > 0.0,
                "a positive number of MiB",
            ),
            (
                "pod.memory_request_mib",
                memory_request_mib,
                memory_request_mib > 0.0 && memory_request_mib <= self.memory_limit_mib,
                "above 0 and at most memory_limit_mib",
            ),
            (
                "pod.startup_s.median",
                startup.median,
                startup.median.is_finite() && startup.median >= 0.0,
                "a number of seconds, 0 or more",
            ),
            (
                "pod.startup_s.p95",
                startup.p95,
                startup.p95.is_finite() && startup.p95 >= startup.median,
                "at least the median",
            ),
        ])
    }
}

impl Default for PodSpec {
    /// 100m requested, 200m at most.
    fn default() -> Self {
        Self {
            cpu_request_m: 100,
            cpu_limit_m: Some(200),
            memory_limit_mib: 64.0,
            memory_request_mib: None,
            startup_s: StartupSpec { median: 20.0, p95: 35.0 },
        }
    }
}
