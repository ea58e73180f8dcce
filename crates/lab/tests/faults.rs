//! Every fault of a scenario meets the controller that runs in production.

#![expect(clippy::unwrap_used, reason = "what helps a test may stop it")]

use std::path::Path;
use std::sync::Arc;

use podpilot_autoscalers::Hpa;
use podpilot_controller::{
    CapacityCurve, Controller, ControllerConfig, DEMAND_FEATURES, FORECAST_LEVELS, FrozenInputs, Policy,
    QuantileForecaster,
};
use podpilot_core::Span;
use podpilot_learning::{Activation, Initialisation, Mlp, MlpShape, QuantileNet};
use podpilot_random::Seed;
use podpilot_service_model::Inverse;
use podpilot_simulator::{
    ClusterAutoscalerSpec, FaultSchedule, FaultSpec, Fidelity, MetricSource, PreparedScenario, RetrySpec,
    Scenario, Simulation, run,
};
use podpilot_traffic::LoadSeries;

/// The fault lasts from the 60th to the 80th minute.
const ONSET: Span = Span::minutes(60);
const END: Span = Span::minutes(80);
const WHEN: FaultSchedule = FaultSchedule { at_s: Some(3_600.0), per_day: None, for_s: 1_200.0 };
const LENGTH: Span = Span::minutes(160);

fn scenario() -> Scenario {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scenarios/default.yaml");
    let mut scenario: Scenario = serde_saphyr::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    scenario.cluster.nodes = 2;
    scenario
}

/// 200 requests a second, 40 % more every ten minutes for five.
fn load() -> Arc<LoadSeries> {
    let rate = |minute: i32| if minute % 10 < 5 { 200.0 } else { 280.0 };
    Arc::new(LoadSeries::new(Span::minutes(1), (0..160).map(rate).collect()).unwrap())
}

/// The quantile controller with a forecaster that expects up to half as much again, and HPA behind it.
fn controller(prepared: &PreparedScenario) -> Controller {
    let scenario = prepared.scenario();
    let most = scenario.cluster.max_replicas;
    let inverse = Inverse::new(prepared.tables(), &scenario.pod, &scenario.objective, most);
    let capacity = CapacityCurve::from_inverse(&inverse, most as i32).unwrap();
    let shape = MlpShape {
        inputs: DEMAND_FEATURES.len(),
        hidden: vec![32, 32],
        outputs: FORECAST_LEVELS.len(),
        activation: Activation::Tanh,
    };
    let mut network = Mlp::new(shape, Initialisation::FanInUniform, Seed(1));
    network.zero_output_layer();
    for (bias, ratio) in network.output_bias_mut().iter_mut().zip([1.0, 1.1, 1.2, 1.3, 1.5, 1.6_f64]) {
        *bias = libm::log(ratio) as f32;
    }
    let network = QuantileNet::new(network, None, FORECAST_LEVELS.to_vec());
    let forecaster = QuantileForecaster::new(network, FrozenInputs::default(), Span::seconds(60)).unwrap();
    let fallback = Some(Hpa::cpu_utilization(80, scenario.bounds()).unwrap());
    let config = ControllerConfig::new("controller", scenario.objective, capacity, scenario.bounds());
    Controller::new(ControllerConfig { fallback, ..config }, forecaster, Policy::Quantile).unwrap()
}

/// What was asked for before, during and after the fault, and the bad minutes of the last hour.
struct Story {
    at_onset: i32,
    fewest_during: i32,
    decisions: usize,
    bad_during: u64,
    bad_in_the_last_hour: u64,
}

fn play(scenario: &Scenario) -> Story {
    let prepared = PreparedScenario::new(scenario).unwrap();
    let mut simulation = Simulation::of(&prepared, Fidelity::Fast, load(), Seed(6));
    let mut controller = controller(&prepared);
    let began = simulation.now();
    let bounds = scenario.bounds();
    let mut story =
        Story { at_onset: 0, fewest_during: i32::MAX, decisions: 0, bad_during: 0, bad_in_the_last_hour: 0 };
    let mut record = |tick: &podpilot_simulator::TickRecord<'_>| {
        assert!((bounds.min..=bounds.max).contains(&tick.replicas), "{}", tick.replicas);
        story.decisions += usize::from(tick.proposal.replicas.is_some());
        if tick.at - began <= ONSET {
            story.at_onset = tick.replicas;
        } else if tick.at - began <= END {
            story.fewest_during = story.fewest_during.min(tick.replicas);
        }
    };
    run(&mut simulation, &mut controller, ONSET, &mut record);
    let before = simulation.measures().minutes.bad;
    run(&mut simulation, &mut controller, END - ONSET, &mut record);
    let until_end = simulation.measures().minutes.bad;
    run(&mut simulation, &mut controller, Span::minutes(20), &mut record);
    let recovered = simulation.measures().minutes.bad;
    run(&mut simulation, &mut controller, Span::minutes(60), &mut record);
    story.bad_during = until_end - before;
    story.bad_in_the_last_hour = simulation.measures().minutes.bad - recovered;
    story
}

fn faults() -> Vec<FaultSpec> {
    let source = MetricSource::All;
    vec![
        FaultSpec::MetricsOutage { source, when: WHEN },
        FaultSpec::Nan { source, when: WHEN },
        FaultSpec::Stale { source, when: WHEN },
        FaultSpec::SlowApi { delay_s: 30.0, when: WHEN },
        FaultSpec::Conflict { probability: 0.7, when: WHEN },
        FaultSpec::PodCrash { pods: 2, when: WHEN },
        FaultSpec::NodeLoss { when: WHEN },
        FaultSpec::MemoryLeak { mib_per_hour: 240.0, when: WHEN },
        FaultSpec::SlowStart { factor: 4.0, when: WHEN },
        FaultSpec::CrashLoop { probability: 0.5, when: WHEN },
        FaultSpec::ClockJump { by_s: -120.0, when: WHEN },
    ]
}

#[test]
fn the_controller_decides_through_every_fault_and_the_service_recovers() {
    for fault in faults() {
        let story = play(&Scenario { faults: vec![fault], ..scenario() });
        assert_eq!(story.decisions, (LENGTH.as_seconds() / 15.0) as usize, "{fault:?}");
        assert!(story.bad_in_the_last_hour <= 2, "{fault:?}: {} bad minutes", story.bad_in_the_last_hour);
    }
}

#[test]
fn without_metrics_nothing_is_given_up() {
    let source = MetricSource::All;
    for fault in [FaultSpec::MetricsOutage { source, when: WHEN }, FaultSpec::Nan { source, when: WHEN }] {
        let story = play(&Scenario { faults: vec![fault], ..scenario() });
        assert!(story.fewest_during >= story.at_onset, "{} after {}", story.fewest_during, story.at_onset);
        assert_eq!(story.bad_during, 0, "{fault:?}: the replicas at the onset carry the load");
    }
}

#[test]
fn the_controller_lives_with_retries_and_with_nodes_that_follow_its_pods() {
    let retries =
        RetrySpec { attempts: 3, backoff_s: 1.0, backoff_factor: 2.0, longest_backoff_s: 30.0, budget: None };
    let crash = FaultSpec::PodCrash { pods: 4, when: WHEN };
    let story = play(&Scenario { faults: vec![crash], retries: Some(retries), ..scenario() });
    assert!(story.bad_in_the_last_hour <= 2, "{} bad minutes", story.bad_in_the_last_hour);
    let mut small_nodes = scenario();
    small_nodes.cluster.nodes = 3;
    small_nodes.cluster.node_cpu_m = 400;
    let text = "{max_nodes: 10}";
    let autoscaler: ClusterAutoscalerSpec = serde_saphyr::from_str(text).unwrap();
    small_nodes.cluster.autoscaler = Some(autoscaler);
    let story = play(&small_nodes);
    assert!(story.bad_in_the_last_hour <= 4, "{} bad minutes", story.bad_in_the_last_hour);
}
