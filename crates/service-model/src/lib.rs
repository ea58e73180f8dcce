//! What a pod can carry: capacity and latency from CPU cost, limit and balancer.
//!
//! - [`ServiceSpec`] and [`PodSpec`] say what a request costs and what a pod may use.
//! - [`PodServer`] serves request by request under a CFS quota ([`CfsModel`]); [`PodGroup`] puts a balancer
//!   in front of several of them.
//! - [`LatencyTable`] is the fast mode's picture of one pod, built once by the request mode.
//! - [`LoadTest`] repeats a measurement on modelled pods, [`fit`] finds the model that follows it.
//! - [`Inverse`] turns an offered rate into the replicas that carry it within an objective.

mod balancer;
mod bandwidth;
mod cfs;
pub mod closed_form;
mod cost_drift;
pub mod fit;
mod idle_index;
mod inverse;
pub mod latency_buckets;
mod latency_table;
mod latency_tables;
mod level_statistics;
mod load_test;
mod measured_curve;
mod measurement;
mod pod_server;
mod pod_spec;
mod queue_grid;
mod quota;
mod service_spec;
mod spec_error;

pub use balancer::{Balancer, PodGroup};
pub use cfs::{CfsModel, Neighbour};
pub use inverse::Inverse;
pub use latency_table::{LatencyTable, Level};
pub use latency_tables::LatencyTables;
pub use load_test::{LoadTest, LoadTestResult, TestArrivals};
pub use pod_server::{Admission, Departure, PodServer};
pub use pod_spec::{PodSpec, StartupSpec};
pub use service_spec::{CostSampler, CpuCost, MemorySpec, ServiceSpec};
pub use spec_error::SpecError;
