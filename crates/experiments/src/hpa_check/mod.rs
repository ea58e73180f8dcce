//! Holds our HPA against the real one: what the real one read at each sync is given to ours, and both must decide alike.

mod controller_log;
mod pods_at;
mod replay;
mod syncs;

pub(crate) use pods_at::PodHistory;
pub(crate) use replay::{ReplayArguments, read_syncs, replay};
pub(crate) use syncs::Sync;
