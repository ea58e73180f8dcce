//! The fast mode against the request mode on the same arrivals, over the whole range of the default scenario.

use std::sync::Arc;

use podpilot_core::Span;
use podpilot_random::Seed;
use podpilot_simulator::{Fidelity, Measures, PreparedScenario, Simulation};
use podpilot_traffic::LoadSeries;

/// What one mode measured under one load.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Outcome {
    /// Latency quantiles, seconds.
    pub p50_s: f64,
    /// See `p50_s`.
    pub p95_s: f64,
    /// See `p50_s`.
    pub p99_s: f64,
    /// Share of requests that were slow.
    pub slow: f64,
    /// Share of requests that failed.
    pub failed: f64,
    /// CPU use as a share of the limit.
    pub utilization: f64,
    /// Ended requests per offered request.
    pub throughput: f64,
}

impl Outcome {
    fn of(measures: &Measures) -> Self {
        let quantile = |q| measures.latency.quantile_s(q).unwrap_or(0.0);
        Self {
            p50_s: quantile(0.5),
            p95_s: quantile(0.95),
            p99_s: quantile(0.99),
            slow: measures.slow_request_ratio().unwrap_or(0.0),
            failed: measures.failed_request_ratio().unwrap_or(0.0),
            utilization: measures.mean_cpu_of_limit().unwrap_or(0.0),
            throughput: measures.totals.requests / measures.offered.max(1.0),
        }
    }
}

/// A constant load on a constant number of pods.
pub fn steady(
    prepared: &Arc<PreparedScenario>,
    fidelity: Fidelity,
    utilization: f64,
    pods: i32,
    duration: Span,
    seed: Seed,
) -> Outcome {
    let rate_rps = utilization * f64::from(pods) * prepared.capacity_rps_per_pod();
    let load = Arc::new(LoadSeries::new(duration, vec![rate_rps]).expect("a constant load is valid"));
    let mut simulation = Simulation::of(prepared, fidelity, load, seed);
    simulation.scale(pods);
    simulation.advance(Span::seconds(120));
    let load = Arc::new(LoadSeries::new(duration, vec![rate_rps]).expect("a constant load is valid"));
    let _ = load;
    simulation.advance(duration);
    Outcome::of(simulation.measures())
}
