//! A short forecast through the inverse of the service model.

mod autoscaler;
mod day_history;
mod forecast;
mod parameters;
mod trend;

pub use autoscaler::FeedForward;
pub use parameters::FeedForwardParameters;
