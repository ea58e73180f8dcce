//! Knative's pod autoscaler.

mod parameters;

pub use parameters::{KnativeMetric, KnativeParameters};
