//! The fast mode against the request mode on the same arrivals, over the whole range of the default scenario.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use podpilot_autoscalers::Hpa;
use podpilot_core::Span;
use podpilot_random::Seed;
use podpilot_simulator::{Fidelity, Measures, PreparedScenario, ProbeKind, Scenario, Simulation, run};
use podpilot_traffic::LoadSeries;

/// Constant loads that are compared, as shares of capacity.
const STEADY_LOADS: [f64; 10] = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9];
const STEADY_PODS: u32 = 8;
const STEADY_TIME: Span = Span::minutes(40);

/// The default scenario, with a number of replicas to start with.
pub(crate) fn default_scenario(initial_replicas: Option<u32>) -> Scenario {
    let text = include_str!("../../../../scenarios/default.yaml");
    let mut scenario: Scenario = serde_saphyr::from_str(text).expect("the default scenario is valid");
    scenario.cluster.initial_replicas = initial_replicas;
    scenario
}

/// What a run came to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Result {
    /// Latency at the quantiles 0.5, 0.95 and 0.99, seconds.
    pub(crate) latency_s: [f64; 3],
    /// Share of requests that were slow.
    pub(crate) slow: f64,
    /// Share of requests that failed.
    pub(crate) failed: f64,
    /// CPU use as a share of the limit.
    pub(crate) utilization: f64,
    /// Requests that ended per request offered.
    pub(crate) throughput: f64,
    /// Share of bad minutes.
    pub(crate) bad_minutes: f64,
    /// Mean pods.
    pub(crate) pods: f64,
}

impl Result {
    fn of(measures: &Measures) -> Self {
        Self {
            latency_s: [0.5, 0.95, 0.99].map(|q| measures.latency.quantile_s(q).unwrap_or(0.0)),
            slow: measures.slow_request_ratio().unwrap_or(0.0),
            failed: measures.failed_request_ratio().unwrap_or(0.0),
            utilization: measures.mean_cpu_of_limit().unwrap_or(0.0),
            throughput: measures.totals.requests / measures.offered,
            bad_minutes: measures.slow_minute_ratio().unwrap_or(0.0),
            pods: measures.mean_replicas().unwrap_or(0.0),
        }
    }
}

/// One load in both modes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Comparison {
    /// Offered load as a share of capacity, or what the load was.
    pub(crate) load: &'static str,
    pub(crate) utilization: f64,
    pub(crate) fast: Result,
    pub(crate) request: Result,
}

impl Comparison {
    /// The largest error of a latency quantile: relative, or of 50 ms where that is less. Quantiles below half the
    /// objective's threshold never decide anything.
    pub(crate) fn latency_error(&self) -> f64 {
        let errors = self
            .fast
            .latency_s
            .iter()
            .zip(self.request.latency_s)
            .map(|(fast, request)| (fast - request).abs() / request.max(0.05));
        errors.fold(0.0, f64::max)
    }

    /// Error of the share of slow requests, in shares.
    pub(crate) fn slow_error(&self) -> f64 {
        (self.fast.slow - self.request.slow).abs()
    }

    /// Error of the CPU use, in shares of the limit.
    pub(crate) fn utilization_error(&self) -> f64 {
        (self.fast.utilization - self.request.utilization).abs()
    }

    /// Error of the throughput, in shares of the offered requests.
    pub(crate) fn throughput_error(&self) -> f64 {
        (self.fast.throughput - self.request.throughput).abs()
    }
}

impl fmt::Display for Comparison {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ms =
            |latency_s: [f64; 3]| latency_s.map(|latency_s| format!("{:.1}", latency_s * 1e3)).join(" / ");
        write!(
            formatter,
            "{:<10} {:>4.2}   P50/95/99 ms {:>24} fast {:>24} request   slow {:.4} {:.4}   cpu {:.3} {:.3}",
            self.load,
            self.utilization,
            ms(self.fast.latency_s),
            ms(self.request.latency_s),
            self.fast.slow,
            self.request.slow,
            self.fast.utilization,
            self.request.utilization,
        )
    }
}

/// A load of one step for a constant rate.
fn constant(rate_rps: f64) -> Arc<LoadSeries> {
    Arc::new(LoadSeries::new(Span::minutes(60), vec![rate_rps]).expect("a constant rate is a load"))
}

/// Constant loads from idle to near saturation on a constant number of pods.
pub(crate) fn steady_loads(seed: Seed) -> Vec<Comparison> {
    steady_loads_of(&default_scenario(Some(STEADY_PODS)), &STEADY_LOADS, seed)
}

/// Constant loads, as shares of capacity, on the scenario's initial replicas.
pub(crate) fn steady_loads_of(scenario: &Scenario, loads: &[f64], seed: Seed) -> Vec<Comparison> {
    let pods = scenario.cluster.initial_replicas.unwrap_or(1);
    let prepared = PreparedScenario::new(scenario).expect("the scenario is valid");
    let compare = |utilization: f64| {
        let rate_rps = utilization * f64::from(pods) * prepared.capacity_rps_per_pod();
        let result = |fidelity| {
            let mut simulation = Simulation::of(&prepared, fidelity, constant(rate_rps), seed);
            simulation.advance(STEADY_TIME);
            Result::of(simulation.measures())
        };
        Comparison {
            load: "steady",
            utilization,
            fast: result(Fidelity::Fast),
            request: result(Fidelity::Request),
        }
    };
    loads.iter().copied().map(compare).collect()
}

/// Hours of the default load, bursts included, with an HPA that decides.
pub(crate) fn under_hpa(target_percent: i32, hours: i64, seed: Seed) -> Comparison {
    let scenario = default_scenario(None);
    let prepared = PreparedScenario::new(&scenario).expect("the scenario is valid");
    let load = scenario
        .load
        .load(Path::new("."), prepared.capacity_rps_per_pod(), seed)
        .expect("generated load needs no file");
    let load = Arc::new(load.test);
    let result = |fidelity| {
        let mut simulation = Simulation::of(&prepared, fidelity, Arc::clone(&load), seed);
        simulation.reset(Arc::clone(&load), Span::minutes(60 * 11), seed);
        let mut hpa = Hpa::cpu_utilization(target_percent, scenario.bounds()).expect("a valid target");
        run(&mut simulation, &mut hpa, Span::minutes(60 * hours), &mut |_| ());
        Result::of(simulation.measures())
    };
    let (fast, request) = (result(Fidelity::Fast), result(Fidelity::Request));
    Comparison { load: "HPA", utilization: f64::from(target_percent) * 1e-2, fast, request }
}

/// Backlog in both modes, requests in all pods, every second of an overload and after it.
#[derive(Debug, Clone)]
pub(crate) struct Backlogs {
    /// When the overload ended.
    pub(crate) end_s: usize,
    pub(crate) fast: Vec<f64>,
    pub(crate) request: Vec<f64>,
}

/// Five minutes at 60 % of capacity, `overload_s` of overload, and ten minutes at 60 % again, on pods that can hold a
/// long queue.
pub(crate) fn overload(factor: f64, overload_s: usize, seed: Seed) -> Backlogs {
    let mut scenario = default_scenario(Some(STEADY_PODS));
    scenario.service.accept_queue = 511;
    scenario.pod.memory_limit_mib = 512.0;
    // Probes that fail take pods out at once and hide how the queues move.
    scenario.probe.kind = ProbeKind::None;
    let prepared = PreparedScenario::new(&scenario).expect("the scenario is valid");
    let full_rps = f64::from(STEADY_PODS) * prepared.capacity_rps_per_pod();
    let mut rates = vec![0.6 * full_rps; 300 + overload_s + 600];
    rates[300..300 + overload_s].fill(factor * full_rps);
    let load = Arc::new(LoadSeries::new(Span::seconds(1), rates.clone()).expect("finite rates are a load"));
    let backlog = |fidelity| {
        let mut simulation = Simulation::of(&prepared, fidelity, Arc::clone(&load), seed);
        let mut second = || {
            simulation.advance(Span::seconds(1));
            simulation.in_flight()
        };
        (0..rates.len()).map(|_| second()).collect()
    };
    Backlogs { end_s: 300 + overload_s, fast: backlog(Fidelity::Fast), request: backlog(Fidelity::Request) }
}

impl Backlogs {
    /// The largest difference as a share of the largest backlog.
    pub(crate) fn error(&self) -> f64 {
        let peak = self.request.iter().copied().fold(0.0, f64::max);
        let differences = self.fast.iter().zip(&self.request).map(|(fast, request)| (fast - request).abs());
        differences.fold(0.0, f64::max) / peak
    }

    /// Seconds from the end of the overload until a tenth of the highest backlog is left: fast, request.
    pub(crate) fn recovery_s(&self) -> (usize, usize) {
        let recovery_s = |backlog: &[f64]| {
            let peak = backlog.iter().copied().fold(0.0, f64::max);
            let after = &backlog[self.end_s..];
            after.iter().position(|&requests| requests < 0.1 * peak).unwrap_or(after.len())
        };
        (recovery_s(&self.fast), recovery_s(&self.request))
    }
}
