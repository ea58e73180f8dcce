use podpilot_random::Stream;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::spec_error::first_failure;
use crate::{Balancer, PodSpec, SpecError};

/// CPU time that a request needs: log-normal, or constant with a `cv` of 0.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CpuCost {
    /// Mean, milliseconds of one core.
    pub mean: f64,
    /// Standard deviation over mean.
    #[serde(default)]
    pub cv: f64,
}

impl CpuCost {
    /// Mean, seconds of one core.
    pub fn mean_s(&self) -> f64 {
        self.mean * 1e-3
    }

    /// The distribution, made ready to draw from.
    pub fn sampler(&self) -> CostSampler {
        let spread = 1.0 + self.cv * self.cv;
        CostSampler {
            median_s: self.mean_s() / spread.sqrt(),
            log_standard_deviation: libm::log(spread).sqrt(),
        }
    }

    /// Draws one request's cost, seconds of one core. [`CpuCost::sampler`] is faster for many.
    #[inline]
    pub fn draw_s(&self, stream: &mut Stream) -> f64 {
        self.sampler().draw_s(stream)
    }
}

/// Draws costs from a [`CpuCost`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CostSampler {
    median_s: f64,
    log_standard_deviation: f64,
}

impl CostSampler {
    /// One request's cost, seconds of one core.
    #[inline]
    pub fn draw_s(&self, stream: &mut Stream) -> f64 {
        if self.log_standard_deviation == 0.0 {
            return self.median_s;
        }
        stream.log_normal(self.median_s, self.log_standard_deviation)
    }
}

/// What a pod's memory holds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MemorySpec {
    /// Of an idle pod, MiB.
    pub base_mib: f64,
    /// Added by each request in flight (being served or waiting in the pod), KiB.
    #[serde(default)]
    pub per_request_kib: f64,
    /// Never given back, per request served, KiB.
    #[serde(default)]
    pub leak_kib_per_request: f64,
}

impl MemorySpec {
    /// Memory of a pod, MiB, with `in_flight` requests in it after `served` since its start.
    #[inline]
    pub fn used_mib(&self, in_flight: f64, served: f64) -> f64 {
        self.base_mib + (self.per_request_kib * in_flight + self.leak_kib_per_request * served) / 1024.0
    }
}

/// What a request costs and how requests reach the pods.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ServiceSpec {
    /// CPU milliseconds per request.
    pub cpu_ms_per_request: CpuCost,
    /// Requests that one pod works on at the same time; its workers share the quota.
    #[serde(default = "default_workers")]
    pub workers: u32,
    /// The client gives up after this long, seconds.
    pub timeout_s: f64,
    /// How requests are spread over the ready pods.
    #[serde(default)]
    pub balancer: Balancer,
    /// Memory of a pod.
    pub memory: MemorySpec,
    /// Requests that may wait in one pod; further ones are refused. 511 is nginx's default backlog.
    #[serde(default = "default_accept_queue")]
    pub accept_queue: u32,
}

fn default_workers() -> u32 {
    1
}

fn default_accept_queue() -> u32 {
    511
}

impl ServiceSpec {
    /// The rate that keeps one pod's CPU busy all the time, requests per second: the limit, but at most one core a
    /// worker, over the mean cost.
    pub fn capacity_rps(&self, pod: &PodSpec) -> f64 {
        let cores = pod.cpu_limit_cores().unwrap_or(f64::INFINITY).min(f64::from(self.workers));
        cores / self.cpu_ms_per_request.mean_s()
    }

    /// Checks every field's range.
    pub fn validate(&self) -> Result<(), SpecError> {
        let positive = |x: f64| x.is_finite() && x > 0.0;
        let not_negative = |x: f64| x.is_finite() && x >= 0.0;
        let cost = self.cpu_ms_per_request;
        let memory = self.memory;
        first_failure(&[
            (
                "service.cpu_ms_per_request.mean",
                cost.mean,
                positive(cost.mean),
                "a positive number of milliseconds",
            ),
            (
                "service.cpu_ms_per_request.cv",
                cost.cv,
                not_negative(cost.cv) && cost.cv <= 5.0,
                "between 0 and 5",
            ),
            (
                "service.workers",
                f64::from(self.workers),
                (1..=256).contains(&self.workers),
                "between 1 and 256",
            ),
            (
                "service.timeout_s",
                self.timeout_s,
                positive(self.timeout_s) && self.timeout_s <= 3_600.0,
                "above 0 and at most 3600 seconds",
            ),
            (
                "service.memory.base_mib",
                memory.base_mib,
                not_negative(memory.base_mib),
                "a number of MiB, 0 or more",
            ),
            (
                "service.memory.per_request_kib",
                memory.per_request_kib,
                not_negative(memory.per_request_kib),
                "a number of KiB, 0 or more",
            ),
            (
                "service.memory.leak_kib_per_request",
                memory.leak_kib_per_request,
                not_negative(memory.leak_kib_per_request),
                "a number of KiB, 0 or more",
            ),
            (
                "service.accept_queue",
                f64::from(self.accept_queue),
                (1..=1_000_000).contains(&self.accept_queue),
                "between 1 and 1000000",
            ),
        ])
    }
}

impl Default for ServiceSpec {
    /// nginx that compresses a 64 KiB page: the service of the calibration.
    fn default() -> Self {
        Self {
            cpu_ms_per_request: CpuCost { mean: 3.8, cv: 0.1 },
            workers: default_workers(),
            timeout_s: 10.0,
            balancer: Balancer::default(),
            memory: MemorySpec { base_mib: 24.0, per_request_kib: 256.0, leak_kib_per_request: 0.0 },
            accept_queue: default_accept_queue(),
        }
    }
}
