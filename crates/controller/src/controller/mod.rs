//! The decision pipeline: prepare what the policy sees, decide, conclude through fallback and guard.

mod autoscaler;
mod conclude;
mod config;
mod memory;
mod moment;
mod pipeline;

pub use config::ControllerConfig;
pub use pipeline::Controller;
