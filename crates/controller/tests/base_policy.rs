//! Demand quantile, inverse, trim, hold and bounds, and that every agent starts exactly there.
#![expect(clippy::expect_used, reason = "a test that cannot go on fails")]

mod world;

use podpilot_controller::{
    ActionScheme, CapacityCurve, Controller, ControllerConfig, GuardSettings, Policy, StepLimit, TrimSettings,
};
use podpilot_core::{Autoscaler, DecisionSource, GuardRule, Reason, ReplicaBounds, Span};
use podpilot_random::Seed;
use world::{
    World, config, constant_agent, constant_forecaster, controller, drawn_agent, drawn_forecaster, settle,
};

const RATIOS: [f64; 6] = [1.0, 1.1, 1.2, 1.3, 1.5, 2.0];

fn quantile(config: ControllerConfig) -> Controller {
    controller(config, constant_forecaster(RATIOS), Policy::Quantile)
}

/// A bursty load that visits 1 to 80 pods.
fn load(seed: u64, decisions: usize) -> Vec<f64> {
    let mut stream = Seed(seed).stream();
    let mut rate = 300.0;
    let mut step = || {
        rate = (rate * stream.log_normal(1.0, 0.15)).clamp(20.0, 2_000.0);
        rate
    };
    (0..decisions).map(|_| step()).collect()
}

fn run(controller: &mut Controller, rates: &[f64], slow_share: f64) -> Vec<i32> {
    let mut world = World::new(5);
    let mut decide = |rate: &f64| {
        let replicas = controller.decide(world.tick(*rate, slow_share)).replicas.expect("always decides");
        world.scale(replicas);
        replicas
    };
    rates.iter().map(&mut decide).collect()
}

#[test]
fn replicas_are_the_quantile_through_the_inverse_rounded_up() {
    let mut world = World::new(10);
    let mut controller = quantile(ControllerConfig { trim: None, ..config() });
    settle(&mut world, &mut controller, 1_000.0);
    // The reference is the level and 1 % of the peak: 1 010 rps; × 1.5 is 1 515 rps; 50 rps a pod: 30.3 pods.
    let decision = controller.last_decision().expect("decided");
    assert_eq!(decision.replicas, 31);
    assert_eq!(decision.source, DecisionSource::Policy);
    let Reason::DemandQuantile { level, rps } = decision.reasons.as_slice()[0] else {
        panic!("the quantile comes first")
    };
    assert_eq!(level, 0.98);
    assert!((rps - 1_515.0).abs() < 0.01, "{rps}");
}

#[test]
fn the_trim_multiplies_pods_before_rounding() {
    let mut world = World::new(31);
    let mut controller = quantile(config());
    settle(&mut world, &mut controller, 1_000.0);
    controller.set_trim(0.25);
    let replicas = controller.decide(world.tick(1_000.0, 0.0)).replicas;
    assert_eq!(replicas, Some(38), "30.3 pods × 1.25 = 37.9");
    let reasons = controller.last_decision().expect("decided").reasons;
    assert!(reasons.as_slice().contains(&Reason::Trim { factor: 1.25 }), "{reasons:?}");
}

#[test]
fn bad_minutes_raise_headroom_until_they_stop() {
    let mut world = World::new(31);
    let mut controller = quantile(config());
    settle(&mut world, &mut controller, 1_000.0);
    let before = controller.trim();
    for _ in 0..40 {
        controller.decide(world.tick(1_000.0, 0.2));
    }
    assert!(
        (controller.trim() - before - 0.3).abs() < 1e-9,
        "ten bad minutes at 3 points: {}",
        controller.trim()
    );
}

#[test]
fn no_headroom_is_learned_while_more_pods_cannot_be_had() {
    let guard = GuardSettings::within(ReplicaBounds { min: 1, max: 20 });
    let mut world = World::new(20);
    let mut controller = quantile(ControllerConfig { guard, ..config() });
    settle(&mut world, &mut controller, 1_000.0);
    let before = controller.trim();
    for _ in 0..40 {
        controller.decide(world.tick(1_000.0, 0.2));
    }
    assert_eq!(controller.trim(), before);
    let decision = controller.last_decision().expect("decided");
    assert!(decision.reasons.as_slice().contains(&Reason::TooManyReplicas { wanted: 31 }), "{decision:?}");
}

#[test]
fn scale_down_waits_for_the_hold_and_scale_up_does_not() {
    let mut world = World::new(5);
    let trim = None;
    let mut controller = quantile(ControllerConfig { trim, ..config() });
    settle(&mut world, &mut controller, 1_000.0);
    let mut replicas = Vec::new();
    for _ in 0..40 {
        let wanted = controller.decide(world.tick(500.0, 0.0)).replicas.expect("always decides");
        world.scale(wanted);
        replicas.push(wanted);
    }
    // The level falls with the two-minute mean, and targets follow; each of them holds until two minutes have passed.
    assert!(replicas[..7].iter().all(|replicas| *replicas == 31), "{replicas:?}");
    assert!(replicas.windows(2).all(|pair| pair[1] <= pair[0]), "{replicas:?}");
    assert_eq!(*replicas.last().expect("forty"), 16, "505 rps × 1.5 is 15.2 pods");
    let up = controller.decide(world.tick(2_000.0, 0.0)).replicas.expect("always decides");
    assert!(up > 16);
}

#[test]
fn an_agent_with_a_zero_output_layer_decides_as_the_base_policy() {
    let scheme = ActionScheme::Residual;
    let base = scheme.base_action(1, 1);
    let mut prefers_base = vec![0.0; scheme.action_count()];
    prefers_base[base] = 1.5;
    let zero = constant_agent(scheme, &[]);
    let ppo = Policy::Ppo { logits: constant_agent(scheme, &prefers_base) };
    let dqn = Policy::Dqn { values: zero.clone(), margin: 0.0 };
    let hybrid = Policy::Hybrid { logits: constant_agent(scheme, &prefers_base), values: zero, margin: 0.0 };
    let rates = load(3, 600);
    let expected = run(&mut controller(config(), drawn_forecaster(2), Policy::Quantile), &rates, 0.03);
    for policy in [ppo, dqn, hybrid] {
        let name = policy.name();
        let replicas = run(&mut controller(config(), drawn_forecaster(2), policy), &rates, 0.03);
        assert_eq!(replicas, expected, "{name}");
    }
    let distinct: std::collections::BTreeSet<_> = expected.iter().collect();
    assert!(distinct.len() > 10, "the load must move the policy: {distinct:?}");
}

#[test]
fn another_action_changes_the_decision() {
    let rates = load(3, 600);
    let expected = run(&mut controller(config(), drawn_forecaster(2), Policy::Quantile), &rates, 0.0);
    let mut scores = vec![0.0; 15];
    scores[12] = 1.0;
    let policy = Policy::Ppo { logits: constant_agent(ActionScheme::Residual, &scores) };
    let generous = run(&mut controller(config(), drawn_forecaster(2), policy), &rates, 0.0);
    let sum = |replicas: &[i32]| replicas.iter().sum::<i32>();
    assert!(sum(&generous) > sum(&expected), "1.22 × without hold");
}

#[test]
fn an_agent_that_answers_nonsense_is_not_heard() {
    let policy = Policy::Ppo { logits: constant_agent(ActionScheme::Residual, &[f32::NAN]) };
    let rates = load(5, 200);
    let expected = run(&mut controller(config(), drawn_forecaster(2), Policy::Quantile), &rates, 0.0);
    assert_eq!(run(&mut controller(config(), drawn_forecaster(2), policy), &rates, 0.0), expected);
}

#[test]
fn a_dqn_leaves_the_base_only_for_a_gain_above_the_margin() {
    let scheme = ActionScheme::Residual;
    let mut scores = vec![0.0; 15];
    scores[0] = 0.5;
    let decide = |margin| {
        let mut world = World::new(31);
        let policy = Policy::Dqn { values: constant_agent(scheme, &scores), margin };
        let mut controller = controller(config(), constant_forecaster(RATIOS), policy);
        settle(&mut world, &mut controller, 1_000.0);
        let reasons = controller.last_decision().expect("decided").reasons;
        let residual = reasons.as_slice().iter().find_map(|reason| match reason {
            Reason::Residual { multiplier, .. } => Some(*multiplier),
            _ => None,
        });
        residual.expect("an agent's decision names its action")
    };
    assert_eq!(decide(0.4), 0.86);
    assert_eq!(decide(0.6), 1.0);
}

#[test]
fn the_hybrid_ranks_the_two_likeliest_actions_by_value() {
    let scheme = ActionScheme::Residual;
    let mut logits = vec![0.0; 15];
    (logits[7], logits[4]) = (2.0, 1.0);
    let mut values = vec![0.0; 15];
    (values[4], values[0]) = (0.5, 9.0);
    let decide = |margin| {
        let mut world = World::new(31);
        let policy = Policy::Hybrid {
            logits: constant_agent(scheme, &logits),
            values: constant_agent(scheme, &values),
            margin,
        };
        let mut controller = controller(config(), constant_forecaster(RATIOS), policy);
        settle(&mut world, &mut controller, 1_000.0);
        let reasons = controller.last_decision().expect("decided").reasons;
        reasons.as_slice().contains(&Reason::Residual { multiplier: 0.94, hold_s: 120.0 })
    };
    assert!(decide(0.4), "the second is better, and the best of all was not proposed");
    assert!(!decide(0.6));
}

#[test]
fn replica_steps_move_from_the_current_count() {
    let config = ControllerConfig { actions: ActionScheme::ReplicaStep, ..config() };
    let mut controller = controller(config, constant_forecaster(RATIOS), Policy::Quantile);
    let mut world = World::new(10);
    settle(&mut world, &mut controller, 1_000.0);
    assert_eq!(world.observation.replicas.spec, 31, "without an agent the base policy decides");
    for (action, expected) in [(6, 35), (0, 29), (2, 31)] {
        controller.prepare(world.tick(1_000.0, 0.0));
        let decision = controller.decide_action(action);
        assert_eq!(decision.replicas, expected);
    }
    world.scale(20);
    controller.prepare(world.tick(1_000.0, 0.0));
    assert_eq!(controller.base_action(), 6, "four more is the largest step towards 31");
    world.scale(99);
    controller.prepare(world.tick(1_000.0, 0.0));
    assert_eq!(controller.action_mask(), [true, true, true, true, false, false, false]);
}

#[test]
fn the_guard_has_the_last_word_and_says_what_it_changed() {
    let slow = Some(StepLimit { share: 0.1, pods: 2 });
    let guard = GuardSettings { scale_up: slow, ..GuardSettings::within(world::BOUNDS) };
    let mut controller = quantile(ControllerConfig { guard, ..config() });
    let mut world = World::new(10);
    let decision = {
        controller.decide(world.tick(1_000.0, 0.0));
        *controller.last_decision().expect("decided")
    };
    assert_eq!(decision.replicas, 12);
    let clip = decision.clips.iter().next().expect("one clip");
    assert_eq!((clip.rule, clip.from, clip.to), (GuardRule::ScaleUpRate, 31, 12));
    assert!(decision.reasons.as_slice().contains(&Reason::ScaleUpLimit { wanted: 31 }));
}

#[test]
fn a_start_without_memory_does_not_scale_down_for_one_window() {
    let mut controller = quantile(config());
    let mut world = World::new(60);
    let mut counts = Vec::new();
    for _ in 0..30 {
        let wanted = controller.decide(world.tick(1_000.0, 0.0)).replicas.expect("always decides");
        world.scale(wanted);
        counts.push(wanted);
    }
    assert!(counts[..20].iter().all(|count| *count == 60), "{counts:?}");
    assert!(counts[20..].iter().any(|count| *count < 60), "{counts:?}");
}

#[test]
fn the_same_observations_give_the_same_decisions() {
    let policy = || Policy::Dqn { values: drawn_agent(ActionScheme::Residual, 9), margin: 0.01 };
    let rates = load(11, 500);
    let first = run(&mut controller(config(), drawn_forecaster(2), policy()), &rates, 0.04);
    let second = run(&mut controller(config(), drawn_forecaster(2), policy()), &rates, 0.04);
    assert_eq!(first, second);
}

#[test]
fn halves_of_a_decision_are_the_whole() {
    let mut whole = controller(config(), drawn_forecaster(2), Policy::Quantile);
    let mut halves = whole.clone();
    let mut world = World::new(5);
    for rate in load(4, 300) {
        let observation = world.tick(rate, 0.01).clone();
        let expected = whole.decide(&observation).replicas.expect("always decides");
        halves.prepare(&observation);
        let base = halves.base_action();
        let decision = halves.decide_action(base);
        assert_eq!(decision.replicas, expected);
        world.scale(expected);
    }
}

#[test]
fn a_branch_goes_its_own_way_from_the_same_state() {
    let mut trunk = controller(config(), drawn_forecaster(2), Policy::Quantile);
    let mut branch = trunk.clone();
    let rates = load(8, 400);
    run(&mut trunk, &rates[..200], 0.02);
    run(&mut branch, &rates[200..], 0.5);
    branch.copy_from(&trunk);
    assert_eq!(branch.snapshot(), trunk.snapshot());
    assert_eq!(run(&mut branch, &rates[200..], 0.0), run(&mut trunk, &rates[200..], 0.0));
}

#[test]
fn impossible_settings_are_refused_by_name() {
    let refused = |config: ControllerConfig| {
        Controller::new(config, constant_forecaster(RATIOS), Policy::Quantile)
            .expect_err("impossible")
            .to_string()
    };
    let cases = [
        (
            ControllerConfig { level: 0.97, ..config() },
            "level is 0.97, must be one of 0.5, 0.8, 0.9, 0.95, 0.98, 0.995",
        ),
        (
            ControllerConfig { hold: Span::seconds(361), ..config() },
            "hold is 361 s, must be between 0 s and 360 s",
        ),
        (ControllerConfig { period: Span::ZERO, ..config() }, "period is 0 s, must be longer than 0 s"),
        (
            ControllerConfig {
                trim: Some(TrimSettings { step_up: 0.03, set_point: 0.0, min: 0.0, max: 1.0 }),
                ..config()
            },
            "trim.set_point is 0, must be a share between 0 and 1",
        ),
    ];
    for (config, expected) in cases {
        assert_eq!(refused(config), expected);
    }
    let other_scheme = Policy::Ppo { logits: drawn_agent(ActionScheme::ReplicaStep, 1) };
    let error =
        Controller::new(config(), constant_forecaster(RATIOS), other_scheme).expect_err("seven outputs");
    assert_eq!(error.to_string(), "the agent's network has 7 outputs, must have 15");
    assert!(CapacityCurve::linear(0.0).is_err());
}
