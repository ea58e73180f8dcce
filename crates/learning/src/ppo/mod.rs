//! Proximal policy optimisation (Schulman et al. 2017).

mod config;
mod trainer;

pub use config::PpoConfig;
pub use trainer::Ppo;
