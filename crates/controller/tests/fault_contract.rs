//! "Guard and fallback" of docs/formulation.md: from the onset of a fault no scale-down; from the second decision at
//! least what the in-process HPA computes from the signals that are left; with none, at least the count at the onset.
#![expect(clippy::expect_used, reason = "a test that cannot go on fails")]

mod world;

use podpilot_controller::{ActionScheme, Controller, Policy};
use podpilot_core::{
    Autoscaler, DecisionSource, Observation, Outcome, Sample, ServiceSignals, Span, WriteResult,
};
use world::{BOUNDS, PERIOD, World, config, config_with_hpa, constant_forecaster, controller, drawn_agent};

/// The forecast at 0.98 is 1.5 times the level.
const RATIOS: [f64; 6] = [1.0, 1.1, 1.2, 1.3, 1.5, 2.0];
const BUSY_RPS: f64 = 1_000.0;
const QUIET_RPS: f64 = 100.0;

/// Takes signals away from an observation, or spoils them. The second argument counts decisions since the onset.
type Fault = fn(&mut Observation, i64);

fn rate_missing(observation: &mut Observation, _: i64) {
    observation.service.request_rate_rps = None;
}

fn rate_not_a_number(observation: &mut Observation, _: i64) {
    spoil_rate(observation, f64::NAN);
}

fn rate_infinite(observation: &mut Observation, _: i64) {
    spoil_rate(observation, f64::INFINITY);
}

fn rate_negative(observation: &mut Observation, _: i64) {
    spoil_rate(observation, -5.0);
}

fn spoil_rate(observation: &mut Observation, value: f64) {
    observation.service.request_rate_rps =
        observation.service.request_rate_rps.map(|rate| Sample { value, ..rate });
}

/// The pipeline repeats its last answer, which says that nothing happens.
fn rate_stale(observation: &mut Observation, ticks: i64) {
    let at = observation.now - Span::seconds(61) - PERIOD * ticks;
    observation.service.request_rate_rps = Some(Sample { value: 0.0, at, window: Span::seconds(30) });
}

fn counters_missing(observation: &mut Observation, _: i64) {
    observation.service.totals = None;
}

fn counters_not_a_number(observation: &mut Observation, _: i64) {
    if let Some(totals) = &mut observation.service.totals {
        totals.value.slow = f64::NAN;
    }
}

fn pods_missing(observation: &mut Observation, _: i64) {
    observation.pods.clear();
}

fn everything_missing(observation: &mut Observation, _: i64) {
    observation.pods.clear();
    observation.service = ServiceSignals::default();
    observation.metrics.clear();
    observation.room_for_pods = None;
}

const FAULTS: [(&str, Fault); 9] = [
    ("rate missing", rate_missing),
    ("rate not a number", rate_not_a_number),
    ("rate infinite", rate_infinite),
    ("rate negative", rate_negative),
    ("rate stale", rate_stale),
    ("counters missing", counters_missing),
    ("counters not a number", counters_not_a_number),
    ("pods missing", pods_missing),
    ("everything missing", everything_missing),
];

fn policies() -> [(&'static str, Policy); 3] {
    let agent = || drawn_agent(ActionScheme::Residual, 5);
    [
        ("quantile", Policy::Quantile),
        ("ppo", Policy::Ppo { logits: agent() }),
        ("dqn", Policy::Dqn { values: agent(), margin: 0.0 }),
    ]
}

/// Decides and writes the scale, as a world does.
fn step(controller: &mut Controller, world: &mut World) -> i32 {
    let from = world.observation.replicas.spec;
    let to = controller.decide(&world.observation).replicas.expect("always decides");
    let result = if from == to { WriteResult::Unchanged } else { WriteResult::Applied };
    controller.applied(&Outcome { at: world.observation.now, from, to, result });
    world.scale(to);
    to
}

fn settle(controller: &mut Controller, world: &mut World) {
    for _ in 0..60 {
        world.tick(BUSY_RPS, 0.0);
        step(controller, world);
    }
}

/// What an HPA of the same settings computes that sees the same observations from the onset on, told of every write.
fn reference_hpa() -> podpilot_autoscalers::Hpa {
    podpilot_autoscalers::Hpa::cpu_utilization(80, BOUNDS).expect("a target of 80 %")
}

#[test]
fn no_fault_ever_scales_down() {
    for (policy_name, policy) in policies() {
        for (fault_name, fault) in FAULTS {
            let mut controller = controller(config_with_hpa(), constant_forecaster(RATIOS), policy.clone());
            let mut world = World::new(31);
            settle(&mut controller, &mut world);
            let onset = world.observation.replicas.spec;
            assert!(onset > 20, "{policy_name}: {onset}");
            // Load all but ends, and CPU with it: whoever still sees something wants to scale down.
            world.cpu_of_limit = 0.02;
            for tick in 1..=40 {
                fault(world.tick(QUIET_RPS, 0.0), tick);
                let replicas = step(&mut controller, &mut world);
                assert!(
                    replicas >= onset,
                    "{policy_name}, {fault_name}, decision {tick}: {replicas} of {onset}"
                );
            }
        }
    }
}

#[test]
fn from_the_second_decision_the_hpa_is_a_floor() {
    for (policy_name, policy) in policies() {
        for (fault_name, fault) in FAULTS {
            let mut controller = controller(config_with_hpa(), constant_forecaster(RATIOS), policy.clone());
            let mut world = World::new(31);
            settle(&mut controller, &mut world);
            let onset = world.observation.replicas.spec;
            // 75 % of the limit is 150 % of the request, nearly twice the HPA's target.
            world.cpu_of_limit = 0.75;
            let mut hpa = reference_hpa();
            for tick in 1..=3 {
                fault(world.tick(BUSY_RPS, 0.0), tick);
                let least = hpa.decide(&world.observation).replicas;
                let replicas = step(&mut controller, &mut world);
                let source = controller.last_decision().expect("decided").source;
                let context =
                    format!("{policy_name}, {fault_name}, decision {tick}: {replicas}, HPA {least:?}");
                if tick == 1 {
                    assert_ne!(source, DecisionSource::Hpa, "{context}");
                }
                if tick > 1
                    && let Some(least) = least
                {
                    assert!(replicas >= least && least > onset, "{context}");
                    // From then on the policy's own hold remembers it.
                    assert!(tick > 2 || source == DecisionSource::Hpa, "{context}: {source:?}");
                }
                world.scale(onset);
            }
        }
    }
}

#[test]
fn with_no_signal_at_all_the_count_at_the_onset_is_kept() {
    for (name, config) in [("with HPA", config_with_hpa()), ("without HPA", config())] {
        let mut controller = controller(config, constant_forecaster(RATIOS), Policy::Quantile);
        let mut world = World::new(31);
        settle(&mut controller, &mut world);
        let onset = world.observation.replicas.spec;
        for tick in 1..=20 {
            everything_missing(world.tick(QUIET_RPS, 0.0), tick);
            assert_eq!(step(&mut controller, &mut world), onset, "{name}, decision {tick}");
        }
        assert_eq!(controller.last_decision().expect("decided").source, DecisionSource::Hold, "{name}");
        // Someone else takes pods away: the count at the onset comes back.
        world.scale(onset - 4);
        everything_missing(world.tick(QUIET_RPS, 0.0), 21);
        assert_eq!(step(&mut controller, &mut world), onset, "{name}");
    }
}

#[test]
fn a_forecaster_that_answers_nonsense_is_a_fault() {
    let ratios = [f64::NAN; 6];
    let mut controller = controller(config_with_hpa(), constant_forecaster(ratios), Policy::Quantile);
    let mut world = World::new(10);
    world.cpu_of_limit = 0.75;
    world.tick(BUSY_RPS, 0.0);
    assert_eq!(step(&mut controller, &mut world), 10);
    assert_eq!(controller.last_decision().expect("decided").source, DecisionSource::Hold);
    world.tick(BUSY_RPS, 0.0);
    assert_eq!(step(&mut controller, &mut world), 19, "150 % of the request at a target of 80 %");
    assert_eq!(controller.last_decision().expect("decided").source, DecisionSource::Hpa);
}

#[test]
fn one_lost_scrape_does_not_silence_the_policy() {
    let mut controller = controller(config_with_hpa(), constant_forecaster(RATIOS), Policy::Quantile);
    let mut world = World::new(31);
    settle(&mut controller, &mut world);
    rate_missing(world.tick(BUSY_RPS, 0.0), 1);
    let onset = world.observation.replicas.spec;
    assert_eq!(step(&mut controller, &mut world), onset);
    assert_eq!(controller.last_decision().expect("decided").source, DecisionSource::Policy);
    // Past the age of a minute, the memory of the rate is worth nothing.
    for tick in 2..=6 {
        rate_missing(world.tick(BUSY_RPS, 0.0), tick);
        step(&mut controller, &mut world);
    }
    assert_ne!(controller.last_decision().expect("decided").source, DecisionSource::Policy);
}

#[test]
fn after_the_fault_a_scale_down_waits_for_the_hold() {
    let mut controller = controller(config_with_hpa(), constant_forecaster(RATIOS), Policy::Quantile);
    let mut world = World::new(31);
    settle(&mut controller, &mut world);
    for tick in 1..=40 {
        everything_missing(world.tick(QUIET_RPS, 0.0), tick);
        step(&mut controller, &mut world);
    }
    let held = world.observation.replicas.spec;
    let mut after = Vec::new();
    for _ in 0..12 {
        world.tick(QUIET_RPS, 0.0);
        after.push(step(&mut controller, &mut world));
    }
    assert!(after[..7].iter().all(|replicas| *replicas == held), "{after:?}");
    assert!(after[11] < held, "{after:?}");
}

#[test]
fn a_clock_that_jumps_never_scales_down_at_once() {
    for jump in [Span::minutes(-90), Span::minutes(90), Span::seconds(-20)] {
        let mut controller = controller(config_with_hpa(), constant_forecaster(RATIOS), Policy::Quantile);
        let mut world = World::new(31);
        settle(&mut controller, &mut world);
        let onset = world.observation.replicas.spec;
        world.observation.now += jump;
        world.cpu_of_limit = 0.02;
        for tick in 1..=18 {
            world.tick(QUIET_RPS, 0.0);
            let replicas = step(&mut controller, &mut world);
            assert!(replicas >= onset, "{jump}, decision {tick}: {replicas} of {onset}");
        }
        for _ in 0..60 {
            world.tick(QUIET_RPS, 0.0);
            step(&mut controller, &mut world);
        }
        assert!(world.observation.replicas.spec < 6, "{jump}: {}", world.observation.replicas.spec);
    }
}

#[test]
fn at_the_start_without_metrics_replicas_stay() {
    let mut controller = controller(config(), constant_forecaster(RATIOS), Policy::Quantile);
    let mut world = World::new(7);
    for tick in 1..=30 {
        everything_missing(world.tick(QUIET_RPS, 0.0), tick);
        assert_eq!(step(&mut controller, &mut world), 7);
    }
}

#[test]
fn latency_without_requests_is_no_fault() {
    let mut controller = controller(config(), constant_forecaster(RATIOS), Policy::Quantile);
    let mut world = World::new(31);
    settle(&mut controller, &mut world);
    for _ in 0..40 {
        let observation = world.tick(0.0, 0.0);
        observation.service.latency = None;
        observation.service.in_flight = None;
        step(&mut controller, &mut world);
    }
    assert_eq!(world.observation.replicas.spec, 1, "an idle service shrinks to the lower bound");
}
