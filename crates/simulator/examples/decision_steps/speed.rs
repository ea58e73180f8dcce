//! Decision steps per second: simulation, metric pipeline, observation and an HPA that decides.

use std::sync::Arc;
use std::time::Instant;

use podpilot_autoscalers::Hpa;
use podpilot_core::Span;
use podpilot_random::Seed;
use podpilot_simulator::{Fidelity, PreparedScenario, Simulation, run};
use podpilot_traffic::LoadSeries;

/// What a timed run gave.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Speed {
    pub(crate) steps_per_s: f64,
    pub(crate) mean_pods: f64,
    pub(crate) bad_minutes: f64,
}

/// Runs `duration` of `load` under HPA at 80 % and times it.
#[expect(clippy::disallowed_methods, reason = "measuring time is what this program is for")]
pub(crate) fn speed(
    prepared: &Arc<PreparedScenario>,
    load: &Arc<LoadSeries>,
    duration: Span,
    seed: Seed,
) -> Speed {
    let bounds = prepared.scenario().bounds();
    let mut hpa = Hpa::cpu_utilization(80, bounds).expect("80 % is a valid target");
    let mut simulation = Simulation::of(prepared, Fidelity::Fast, Arc::clone(load), seed);
    let mut steps = 0_u64;
    let begun = Instant::now();
    run(&mut simulation, &mut hpa, duration, &mut |_| steps += 1);
    let elapsed_s = begun.elapsed().as_secs_f64();
    Speed {
        steps_per_s: steps as f64 / elapsed_s,
        mean_pods: simulation.measures().mean_replicas().unwrap_or(0.0),
        bad_minutes: simulation.measures().slow_minute_ratio().unwrap_or(0.0),
    }
}
