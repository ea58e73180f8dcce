use std::sync::Arc;

use podpilot_autoscalers::Hpa;
use podpilot_core::Span;
use podpilot_random::Seed;
use podpilot_simulator::{Fidelity, Simulation, Sums, run};
use podpilot_traffic::LoadSeries;

use crate::world::{default_prepared, minutes};

const GOLDEN_HASH: u64 = 0xb9f4_ae61_2eff_1433;

/// Quiet, a burst beyond what the pods carry, and quiet again.
fn bursty_load() -> Arc<LoadSeries> {
    let rates: Vec<f64> =
        (0..60).map(|minute| if (20..26).contains(&minute) { 700.0 } else { 150.0 }).collect();
    minutes(&rates)
}

fn an_hour(fidelity: Fidelity, seed: Seed) -> (Sums, u64) {
    let prepared = default_prepared();
    let mut simulation = Simulation::of(prepared, fidelity, bursty_load(), seed);
    let mut hpa = Hpa::cpu_utilization(70, prepared.scenario().bounds()).unwrap();
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    let mut note = |bits: u64| hash = (hash ^ bits).wrapping_mul(0x0100_0000_01b3);
    run(&mut simulation, &mut hpa, Span::minutes(60), &mut |record| {
        note(record.totals.requests.to_bits());
        note(record.totals.slow.to_bits());
        note(record.cpu_cores_per_pod.unwrap_or(-1.0).to_bits());
        note(record.replicas as u64);
        note(u64::from(record.pods.serving));
        note(record.latency.quantile_s(0.95).unwrap_or(-1.0).to_bits());
    });
    (**simulation.measures(), hash)
}

#[test]
fn the_same_seed_gives_the_same_bits() {
    for fidelity in [Fidelity::Fast, Fidelity::Request] {
        assert_eq!(an_hour(fidelity, Seed(3)), an_hour(fidelity, Seed(3)));
        assert_ne!(an_hour(fidelity, Seed(3)).1, an_hour(fidelity, Seed(4)).1);
    }
}

/// The same bits on every machine and at every optimisation level. The number changes whenever the model does: put in
/// the one that the failure prints, if that was meant.
#[test]
fn an_hour_has_its_golden_hash() {
    let (_, hash) = an_hour(Fidelity::Fast, Seed(3));
    assert_eq!(hash, GOLDEN_HASH, "now {hash:#018x}");
}

#[test]
fn a_reset_run_is_a_new_run() {
    let prepared = default_prepared();
    let mut used = Simulation::of(prepared, Fidelity::Fast, bursty_load(), Seed(1));
    used.scale(9);
    used.advance(Span::minutes(31));
    used.reset(bursty_load(), Span::minutes(10), Seed(2));
    let mut fresh = Simulation::of(prepared, Fidelity::Fast, bursty_load(), Seed(5));
    fresh.reset(bursty_load(), Span::minutes(10), Seed(2));
    for _ in 0..100 {
        assert_eq!(used.observe(), fresh.observe());
        used.advance(Span::seconds(15));
        fresh.advance(Span::seconds(15));
    }
    assert_eq!(**used.measures(), **fresh.measures());
}

#[test]
fn autoscalers_meet_the_same_arrivals() {
    let prepared = default_prepared();
    let offered = |replicas| {
        let mut simulation = Simulation::of(prepared, Fidelity::Fast, bursty_load(), Seed(9));
        simulation.scale(replicas);
        simulation.advance(Span::minutes(40));
        simulation.measures().offered
    };
    assert_eq!(offered(5), offered(30));
}
