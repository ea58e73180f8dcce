use std::sync::Arc;

use podpilot_core::{MetricKey, Observation, Outcome, SignalSet, Span, Timestamp};
use podpilot_random::Seed;
use podpilot_traffic::LoadSeries;

use crate::{Fidelity, LatencyRecord, Measures, PreparedScenario, Scenario, ScenarioError};

/// Pods by state.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PodCounts {
    /// Waiting for a node with room.
    pub unscheduled: u32,
    /// Being created or starting up.
    pub starting: u32,
    /// Ready and in the load balancer.
    pub serving: u32,
    /// Running but taken out: failed probes, restarting, or on a lost node.
    pub unavailable: u32,
    /// Being deleted.
    pub terminating: u32,
}

/// A named metric that the simulator does not have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no metric \"{name}\" in simulation, known are {known}")]
pub struct UnknownMetric {
    /// The name asked for.
    pub name: String,
    /// What exists, separated by commas.
    pub known: String,
}

/// One run of a scenario in virtual time.
#[derive(Debug, Clone)]
pub struct Simulation {
    observation: Observation,
    measures: Measures,
}

impl Simulation {
    /// A run in fast mode: `load` from its start, everything random from `seed`.
    pub fn new(scenario: &Scenario, load: Arc<LoadSeries>, seed: Seed) -> Result<Self, ScenarioError> {
        Ok(Self::of(&PreparedScenario::new(scenario)?, Fidelity::Fast, load, seed))
    }

    /// A run of a prepared scenario.
    pub fn of(
        prepared: &Arc<PreparedScenario>,
        fidelity: Fidelity,
        load: Arc<LoadSeries>,
        seed: Seed,
    ) -> Self {
        let _ = (prepared, fidelity, load, seed);
        unimplemented!()
    }

    /// Starts anew with the load from offset `from` on, as if it had just been made; keeps buffers, watched signals
    /// and provided metrics. The virtual clock starts at the scenario's start plus `from`.
    pub fn reset(&mut self, load: Arc<LoadSeries>, from: Span, seed: Seed) {
        let _ = (load, from, seed);
        unimplemented!()
    }

    /// Makes this run continue exactly as `other` would, without allocating (both must come from the same
    /// prepared scenario and fidelity).
    pub fn copy_from(&mut self, other: &Self) {
        let _ = other;
        unimplemented!()
    }

    /// Which signals [`Simulation::observe`] fills in; all at first, except named metrics, which are filled in once
    /// provided. What is not watched costs nothing and is missing in the observation.
    pub fn watch(&mut self, signals: SignalSet) {
        let _ = signals;
        unimplemented!()
    }

    /// Lets observations contain a named metric, for an HPA of type Pods, Object or External.
    pub fn provide_metric(&mut self, key: MetricKey) -> Result<(), UnknownMetric> {
        let _ = key;
        unimplemented!()
    }

    /// Lets virtual time pass. Whole ticks only: a rest shorter than a tick is kept for the next call.
    pub fn advance(&mut self, span: Span) {
        let _ = span;
        unimplemented!()
    }

    /// What an autoscaler sees now.
    pub fn observe(&mut self) -> &Observation {
        &self.observation
    }

    /// Writes `scale.spec.replicas`.
    pub fn scale(&mut self, replicas: i32) -> Outcome {
        let _ = replicas;
        unimplemented!()
    }

    /// Virtual time now.
    pub fn now(&self) -> Timestamp {
        unimplemented!()
    }

    /// The rate that the load prescribes now, requests per second: for records and oracles, no autoscaler sees it.
    pub fn offered_rate_rps(&self) -> f64 {
        unimplemented!()
    }

    /// `scale.spec.replicas`.
    pub fn spec_replicas(&self) -> i32 {
        unimplemented!()
    }

    /// Pods by state.
    pub fn pod_counts(&self) -> PodCounts {
        unimplemented!()
    }

    /// What came of the run so far.
    pub fn measures(&self) -> &Measures {
        &self.measures
    }

    /// Latency of the requests that ended since the start of the last [`Simulation::advance`].
    pub fn recent_latency(&self) -> &LatencyRecord {
        unimplemented!()
    }

    /// The scenario and its tables.
    pub fn prepared(&self) -> &Arc<PreparedScenario> {
        unimplemented!()
    }
}
