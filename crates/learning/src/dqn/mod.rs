//! Deep Q-learning (Mnih et al. 2015) with double, dueling and n-step targets, each a switch.

mod config;
mod trainer;
mod update;
mod value_network;

pub use config::DqnConfig;
pub use trainer::Dqn;
