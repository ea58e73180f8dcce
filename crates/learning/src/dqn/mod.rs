//! Deep Q-learning (Mnih et al. 2015) with double, dueling and n-step targets, each a switch.

mod config;
mod trainer;

pub use config::{DqnConfig, TdLoss};
pub use trainer::Dqn;
