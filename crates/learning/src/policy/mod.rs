//! Policies as they are saved, loaded and run.

mod codec;
mod file;
mod greedy;

pub use file::{PolicyFile, PolicyFileError};
pub use greedy::GreedyPolicy;
