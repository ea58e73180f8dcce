//! Training, evaluation and reports on the simulator.

mod error;
pub mod request;
pub mod result;

pub use error::LabError;
