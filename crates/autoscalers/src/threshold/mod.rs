//! Threshold rules: pods are added while latency, CPU or memory is above its threshold, and removed while CPU is low
//! and nothing is above.

mod autoscaler;
mod parameters;

pub use autoscaler::Threshold;
pub use parameters::ThresholdParameters;
