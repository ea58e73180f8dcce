//! Training, evaluation and reports on the simulator.

mod error;
pub mod explain;
pub mod number;
pub mod report;
pub mod request;
pub mod result;

pub use error::LabError;
