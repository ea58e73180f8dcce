//! The testbed's cluster: its API, its pods, their control groups.

mod api;
mod cgroup;
mod pods;
mod variant;

pub(crate) use api::Api;
pub(crate) use cgroup::{CpuCounters, PodCgroup};
pub(crate) use pods::{PodTimes, is_ready, ready_pods};
pub(crate) use variant::{Template, Variant};
