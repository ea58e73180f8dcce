//! Reinforcement learning for small networks.
//!
//! Everything an agent needs and nothing about autoscaling: multilayer perceptrons with closed-form gradients, Adam,
//! replay, DQN and PPO with action masks, quantile regression, a policy file that PyTorch can open, and the classic
//! environments that prove the learners. One thread, `f32`, no allocation in the training loop. The same build, seed
//! and settings give the same bits on every machine with fused multiply-add (x86-64 from 2013, ARM64).

pub mod classic;
pub mod counterfactual;
pub mod dqn;
mod environment;
mod environments;
mod evaluation;
pub mod exact;
pub mod loss;
pub mod network;
mod normalizer;
mod optimizer;
pub mod policy;
pub mod ppo;
mod progress;
pub mod quantile_regression;
pub mod replay;
mod schedule;
mod simd;
mod state;

pub use dqn::{Dqn, DqnConfig};
pub use environment::{End, Environment, Step};
pub use evaluation::{evaluate, interquartile_mean};
pub use network::{Activation, Initialisation, Mlp, MlpShape, Workspace};
pub use normalizer::RunningNormalizer;
pub use optimizer::Adam;
pub use policy::{GreedyPolicy, PolicyFile, PolicyFileError};
pub use ppo::{Ppo, PpoConfig};
pub use progress::{Progress, TrainError, TrainOutcome};
pub use quantile_regression::{QuantileNet, QuantileRegression};
pub use replay::ReplayBuffer;
pub use schedule::Schedule;
pub use state::{StateError, StateReader, StateWriter};
