//! KEDA: its operator between zero and one replica, and the HPA that it makes between one and many.
//!
//! The operator's rules are those of `pkg/scaling/executor` and `pkg/fallback` of KEDA 2.20; the HPA is [`crate::Hpa`].

mod autoscaler;
mod fallback;
pub mod manifest;
mod operator;
mod parameters;
mod query;
mod settings;
mod trigger;

pub use autoscaler::Keda;
pub use manifest::ScaledObject;
pub use parameters::KedaParameters;
