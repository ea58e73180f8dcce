//! A small made-up world for the tests: one service whose signals are set by hand, decision by decision.
#![allow(clippy::expect_used, reason = "a test that cannot go on fails")]
#![allow(dead_code, reason = "each test binary uses its own part of it")]

use podpilot_autoscalers::Hpa;
use podpilot_controller::{
    ActionScheme, Agent, CapacityCurve, Controller, ControllerConfig, DEMAND_FEATURES, FORECAST_LEVELS,
    FrozenInputs, Policy, QuantileForecaster, STATE_LENGTH,
};
use podpilot_core::{
    ContainerObservation, ContainerUsage, LatencyQuantiles, Objective, Observation, PodId, PodPhase,
    Readiness, ReadyCondition, ReplicaBounds, ReplicaCounts, RequestTotals, Sample, Span, Timestamp,
};
use podpilot_learning::{Activation, Initialisation, Mlp, MlpShape, QuantileNet};
use podpilot_random::Seed;

pub(crate) const PERIOD: Span = Span::seconds(15);
pub(crate) const BOUNDS: ReplicaBounds = ReplicaBounds { min: 1, max: 100 };
pub(crate) const RPS_PER_POD: f64 = 50.0;

const REQUEST_MILLICORES: i64 = 100;
const LIMIT_MILLICORES: i64 = 200;

/// The world's signals at one instant; each may be taken away.
#[derive(Debug, Clone)]
pub(crate) struct World {
    pub(crate) observation: Observation,
    /// CPU that each pod uses over its limit.
    pub(crate) cpu_of_limit: f64,
    totals: RequestTotals,
}

impl World {
    pub(crate) fn new(replicas: i32) -> Self {
        let mut observation =
            Observation { now: Timestamp(0) + Span::minutes(600), ..Observation::default() };
        observation.replicas = ReplicaCounts { spec: replicas, status: replicas };
        Self { observation, cpu_of_limit: 0.4, totals: RequestTotals::default() }
    }

    /// One decision period later, with every signal present and fresh.
    pub(crate) fn tick(&mut self, rate_rps: f64, slow_share: f64) -> &mut Observation {
        self.observation.now += PERIOD;
        let now = self.observation.now;
        let served = rate_rps * PERIOD.as_seconds();
        self.totals.requests += served;
        self.totals.slow += served * slow_share;
        let at = now - Span::seconds(5);
        let window = Span::seconds(30);
        let latency = LatencyQuantiles { p50_s: 0.02, p95_s: 0.06, p99_s: 0.1 };
        let service = &mut self.observation.service;
        service.request_rate_rps = Some(Sample { value: rate_rps, at, window });
        service.latency = Some(Sample { value: latency, at, window });
        service.in_flight = Some(Sample { value: rate_rps * 0.03, at, window: Span::ZERO });
        service.totals = Some(Sample { value: self.totals, at, window: Span::ZERO });
        self.fill_pods();
        &mut self.observation
    }

    /// Pods become Ready as soon as they are asked for.
    pub(crate) fn scale(&mut self, replicas: i32) {
        self.observation.replicas = ReplicaCounts { spec: replicas, status: replicas };
    }

    fn fill_pods(&mut self) {
        let now = self.observation.now;
        let pods = &mut self.observation.pods;
        pods.clear();
        let usage = ContainerUsage {
            at: now - Span::seconds(10),
            window: Span::seconds(15),
            cpu_nanocores: Some((self.cpu_of_limit * LIMIT_MILLICORES as f64 * 1e6) as i64),
            memory_bytes: Some(40 << 20),
        };
        let container = ContainerObservation {
            name: pods.intern("app"),
            restartable_init: false,
            cpu_request_millicores: Some(REQUEST_MILLICORES),
            cpu_limit_millicores: Some(LIMIT_MILLICORES),
            memory_request_bytes: Some(64 << 20),
            memory_limit_bytes: Some(64 << 20),
            usage: Some(usage),
        };
        let started = now - Span::minutes(30);
        let ready = ReadyCondition { status: Readiness::True, last_transition: started };
        for id in 0..self.observation.replicas.status.max(0) as u64 {
            pods.push(PodId(id), PodPhase::Running, Some(started), Some(ready), None, &[container]);
        }
    }
}

fn shape(inputs: usize, outputs: usize) -> MlpShape {
    MlpShape { inputs, hidden: vec![32, 32], outputs, activation: Activation::Tanh }
}

/// A forecaster that always answers with the same ratios to the reference rate.
pub(crate) fn constant_forecaster(ratios: [f64; FORECAST_LEVELS.len()]) -> QuantileForecaster {
    let mut network = Mlp::new(shape(DEMAND_FEATURES.len(), 6), Initialisation::FanInUniform, Seed(1));
    network.zero_output_layer();
    for (bias, ratio) in network.output_bias_mut().iter_mut().zip(ratios) {
        *bias = libm::log(ratio) as f32;
    }
    forecaster(network)
}

/// A forecaster with drawn weights: it answers differently to every input.
pub(crate) fn drawn_forecaster(seed: u64) -> QuantileForecaster {
    forecaster(Mlp::new(shape(DEMAND_FEATURES.len(), 6), Initialisation::FanInUniform, Seed(seed)))
}

fn forecaster(network: Mlp) -> QuantileForecaster {
    let network = QuantileNet::new(network, None, FORECAST_LEVELS.to_vec());
    QuantileForecaster::new(network, FrozenInputs::default(), Span::seconds(60)).expect("the shape fits")
}

/// An agent with drawn weights.
pub(crate) fn drawn_agent(actions: ActionScheme, seed: u64) -> Agent {
    agent(actions, seed, |_| {})
}

/// An agent whose scores do not depend on the state.
pub(crate) fn constant_agent(actions: ActionScheme, scores: &[f32]) -> Agent {
    agent(actions, 1, |network| {
        network.zero_output_layer();
        network.output_bias_mut()[..scores.len()].copy_from_slice(scores);
    })
}

fn agent(actions: ActionScheme, seed: u64, change: impl FnOnce(&mut Mlp)) -> Agent {
    let mut network =
        Mlp::new(shape(STATE_LENGTH, actions.action_count()), Initialisation::FanInUniform, Seed(seed));
    change(&mut network);
    Agent::new(network, None, FrozenInputs::default(), actions).expect("the shape fits")
}

pub(crate) fn config() -> ControllerConfig {
    let capacity = CapacityCurve::linear(RPS_PER_POD).expect("positive");
    ControllerConfig::new("test", Objective::default(), capacity, BOUNDS)
}

/// With an HPA at 80 % of the request (40 % of the limit) behind it.
pub(crate) fn config_with_hpa() -> ControllerConfig {
    let hpa = Hpa::cpu_utilization(80, BOUNDS).expect("a target of 80 %");
    ControllerConfig { fallback: Some(hpa), ..config() }
}

pub(crate) fn controller(
    config: ControllerConfig,
    forecaster: QuantileForecaster,
    policy: Policy,
) -> Controller {
    Controller::new(config, forecaster, policy).expect("the settings are possible")
}

/// Runs until the restart hold is over and the replicas are settled at `rate_rps`; a minute of the ledger has just
/// closed.
pub(crate) fn settle(world: &mut World, controller: &mut Controller, rate_rps: f64) {
    use podpilot_core::Autoscaler;
    for _ in 0..61 {
        let wanted =
            controller.decide(world.tick(rate_rps, 0.0)).replicas.expect("a controller always decides");
        world.scale(wanted);
    }
}
