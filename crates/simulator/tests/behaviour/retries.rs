use std::sync::Arc;

use podpilot_core::Span;
use podpilot_random::Seed;
use podpilot_simulator::{Fidelity, PreparedScenario, RetrySpec, Scenario, Simulation};
use proptest::prelude::*;

use crate::world::{minutes, prepared_with};

/// Eight pods at 60 % of their capacity of 421 a second, for a while at 200 %, then again at 60 %.
const RATES_RPS: [f64; 16] = [
    250.0, 250.0, 840.0, 840.0, 250.0, 250.0, 250.0, 250.0, 250.0, 250.0, 250.0, 250.0, 250.0, 250.0, 250.0,
    250.0,
];

/// Pods that hold more requests than they can answer before the clients' time-out: what they work on is for nobody.
fn impatient(retries: Option<RetrySpec>) -> impl FnOnce(&mut Scenario) {
    move |scenario| {
        scenario.service.timeout_s = 2.0;
        scenario.service.accept_queue = 511;
        scenario.pod.memory_limit_mib = 512.0;
        scenario.probe.kind = podpilot_simulator::ProbeKind::None;
        scenario.cluster.initial_replicas = Some(8);
        scenario.retries = retries;
    }
}

fn retries(attempts: u32, budget: Option<f64>) -> RetrySpec {
    RetrySpec { attempts, backoff_s: 0.5, backoff_factor: 2.0, longest_backoff_s: 30.0, budget }
}

/// Goodput over the last five minutes, as a share of first tries.
fn goodput_after_a_burst(prepared: &Arc<PreparedScenario>, fidelity: Fidelity) -> f64 {
    let mut simulation = Simulation::of(prepared, fidelity, minutes(&RATES_RPS), Seed(11));
    simulation.advance(Span::minutes(11));
    let before = **simulation.measures();
    simulation.advance(Span::minutes(5));
    let after = **simulation.measures();
    let good =
        (after.totals.requests - after.totals.failed) - (before.totals.requests - before.totals.failed);
    good / ((after.offered - after.retries) - (before.offered - before.retries))
}

#[test]
fn retries_keep_an_overload_alive_that_ends_by_itself_without_them() {
    for fidelity in [Fidelity::Fast, Fidelity::Request] {
        let goodput = |retries| goodput_after_a_burst(&prepared_with(impatient(retries)), fidelity);
        let without = goodput(None);
        assert!(without > 0.99, "{fidelity:?}, nobody retries: {without}");
        let with = goodput(Some(retries(3, None)));
        assert!(with < 0.2, "{fidelity:?}, three retries: {with}");
        let within_budget = goodput(Some(retries(3, Some(0.2))));
        assert!(within_budget > 0.95, "{fidelity:?}, three retries of at most 20 %: {within_budget}");
    }
}

#[test]
fn more_pods_end_an_overload_that_retries_keep_alive() {
    for fidelity in [Fidelity::Fast, Fidelity::Request] {
        let prepared = prepared_with(impatient(Some(retries(3, None))));
        let mut simulation = Simulation::of(&prepared, fidelity, minutes(&RATES_RPS), Seed(11));
        simulation.advance(Span::minutes(11));
        simulation.scale(32);
        simulation.advance(Span::minutes(2));
        let before = **simulation.measures();
        simulation.advance(Span::minutes(3));
        let after = **simulation.measures();
        let failed = (after.totals.failed - before.totals.failed) / (after.offered - before.offered);
        assert!(failed < 0.01, "{fidelity:?}: {failed}");
    }
}

#[test]
fn both_modes_see_the_same_storm() {
    let prepared = prepared_with(impatient(Some(retries(2, None))));
    let storm = |fidelity| {
        let mut simulation = Simulation::of(&prepared, fidelity, minutes(&RATES_RPS[..6]), Seed(5));
        simulation.advance(Span::minutes(6));
        **simulation.measures()
    };
    let (fast, request) = (storm(Fidelity::Fast), storm(Fidelity::Request));
    let difference = |of: fn(&podpilot_simulator::Sums) -> f64| of(&fast) / of(&request) - 1.0;
    println!("{fast:?}\n{request:?}");
    assert!(difference(|sums| sums.retries).abs() < 0.08, "{}", difference(|sums| sums.retries));
    assert!(difference(|sums| sums.offered).abs() < 0.05, "{}", difference(|sums| sums.offered));
    assert!(difference(|sums| sums.given_up).abs() < 0.1, "{}", difference(|sums| sums.given_up));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]
    #[test]
    fn every_try_ends_once_and_every_request_is_answered_or_given_up(
        rates in prop::collection::vec(0.0..900.0_f64, 2..5),
        attempts in 1_u32..4,
        seed in 0_u64..1_000,
    ) {
        let prepared = prepared_with(impatient(Some(retries(attempts, None))));
        // Nothing is under way at the start or at the end.
        let mut rates = rates;
        rates.insert(0, 0.0);
        rates.push(0.0);
        let length = rates.len() as i64;
        for fidelity in [Fidelity::Fast, Fidelity::Request] {
            let mut simulation = Simulation::of(&prepared, fidelity, minutes(&rates), Seed(seed));
            simulation.advance(Span::minutes(length + 5));
            let measures = simulation.measures();
            prop_assert!((measures.totals.requests - measures.offered).abs() < 1e-6 * measures.offered.max(1.0));
            let first_tries = measures.offered - measures.retries;
            let answered = measures.totals.requests - measures.totals.failed;
            let settled = answered + measures.given_up;
            // Retries are whole requests: a fraction for each number of tries may be left.
            prop_assert!((settled - first_tries).abs() < 0.002 * first_tries + 5.0, "{fidelity:?} {settled} {first_tries}");
        }
    }
}
