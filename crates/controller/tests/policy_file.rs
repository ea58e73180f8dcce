//! A trained policy survives its file, and a file that does not fit is refused with one clear error.
#![expect(clippy::expect_used, reason = "a test that cannot go on fails")]

mod world;

use std::collections::BTreeMap;

use podpilot_controller::{ActionScheme, Controller, Policy, TrainedPolicy, action_schema};
use podpilot_core::{Autoscaler, Span};
use podpilot_learning::PolicyFile;
use podpilot_random::Seed;
use world::{World, config, drawn_agent, drawn_forecaster};

const FILE: &str = "policy.safetensors";

fn trained(policy: Policy, actions: ActionScheme) -> TrainedPolicy {
    TrainedPolicy { forecaster: drawn_forecaster(2), policy, actions, level: 0.95, hold: Span::seconds(60) }
}

fn kinds() -> Vec<TrainedPolicy> {
    let (residual, step) = (ActionScheme::Residual, ActionScheme::ReplicaStep);
    vec![
        trained(Policy::Quantile, residual),
        trained(Policy::Dqn { values: drawn_agent(residual, 3), margin: 0.02 }, residual),
        trained(Policy::Ppo { logits: drawn_agent(step, 4) }, step),
        trained(
            Policy::Hybrid {
                logits: drawn_agent(residual, 5),
                values: drawn_agent(residual, 6),
                margin: 0.03,
            },
            residual,
        ),
    ]
}

fn through_bytes(policy: &TrainedPolicy) -> PolicyFile {
    let record = BTreeMap::from([("seeds".to_owned(), "1 2 3".to_owned())]);
    PolicyFile::from_bytes(&policy.to_file(&record).to_bytes(), FILE).expect("its own bytes")
}

fn replicas(controller: &mut Controller) -> Vec<i32> {
    let mut world = World::new(8);
    let mut stream = Seed(4).stream();
    let mut decide = || {
        let rate = 400.0 * stream.log_normal(1.0, 0.4);
        let wanted = controller.decide(world.tick(rate, 0.02)).replicas.expect("always decides");
        world.scale(wanted);
        wanted
    };
    (0..300).map(|_| decide()).collect()
}

#[test]
fn every_kind_of_policy_decides_the_same_after_its_file() {
    for policy in kinds() {
        let name = policy.policy.name();
        let file = through_bytes(&policy);
        assert_eq!(file.metadata["seeds"], "1 2 3");
        let read = TrainedPolicy::from_file(&file, FILE).expect("its own file");
        assert_eq!(
            (read.level, read.hold, read.actions),
            (policy.level, policy.hold, policy.actions),
            "{name}"
        );
        assert_eq!(read.forecaster.horizon(), policy.forecaster.horizon());
        let mut before = policy.into_controller(config()).expect("it fits");
        let mut after = read.into_controller(config()).expect("it fits");
        assert_eq!(replicas(&mut before), replicas(&mut after), "{name}");
    }
}

#[test]
fn the_file_says_what_it_was_made_for() {
    let file = kinds()[1].to_file(&BTreeMap::new());
    assert_eq!(file.agent, "dqn");
    assert_eq!(file.action_schema, action_schema(ActionScheme::Residual));
    assert_eq!(file.metadata["margin"], "0.02");
    assert_eq!(file.metadata["base_level"], "0.95");
    assert_eq!(file.metadata["base_hold_s"], "60.0");
    assert_eq!(file.metadata["forecast_horizon_s"], "60.0");
}

#[test]
fn a_file_that_does_not_fit_is_refused() {
    type Change = fn(&mut PolicyFile);
    let cases: [(Change, &str); 9] = [
        (
            |file| file.observation_schema = "encoding/v0-1".into(),
            "encoding schema is encoding/v0-1, this version reads",
        ),
        (
            |file| file.action_schema = "throttle/v1".into(),
            "action schema is throttle/v1, this version reads residual/v1-",
        ),
        (
            |file| {
                file.metadata.insert("reward_schema".into(), "reward/v9".into());
            },
            "reward schema is reward/v9, this version reads reward/v1-",
        ),
        (|file| file.agent = "sarsa".into(), "agent: \"sarsa\" is none of quantile, dqn, ppo, hybrid"),
        (
            |file| {
                file.networks.remove("q");
            },
            "q: this network is missing",
        ),
        (
            |file| {
                file.metadata.remove("margin");
            },
            "margin: missing",
        ),
        (
            |file| {
                file.metadata.insert("base_hold_s".into(), "soon".into());
            },
            "base_hold_s: \"soon\" cannot be read",
        ),
        (
            |file| {
                file.metadata.insert("forecast_horizon_s".into(), "-1".into());
            },
            "forecast_horizon_s: -1 must be between 0 and a million seconds",
        ),
        (
            |file| {
                let swapped = file.networks["forecast"].clone();
                file.networks.insert("q".into(), swapped);
            },
            "q: the agent's network has 17 inputs, must have 35",
        ),
    ];
    for (change, expected) in cases {
        let mut file = kinds()[1].to_file(&BTreeMap::new());
        change(&mut file);
        let error = TrainedPolicy::from_file(&file, FILE).expect_err(expected).to_string();
        assert!(error.starts_with(&format!("{FILE}: {expected}")), "{error}");
        assert!(!error.contains('\n'));
    }
}
