//! What the networks see.

mod agent_features;
mod demand_encoder;
mod demand_features;
mod description;
mod rate_history;
mod yesterday;

pub use agent_features::{AGENT_FEATURES, AgentFeature};
pub use demand_encoder::DemandEncoder;
pub use demand_features::{DEMAND_FEATURES, DemandFeature};
pub use description::FeatureDescription;
