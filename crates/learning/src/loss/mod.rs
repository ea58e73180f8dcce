//! Losses with their closed-form gradients.

mod categorical;
mod clipped;
mod pinball;
mod regression;

pub use categorical::{Categorical, allowed_argmax};
pub use clipped::{ClippedPolicyLoss, PolicyTerms};
pub use pinball::pinball;
pub use regression::{ValueLoss, regression};
