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
mod rival_manifest;
pub mod schedule;
pub mod search_space;
mod service_facts;
mod static_peak;
mod threshold;

pub use feedforward::{FeedForward, FeedForwardParameters};
pub use fixed::Fixed;
pub use hpa::{Hpa, HpaControllerConfig, HpaManifest, HpaParameters, ManifestError};
pub use keda::{Keda, KedaParameters, ScaledObject};
pub use knative::{Knative, KnativeManifest, KnativeMetric, KnativeParameters, KnativeSettings};
pub use rival::{Built, Rival, RivalConfig, UnknownRival};
pub use rival_manifest::RivalManifest;
pub use schedule::{Schedule, Scheduled};
pub use service_facts::ServiceFacts;
pub use static_peak::{StaticPeak, StaticPeakParameters};
pub use threshold::{Threshold, ThresholdParameters};
