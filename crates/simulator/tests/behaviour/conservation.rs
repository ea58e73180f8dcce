use podpilot_core::Span;
use podpilot_random::Seed;
use podpilot_simulator::{FaultSchedule, FaultSpec, Fidelity, PreparedScenario, Simulation};
use proptest::prelude::*;

use crate::world::{constant, default_prepared, fast, minutes, prepared_with, scenario};

fn close(a: f64, b: f64, within: f64) -> bool {
    (a - b).abs() <= within * a.abs().max(b.abs()).max(1.0)
}

/// Ends the load and lets everything under way end: what was offered must have ended.
fn assert_all_ended(simulation: &mut Simulation) {
    simulation.advance(Span::minutes(12));
    let measures = simulation.measures();
    assert!(
        close(measures.totals.requests, measures.offered, 1e-9),
        "{} ended of {} offered",
        measures.totals.requests,
        measures.offered
    );
    let histogram_total: f64 = measures.latency.histogram().iter().sum();
    assert!(close(histogram_total, measures.totals.requests, 1e-6));
    assert!(measures.totals.failed <= measures.totals.slow + 1e-6);
    assert!(measures.totals.slow <= measures.totals.requests + 1e-6);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]
    #[test]
    fn every_request_ends_once(
        rates in prop::collection::vec(0.0..1_500.0_f64, 1..6),
        replicas in prop::collection::vec(0_i32..30, 1..6),
        seed in 0_u64..1_000,
    ) {
        let mut rates = rates;
        rates.push(0.0);
        let length = rates.len();
        let mut simulation = Simulation::of(default_prepared(), Fidelity::Fast, minutes(&rates), Seed(seed));
        for step in 0..4 * length {
            simulation.scale(replicas[step % replicas.len()]);
            simulation.advance(Span::seconds(15));
        }
        assert_all_ended(&mut simulation);
    }
}

#[test]
fn every_request_ends_once_through_crashes_and_node_losses() {
    let mut scenario = scenario("faulty-cluster");
    for fault in &mut scenario.faults {
        if let FaultSpec::PodCrash { when, .. } | FaultSpec::NodeLoss { when } = fault {
            *when = FaultSchedule { at_s: None, per_day: Some(720.0), for_s: 60.0 };
        }
    }
    let prepared = PreparedScenario::new(&scenario).unwrap();
    for fidelity in [Fidelity::Fast, Fidelity::Request] {
        let load = minutes(&[200.0, 600.0, 900.0, 300.0, 0.0]);
        let mut simulation = Simulation::of(&prepared, fidelity, load, Seed(3));
        for step in 0..20 {
            simulation.scale(6 + step % 5);
            simulation.advance(Span::seconds(15));
        }
        assert_all_ended(&mut simulation);
        assert!(simulation.measures().totals.failed > 0.0);
    }
}

#[test]
fn cpu_is_requests_times_cost() {
    let prepared = default_prepared();
    for fidelity in [Fidelity::Fast, Fidelity::Request] {
        let mut simulation = Simulation::of(prepared, fidelity, constant(200.0), Seed(1));
        simulation.advance(Span::minutes(30));
        let measures = simulation.measures();
        let expected_s = measures.totals.requests * 3.8e-3;
        assert!(
            close(measures.cpu_seconds, expected_s, 0.01),
            "{fidelity:?} {} {expected_s}",
            measures.cpu_seconds
        );
    }
}

#[test]
fn cost_is_pod_time() {
    let prepared = prepared_with(|scenario| {
        scenario.cluster.initial_replicas = Some(5);
        scenario.price.node_hour = 0.5;
    });
    let mut simulation = fast(&prepared, constant(50.0));
    simulation.advance(Span::minutes(120));
    let measures = simulation.measures();
    assert!(close(measures.pod_hours(), 10.0, 1e-12));
    assert!(close(measures.node_hours(), 2.0, 1e-12));
    assert!(close(measures.cost(), 10.0 * 0.02 + 2.0 * 0.5, 1e-12));
    assert_eq!(measures.serving_minutes, 120);
    assert_eq!(measures.minutes.good + measures.minutes.bad, 120);
}
