//! The classic control tasks as Gymnasium 1.4 has them: `CartPole-v1`, `Acrobot-v1`, `MountainCar-v0`.
//!
//! Dynamics run in `f64` and observations leave as `f32`, as there. Given a state and actions they follow Gymnasium's
//! trajectories (tests compare them); the states that episodes start from come from this crate's own random streams.

mod acrobot;
mod cart_pole;
mod mountain_car;
mod time_limit;
pub mod tuned;

pub use acrobot::Acrobot;
pub use cart_pole::CartPole;
pub use mountain_car::MountainCar;
