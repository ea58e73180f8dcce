//! The published rivals, one file or folder each, and the serde types of their manifests.

pub mod feedforward;
mod fixed;
pub mod hpa;
pub mod keda;
pub mod knative;
pub mod names;
mod rival;
pub mod schedule;
pub mod search_space;
mod service_facts;
mod static_peak;
mod threshold;

pub use feedforward::FeedForwardParameters;
pub use fixed::Fixed;
pub use hpa::{Hpa, HpaControllerConfig, HpaManifest, HpaParameters};
pub use keda::KedaParameters;
pub use knative::{KnativeMetric, KnativeParameters};
pub use rival::{Rival, RivalConfig, UnknownRival};
pub use schedule::Schedule;
pub use service_facts::ServiceFacts;
pub use static_peak::StaticPeakParameters;
pub use threshold::ThresholdParameters;
