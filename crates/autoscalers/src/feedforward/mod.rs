//! A short forecast through the inverse of the service model.

mod parameters;

pub use parameters::FeedForwardParameters;
