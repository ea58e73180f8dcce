//! Proximal policy optimisation (Schulman et al. 2017) with the thirteen core details of Huang et al. (2022);
//! `docs/learning.md` lists where each is.

mod advantage;
mod config;
mod rollout;
mod scaling;
mod trainer;
mod update;

pub use advantage::AdvantageEstimation;
pub use config::PpoConfig;
pub use trainer::Ppo;
