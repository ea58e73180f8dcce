//! probe
#![allow(clippy::expect_used, clippy::print_stdout)]
#[path = "decision_steps/fidelity.rs"]
#[allow(dead_code)]
mod fidelity;
use podpilot_core::Span;
use podpilot_random::Seed;
use podpilot_simulator::*;
use podpilot_traffic::LoadSeries;
use std::sync::Arc;
fn main() {
    // saturated throughput
    let mut scenario = fidelity::default_scenario(Some(8));
    scenario.service.accept_queue = 511;
    scenario.pod.memory_limit_mib = 512.0;
    scenario.probe.kind = ProbeKind::None;
    let prepared = PreparedScenario::new(&scenario).expect("valid");
    let full = 8.0 * prepared.capacity_rps_per_pod();
    for fidelity in [Fidelity::Fast, Fidelity::Request] {
        let load = Arc::new(LoadSeries::new(Span::minutes(1), vec![2.0 * full]).expect("load"));
        let mut s = Simulation::of(&prepared, fidelity, load, Seed(3));
        s.advance(Span::minutes(2));
        let before = **s.measures();
        s.advance(Span::minutes(10));
        let after = **s.measures();
        let cpu = (after.cpu_seconds - before.cpu_seconds) / 600.0 / 8.0 / 0.2;
        println!("{fidelity:?}: saturated cpu share {cpu:.4}");
    }
    for (factor, span) in [(1.1, 120), (1.3, 60), (2.0, 20)] {
        for seed in 1..4 {
            let b = fidelity::overload(factor, span, Seed(seed));
            let (f, r) = b.recovery_s();
            let area = |x: &[f64]| x[b.end_s..].iter().sum::<f64>();
            println!(
                "{factor} {span} seed {seed}: error {:.3} recovery {f} {r} area ratio {:.3}",
                b.error(),
                area(&b.fast) / area(&b.request)
            );
            if seed == 1 {
                for t in (b.end_s..b.end_s + 160).step_by(10) {
                    print!("{:.0}/{:.0} ", b.fast[t], b.request[t]);
                }
                println!();
            }
        }
    }
}
