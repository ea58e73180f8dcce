//! Fits the model to measured points of a workload.

use crate::{Balancer, CfsModel, CpuCost, LoadTest, Neighbour, PodSpec, ServiceSpec};

/// One measured point: a load test or a stretch of steady load on real pods.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MeasuredPoint {
    /// CPU limit of a pod, millicores; `None`: it has none, and a worker takes up to a core.
    pub cpu_limit_m: Option<u32>,
    /// How the load was applied.
    pub test: LoadTest,
    /// Requests per second that a pod finished.
    pub done_rps_per_pod: f64,
    /// CPU used as a share of the limit, or of one core without a limit.
    pub cpu_of_limit: f64,
    /// Measured 95th percentile of latency, seconds.
    pub p95_s: f64,
}

const MILLICORES_PER_CORE: u32 = 1_000;
/// Latencies closer than this are equal, seconds: what a network and a busy client add at random.
const EQUAL_WITHIN_S: f64 = 0.010;
/// Spreads of the neighbour's factor that are tried.
const LARGEST_COST_CV: f64 = 0.30;
const COST_CV_STEP: f64 = 0.02;

impl MeasuredPoint {
    /// CPU milliseconds per request in this measurement.
    pub fn cpu_ms_per_request(&self) -> f64 {
        self.cpu_of_limit * f64::from(self.ceiling_m()) / self.done_rps_per_pod
    }

    fn ceiling_m(&self) -> u32 {
        self.cpu_limit_m.unwrap_or(MILLICORES_PER_CORE)
    }

    /// The 95th percentile that the model gives for this measurement, seconds: mean over `runs` runs.
    pub fn modelled_p95_s(&self, cfs: &CfsModel, service: &ServiceSpec, runs: u64) -> f64 {
        let cost = CpuCost { mean: self.cpu_ms_per_request(), ..service.cpu_ms_per_request };
        let service = ServiceSpec { cpu_ms_per_request: cost, balancer: Balancer::Random, ..*service };
        let pod =
            PodSpec { cpu_request_m: self.ceiling_m(), cpu_limit_m: self.cpu_limit_m, ..PodSpec::default() };
        self.test.mean_quantile_s(cfs, &service, &pod, 0.95, runs)
    }

    /// Squared logarithm of modelled over measured P95; 0 if they are equal within 10 ms.
    fn squared_error(&self, cfs: &CfsModel, service: &ServiceSpec, runs: u64) -> f64 {
        let modelled_s = self.modelled_p95_s(cfs, service, runs);
        if (modelled_s - self.p95_s).abs() <= EQUAL_WITHIN_S {
            return 0.0;
        }
        let log_ratio = libm::log(modelled_s / self.p95_s);
        log_ratio * log_ratio
    }
}

/// CPU milliseconds per request over several points, weighted by requests; `None` without points.
pub fn cpu_ms_per_request(points: &[MeasuredPoint]) -> Option<f64> {
    let requests = |point: &MeasuredPoint| {
        point.done_rps_per_pod * point.test.pods as f64 * (point.test.duration_s - point.test.warm_up_s)
    };
    let total: f64 = points.iter().map(requests).sum();
    let used: f64 = points.iter().map(|point| requests(point) * point.cpu_ms_per_request()).sum();
    (total > 0.0).then(|| used / total)
}

/// How well a kernel follows measured points: root mean square of log(modelled / measured P95). 0.1 is 10 % off.
pub fn log_error(points: &[MeasuredPoint], cfs: &CfsModel, service: &ServiceSpec, runs: u64) -> f64 {
    let sum: f64 = points.iter().map(|point| point.squared_error(cfs, service, runs)).sum();
    (sum / points.len().max(1) as f64).sqrt()
}

/// The kernel that follows the points best. What the kernel's own constants leave open is how much the neighbours
/// on the machine vary the cost, so only [`Neighbour::cost_cv`] is fitted. Returns it with its [`log_error`].
pub fn fit_neighbour(
    points: &[MeasuredPoint],
    base: &CfsModel,
    service: &ServiceSpec,
    runs: u64,
) -> (CfsModel, f64) {
    let steps = (LARGEST_COST_CV / COST_CV_STEP).round() as u32;
    let candidates = (0..=steps).map(|step| {
        let neighbour = Neighbour { cost_cv: f64::from(step) * COST_CV_STEP, ..base.neighbour };
        let cfs = CfsModel { neighbour, ..*base };
        (cfs, log_error(points, &cfs, service, runs))
    });
    candidates.fold((*base, f64::INFINITY), |best, next| if next.1 < best.1 { next } else { best })
}
