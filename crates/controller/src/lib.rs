//! The decision pipeline of podpilot: encoder, policy, fallback chain, guard. One object, [`Controller`], runs in
//! production and in every training, evaluation and fault test of a learned policy.
//!
//! - [`DemandEncoder`] turns request-rate samples into scale-free demand features; [`DemandTargets`] gives the
//!   labels that the demand quantiles are trained on.
//! - [`QuantileForecaster`] predicts quantiles of demand; [`CapacityCurve`] turns demand into pods.
//! - [`Trim`] adjusts headroom online, [`Hold`] delays scale-down, [`GuardSettings`] bound what is asked for.
//! - [`ActionScheme`] says what an agent may do on top; [`RewardWeights`] what it is paid for.
//! - [`Policy`] is who decides; [`Controller`] joins everything and implements `Autoscaler`.
//!
//! `docs/formulation.md` documents every feature, action and reward term in one place.

mod action;
mod capacity;
mod controller;
mod encoding;
mod error;
mod fault;
mod forecast;
mod frozen;
mod guard;
mod hold;
mod policy;
mod policy_file;
mod reward;
mod schema;
mod snapshot;
mod targets;
mod trim;
mod virtual_hpa;

pub use action::{Action, ActionScheme};
pub use capacity::CapacityCurve;
pub use controller::{Controller, ControllerConfig};
pub use encoding::{
    AGENT_FEATURES, AgentFeature, DEMAND_FEATURES, DemandEncoder, DemandFeature, FeatureDescription,
    STATE_LENGTH,
};
pub use error::ControllerError;
pub use forecast::{FORECAST_LEVELS, Forecast, QuantileForecaster, demand_horizon};
pub use frozen::FrozenInputs;
pub use guard::{GuardSettings, StepLimit};
pub use hold::Hold;
pub use policy::{Agent, Policy};
pub use policy_file::TrainedPolicy;
pub use reward::{IntervalMeasures, RewardTerms, RewardWeights};
pub use schema::{action_schema, encoding_schema, reward_schema};
pub use targets::{DEMAND_AVERAGING, DemandTargets};
pub use trim::{Trim, TrimSettings};
pub use virtual_hpa::VirtualHpa;
