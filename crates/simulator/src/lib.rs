//! A service on a Kubernetes cluster in virtual time: requests, pods, nodes, the metric pipeline, faults.
//!
//! - [`Scenario`] is what a scenario file says; [`PreparedScenario`] adds what is computed from it once.
//! - [`Simulation`] is one run: [`Simulation::advance`], [`Simulation::observe`], [`Simulation::scale`]. It branches
//!   cheaply ([`Simulation::copy_from`]), allocates nothing while it runs, and gives the same bits for the same seed.
//! - [`run`] lets an autoscaler decide.
//! - [`Measures`] holds what came of it, by the definitions that evaluation and the cluster share.

mod bins;
mod clients;
mod cohorts;
mod engine;
mod faults;
mod fidelity;
mod flow;
mod history;
mod latency_record;
mod measurement_noise;
mod measures;
mod named_metrics;
mod nodes;
mod pods;
mod prepared;
mod prometheus;
mod queue_proxies;
mod requests;
mod resource_metrics;
mod run;
mod scenario;
mod simulation;
mod tally;

pub use fidelity::Fidelity;
pub use latency_record::LatencyRecord;
pub use measures::{Measures, Sums};
pub use named_metrics::UnknownMetric;
pub use prepared::PreparedScenario;
pub use run::{TickRecord, run};
pub use scenario::{
    BaselineSpec, ClusterAutoscalerSpec, ClusterSpec, Expander, FaultSchedule, FaultSpec, LifecycleSpec,
    MetricSource, MetricsSpec, NodeGroupSpec, Perturbation, PriceSpec, ProbeKind, ProbeSpec, PrometheusSpec,
    ResourceMetricsSpec, RetrySpec, SCENARIO_SCHEMA, Scenario, ScenarioError, UnknownPerturbation,
};
pub use simulation::{PodCounts, Simulation};
