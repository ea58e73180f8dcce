//! What a scenario file says: a service, its load, the cluster it runs on, how it is measured, what goes wrong.

mod cluster;
mod cluster_autoscaler;
mod faults;
mod lifecycle;
mod objective_schema;
mod observability;
mod perturbation;
mod retries;
mod validation;

use std::path::PathBuf;

use podpilot_core::{Objective, ReplicaBounds, Span, Timestamp};
use podpilot_service_model::{PodSpec, ServiceSpec};
use podpilot_traffic::LoadSpec;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use cluster::{ClusterSpec, PriceSpec};
pub use cluster_autoscaler::{ClusterAutoscalerSpec, Expander, NodeGroupSpec};
pub use faults::{FaultSchedule, FaultSpec, MetricSource};
pub use lifecycle::{LifecycleSpec, ProbeKind, ProbeSpec};
pub use observability::{MetricsSpec, PrometheusSpec, ResourceMetricsSpec};
pub use perturbation::{Perturbation, UnknownPerturbation};
pub use retries::RetrySpec;
pub use validation::ScenarioError;

/// The schema identifier that a scenario file must carry.
pub const SCENARIO_SCHEMA: &str = "podpilot/scenario/v1";

/// A complete scenario. Strict: an unknown field is an error that names it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// Format of this file: `podpilot/scenario/v1`.
    pub schema: String,
    /// Short name, used in reports and file names.
    pub name: String,
    /// What the scenario is for, in a sentence.
    #[serde(default)]
    pub description: Option<String>,
    /// Virtual time at which the load starts, seconds since the Unix epoch (default: Monday 2026-01-05 00:00 UTC).
    #[serde(default = "default_start_unix_s")]
    pub start_unix_s: i64,
    /// Length of the base tick, seconds, at most 1.
    #[serde(default = "default_tick_s")]
    pub tick_s: f64,
    /// The load: generated, or a recorded trace.
    pub load: LoadSpec,
    /// What a request costs and how requests reach the pods.
    pub service: ServiceSpec,
    /// What a pod may use and how long it takes to start.
    pub pod: PodSpec,
    /// The readiness probe.
    #[serde(default)]
    pub probe: ProbeSpec,
    /// How pods come and go.
    #[serde(default)]
    pub lifecycle: LifecycleSpec,
    /// Nodes and replica bounds.
    pub cluster: ClusterSpec,
    /// Clients that try again; without it a failed request is gone.
    #[serde(default)]
    pub retries: Option<RetrySpec>,
    /// How late and coarse the measurements are.
    #[serde(default)]
    pub metrics: MetricsSpec,
    /// The service level to keep.
    #[schemars(with = "objective_schema::ObjectiveSchema")]
    pub objective: Objective,
    /// What pods and nodes cost.
    #[serde(default)]
    pub price: PriceSpec,
    /// Whom to compare with.
    #[serde(default)]
    pub baseline: Option<BaselineSpec>,
    /// What goes wrong, and when.
    #[serde(default)]
    pub faults: Vec<FaultSpec>,
}

/// The autoscaler that the scenario's service has today.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BaselineSpec {
    /// Path of a `HorizontalPodAutoscaler` manifest, relative to the scenario file.
    pub hpa: PathBuf,
}

impl Scenario {
    /// The JSON Schema of scenario files.
    pub fn json_schema() -> schemars::Schema {
        schemars::schema_for!(Scenario)
    }

    /// Checks every field's range and that the parts fit together.
    pub fn validate(&self) -> Result<(), ScenarioError> {
        validation::validate(self)
    }

    /// When the load starts.
    pub fn start(&self) -> Timestamp {
        Timestamp(0) + Span::seconds(self.start_unix_s)
    }

    /// Length of the base tick.
    pub fn tick(&self) -> Span {
        Span::from_seconds(self.tick_s)
    }

    /// The replica bounds that every autoscaler gets.
    pub fn bounds(&self) -> ReplicaBounds {
        ReplicaBounds { min: self.cluster.min_replicas as i32, max: self.cluster.max_replicas as i32 }
    }
}

fn default_start_unix_s() -> i64 {
    1_767_571_200
}

fn default_tick_s() -> f64 {
    1.0
}
