//! Prints the simulator's decision steps per second and, beside it, how far the very same configuration is from the
//! request-by-request reference.

#![expect(
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a program that prints, and whose input is part of it"
)]

mod fidelity;
mod speed;

use std::path::Path;
use std::sync::Arc;

use podpilot_core::Span;
use podpilot_random::Seed;
use podpilot_simulator::PreparedScenario;

/// The default load times this keeps HPA at 80 % at about 20 pods.
const SCALE: f64 = 3.2;
const DAYS: i64 = 5;
const REPEATS: u64 = 5;

fn main() {
    let comparisons = fidelity::steady_loads(Seed(1));
    for comparison in &comparisons {
        println!("{comparison}");
    }
    let hpa = fidelity::under_hpa(80, 4, Seed(1));
    println!("{hpa}");
    let backlogs = fidelity::overload(1.3, 60, Seed(1));
    let (fast_s, request_s) = backlogs.recovery_s();
    println!(
        "overload 1.30 for 60 s: largest backlog error {:.1} %, recovery {fast_s} s fast, {request_s} s request",
        100.0 * backlogs.error()
    );
    let worst =
        |error: fn(&fidelity::Comparison) -> f64| 100.0 * comparisons.iter().map(error).fold(0.0, f64::max);
    println!(
        "fast against request, loads 0.10-0.90: latency quantiles within {:.1} %, slow share within {:.2} points, \
         CPU within {:.2} points, throughput within {:.2} points",
        worst(fidelity::Comparison::latency_error),
        worst(fidelity::Comparison::slow_error),
        worst(fidelity::Comparison::utilization_error),
        worst(fidelity::Comparison::throughput_error),
    );
    let scenario = fidelity::default_scenario(None);
    let prepared = PreparedScenario::new(&scenario).expect("the default scenario is valid");
    let load = scenario
        .load
        .load(Path::new("."), prepared.capacity_rps_per_pod(), Seed(1))
        .expect("generated load needs no file");
    let load = Arc::new(load.test.scaled(SCALE));
    let runs =
        (0..REPEATS).map(|seed| speed::speed(&prepared, &load, Span::minutes(DAYS * 1_440), Seed(seed)));
    let mut runs: Vec<speed::Speed> = runs.collect();
    runs.sort_by(|a, b| a.steps_per_s.total_cmp(&b.steps_per_s));
    let median = runs[runs.len() / 2];
    let best = runs[runs.len() - 1];
    println!(
        "{:.0} decision steps per second and core (median of {REPEATS} runs of {DAYS} days; best {:.0}) \
         at {:.1} pods on average, {:.2} % of minutes bad",
        median.steps_per_s,
        best.steps_per_s,
        median.mean_pods,
        100.0 * median.bad_minutes,
    );
}
