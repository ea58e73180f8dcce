//! A restart loses nothing, within 4 KB; a damaged snapshot is refused and changes nothing.
#![expect(clippy::expect_used, reason = "a test that cannot go on fails")]

mod world;

use podpilot_controller::{ActionScheme, Controller, Policy};
use podpilot_core::{Autoscaler, Snapshot};
use podpilot_random::Seed;
use world::{World, config, constant_forecaster, controller, drawn_agent, drawn_forecaster};

const MOST_BYTES: usize = 4_096;

fn fresh() -> Controller {
    let policy = Policy::Ppo { logits: drawn_agent(ActionScheme::Residual, 5) };
    controller(config(), drawn_forecaster(2), policy)
}

/// Lives for `decisions` with bursts, bad minutes and lost signals; odd numbers, so that every digit is used.
fn live(controller: &mut Controller, world: &mut World, seed: u64, decisions: usize) -> Vec<i32> {
    let mut stream = Seed(seed).stream();
    let mut replicas = Vec::with_capacity(decisions);
    for _ in 0..decisions {
        let rate = 333.3 * stream.log_normal(1.0, 0.5);
        let slow_share = if stream.uniform() < 0.05 { 0.137 } else { 0.0123 };
        let observation = world.tick(rate, slow_share);
        if stream.uniform() < 0.02 {
            observation.service.request_rate_rps = None;
        }
        let wanted = controller.decide(observation).replicas.expect("always decides");
        world.scale(wanted);
        replicas.push(wanted);
    }
    replicas
}

#[test]
fn a_restored_controller_goes_on_as_if_nothing_had_happened() {
    let mut world = World::new(5);
    let mut original = fresh();
    // A day and a half, so that every memory is full.
    live(&mut original, &mut world, 1, 8_640);
    for round in 0..20 {
        let snapshot = original.snapshot();
        assert!(snapshot.0.len() <= MOST_BYTES, "{} bytes", snapshot.0.len());
        let mut restored = fresh();
        restored.restore(&snapshot).expect("its own snapshot");
        assert_eq!(restored.snapshot(), snapshot);
        let mut other_world = world.clone();
        let expected = live(&mut original, &mut world, 100 + round, 37);
        assert_eq!(live(&mut restored, &mut other_world, 100 + round, 37), expected, "round {round}");
        assert_eq!(restored.snapshot(), original.snapshot(), "round {round}");
    }
}

#[test]
fn a_steep_decline_that_fills_the_hold_still_fits() {
    let mut world = World::new(90);
    let mut controller =
        controller(config(), constant_forecaster([1.0, 1.1, 1.2, 1.3, 1.5, 2.0]), Policy::Quantile);
    live(&mut controller, &mut world, 1, 5_800);
    for i in 0..40 {
        controller.decide(world.tick(3_000.123 - 70.0 * f64::from(i), 0.0123));
        assert!(controller.snapshot().0.len() <= MOST_BYTES);
    }
}

#[test]
fn a_new_controller_can_be_saved_and_restored() {
    let mut restored = fresh();
    restored.restore(&fresh().snapshot()).expect("its own snapshot");
    assert_eq!(restored.snapshot(), fresh().snapshot());
}

#[test]
fn a_damaged_snapshot_is_refused_and_changes_nothing() {
    let mut world = World::new(5);
    let mut original = fresh();
    live(&mut original, &mut world, 1, 200);
    let good = original.snapshot();
    let mut other = fresh();
    live(&mut other, &mut World::new(3), 2, 100);
    let before = other.snapshot();
    let mut refused = |bytes: Vec<u8>, expected: &str| {
        let error = other.restore(&Snapshot(bytes)).expect_err("damaged").to_string();
        assert_eq!(error, format!("cannot restore test: {expected}"));
        assert_eq!(other.snapshot(), before);
    };
    refused(Vec::new(), "not a snapshot of a controller");
    refused(b"{}".to_vec(), "not a snapshot of a controller");
    for length in [12, 20, good.0.len() / 2, good.0.len() - 1] {
        refused(good.0[..length].to_vec(), "the snapshot is damaged or not whole");
    }
    for position in [12, 100, 1_000, good.0.len() - 1] {
        let mut flipped = good.0.clone();
        flipped[position] ^= 0x10;
        refused(flipped, "the snapshot is damaged or not whole");
    }
    let mut other_encoding = good.0.clone();
    other_encoding[5] ^= 1;
    refused(other_encoding, "the snapshot was taken with another encoding");
}
