//! Experience replay with n-step returns.

mod buffer;
mod n_step;

pub use buffer::{ReplayBatch, ReplayBuffer, Transition};
pub use n_step::NStepQueue;
