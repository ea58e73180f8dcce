use podpilot_autoscalers::Hpa;
use podpilot_core::{
    Autoscaler, Decision, Objective, Observation, Outcome, Proposal, RestoreError, SignalSet, Snapshot, Span,
};

use crate::{
    ActionScheme, CapacityCurve, ControllerError, Forecast, GuardSettings, Policy, QuantileForecaster, TrimSettings,
};

/// Everything that a controller needs besides networks.
#[derive(Debug, Clone)]
pub struct ControllerConfig {
    /// Name in tables and logs.
    pub name: String,
    /// Time between decisions.
    pub period: Span,
    /// The service level to keep.
    pub objective: Objective,
    /// What pods carry within the objective.
    pub capacity: CapacityCurve,
    /// Quantile level of the base policy: one of [`crate::FORECAST_LEVELS`].
    pub level: f64,
    /// Scale-down hold of the base policy.
    pub hold: Span,
    /// Online trim; `None` keeps headroom at zero.
    pub trim: Option<TrimSettings>,
    /// What an agent may do.
    pub actions: ActionScheme,
    /// Bounds and limits.
    pub guard: GuardSettings,
    /// A request rate older than this is stale.
    pub stale_after: Span,
    /// In-process HPA, the second link of the fallback chain.
    pub fallback: Option<Hpa>,
}

/// The decision pipeline.
#[derive(Debug, Clone)]
pub struct Controller {}

impl Controller {
    /// Checks the settings and joins the parts.
    pub fn new(
        config: ControllerConfig,
        forecaster: QuantileForecaster,
        policy: Policy,
    ) -> Result<Self, ControllerError> {
        let _ = (config, forecaster, policy);
        unimplemented!()
    }

    /// First half of a decision: takes in what is seen and returns the agent's state.
    pub fn prepare(&mut self, observation: &Observation) -> &[f32] {
        let _ = observation;
        unimplemented!()
    }

    /// Actions that make sense now, after [`Controller::prepare`].
    pub fn action_mask(&self) -> &[bool] {
        unimplemented!()
    }

    /// The action that the base policy would take now, after [`Controller::prepare`].
    pub fn base_action(&self) -> usize {
        unimplemented!()
    }

    /// Second half: carries an action through fallback and guard.
    pub fn decide_action(&mut self, action: usize) -> Decision {
        let _ = action;
        unimplemented!()
    }

    /// The last decision, with source and clips.
    pub fn last_decision(&self) -> Option<&Decision> {
        unimplemented!()
    }

    /// The last forecast.
    pub fn forecast(&self) -> &Forecast {
        unimplemented!()
    }

    /// Headroom that the trim adds now.
    pub fn trim(&self) -> f64 {
        unimplemented!()
    }

    /// Sets the headroom, for rollouts that start at a drawn trim.
    pub fn set_trim(&mut self, trim: f64) {
        let _ = trim;
        unimplemented!()
    }

    /// Takes over the state of a controller of the same configuration, without allocating: to branch rollouts.
    pub fn copy_from(&mut self, other: &Self) {
        let _ = other;
        unimplemented!()
    }
}

impl Autoscaler for Controller {
    fn name(&self) -> &str {
        unimplemented!()
    }

    fn period(&self) -> Span {
        unimplemented!()
    }

    fn signals(&self) -> SignalSet {
        unimplemented!()
    }

    fn decide(&mut self, observation: &Observation) -> Proposal {
        let _ = observation;
        unimplemented!()
    }

    fn applied(&mut self, outcome: &Outcome) {
        let _ = outcome;
        unimplemented!()
    }

    fn snapshot(&self) -> Snapshot {
        unimplemented!()
    }

    fn restore(&mut self, snapshot: &Snapshot) -> Result<(), RestoreError> {
        let _ = snapshot;
        unimplemented!()
    }
}
