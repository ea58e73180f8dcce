//! The published rivals, one file each, and the serde types of their manifests.

mod fixed;
pub mod hpa;
pub mod names;

pub use fixed::Fixed;
pub use hpa::{Hpa, HpaControllerConfig, HpaManifest};
