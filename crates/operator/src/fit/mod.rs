//! The service model of one workload, fitted to its own history. Too little data is said, not guessed.

mod capacity;
mod cost;
mod lag;

pub use capacity::{ModelCache, PodSize, ServiceModel};
pub use cost::{CostFit, FitError, LoadPoint, fit_cost};
pub use lag::metric_lag_s;
