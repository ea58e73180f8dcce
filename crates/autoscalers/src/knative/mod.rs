//! Knative's pod autoscaler (KPA), as `pkg/autoscaler` and `pkg/reconciler/autoscaling/kpa` of Knative Serving have it.
//!
//! [`Decider`] is the calculation alone: what two window averages and the number of ready pods ask for.

mod autoscaler;
mod collector;
mod decider;
pub mod manifest;
mod parameters;
mod scale_to_zero;
mod settings;

pub use autoscaler::Knative;
pub use decider::{Decider, DeciderSpec};
pub use manifest::{AutoscalerConfigMap, KnativeManifest, KnativeResource};
pub use parameters::{KnativeMetric, KnativeParameters};
pub use settings::KnativeSettings;
