//! What is decided for one workload, and what the baseline HPA would have run meanwhile. Pure: no I/O, no clock.

mod brain;
mod comparison;
mod decider;
mod pausing;
mod restart_state;
mod virtual_replicas;
mod virtual_service;

pub use brain::Brain;
pub use comparison::{Comparison, Side};
pub use decider::{Decider, Verdict};
pub use pausing::paused;
pub use restart_state::{MOST_STATE_BYTES, RestartState, StateError};
pub use virtual_replicas::VirtualReplicas;
pub use virtual_service::VirtualService;
