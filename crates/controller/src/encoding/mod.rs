//! What the networks see.

mod agent_encoder;
mod agent_features;
mod demand_encoder;
mod demand_features;
mod description;
mod pod_measures;
mod rate_history;
mod yesterday;

pub(crate) use agent_encoder::{AgentEncoder, BaseView};
pub use agent_features::{AGENT_FEATURES, AgentFeature};
pub use demand_encoder::DemandEncoder;
pub use demand_features::{DEMAND_FEATURES, DemandFeature};
pub use description::FeatureDescription;
pub(crate) use pod_measures::PodMeasures;

/// Numbers in an agent's state: the demand features, then the agent features.
pub const STATE_LENGTH: usize = DEMAND_FEATURES.len() + AGENT_FEATURES.len();

const _: () = assert!(DEMAND_FEATURES.len() == DemandFeature::TimeOfDayCosine as usize + 1);
