//! The published rivals, one file or folder each, and the serde types of their manifests.

pub mod cron;
pub mod feedforward;
mod fixed;
pub mod hpa;
pub mod keda;
pub mod knative;
mod memory;
pub mod names;
mod recent_peak;
mod rival;
pub mod schedule;
pub mod search_space;
mod service_facts;
mod static_peak;
mod threshold;

pub use feedforward::{FeedForward, FeedForwardParameters};
pub use fixed::Fixed;
pub use hpa::{Hpa, HpaControllerConfig, HpaManifest, HpaParameters, ManifestError};
pub use keda::KedaParameters;
pub use knative::{Knative, KnativeManifest, KnativeMetric, KnativeParameters, KnativeSettings};
pub use rival::{Rival, RivalConfig, UnknownRival};
pub use schedule::{Schedule, Scheduled};
pub use service_facts::ServiceFacts;
pub use static_peak::{StaticPeak, StaticPeakParameters};
pub use threshold::{Threshold, ThresholdParameters};
