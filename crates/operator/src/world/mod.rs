//! From the API server's objects to what an autoscaler may see. Pure: no I/O, no clock.

mod observation;
mod pods;
mod startup;
mod target;
mod writers;

pub use observation::{WorldView, observe};
pub use pods::{pod_id, push_pod};
pub use startup::startup_seconds;
pub use target::Target;
pub use writers::{FIELD_MANAGER, ReplicaOwner, replica_owners};
