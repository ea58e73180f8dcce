use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;
use kube::{CustomResource, KubeSchema};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Baseline, ObjectiveSpec, PolicySource, Price, SignalSources};

/// Sets the replica count of one workload with a learned policy.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, CustomResource, KubeSchema)]
#[kube(
    group = "podpilot.dev",
    version = "v1alpha1",
    kind = "AdaptiveAutoscaler",
    namespaced,
    shortname = "aas",
    category = "autoscaling",
    status = "super::AdaptiveAutoscalerStatus",
    derive = "PartialEq",
    printcolumn = r#"{"name":"Target","type":"string","jsonPath":".spec.scaleTargetRef.name"}"#,
    printcolumn = r#"{"name":"Mode","type":"string","jsonPath":".spec.mode"}"#,
    printcolumn = r#"{"name":"Replicas","type":"integer","jsonPath":".status.replicas"}"#,
    printcolumn = r#"{"name":"Recommended","type":"integer","jsonPath":".status.recommendedReplicas"}"#,
    printcolumn = r#"{"name":"HPA-would","type":"integer","jsonPath":".status.hpaReplicas"}"#,
    printcolumn = r#"{"name":"Bad-minutes","type":"string","jsonPath":".status.badMinutes"}"#,
    printcolumn = r#"{"name":"Saving","type":"string","jsonPath":".status.saving"}"#,
    printcolumn = r#"{"name":"Ready","type":"string","jsonPath":".status.conditions[?(@.type==\"Ready\")].status"}"#,
    printcolumn = r#"{"name":"Age","type":"date","jsonPath":".metadata.creationTimestamp"}"#
)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[x_kube(validation = Rule::new("self.minReplicas <= self.maxReplicas")
    .message("minReplicas must be at most maxReplicas"))]
pub struct AdaptiveAutoscalerSpec {
    /// The workload. It cannot be changed: make another AdaptiveAutoscaler for another workload.
    #[x_kube(validation = Rule::new("self == oldSelf")
        .message("the target cannot be changed; delete this AdaptiveAutoscaler and make one for the other workload"))]
    pub scale_target_ref: ScaleTarget,
    /// At least this many replicas.
    #[serde(default = "default_min_replicas")]
    #[schemars(range(min = 1))]
    pub min_replicas: i32,
    /// At most this many replicas.
    #[schemars(range(min = 1))]
    pub max_replicas: i32,
    /// How far podpilot may go.
    #[serde(default)]
    pub mode: Mode,
    /// Time between decisions.
    #[serde(default = "default_interval")]
    #[schemars(length(max = 10))]
    #[x_kube(validation = Rule::new(
        "self.matches('^[0-9]+(s|m)$') && duration(self) >= duration('5s') && duration(self) <= duration('2m')")
        .message("must be a duration from 5s to 2m, such as 15s"))]
    pub interval: String,
    /// Stops writes in one direction or both.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paused: Option<Pause>,
    /// The service level to keep.
    #[serde(default)]
    pub objective: ObjectiveSpec,
    /// What a replica costs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<Price>,
    /// Where load and latency are read.
    #[serde(default)]
    pub signals: SignalSources,
    /// What is known about the service. What is not stated is fitted from its history.
    #[serde(default)]
    pub service: ServiceFacts,
    /// Who decides.
    #[serde(default)]
    pub policy: PolicySource,
    /// What podpilot is compared with.
    #[serde(default)]
    pub baseline: Baseline,
}

/// How far podpilot may go.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Mode {
    /// Writes nothing to the target; shows what it would do.
    #[default]
    Observe,
    /// Raises `minReplicas` of the target's HPA ahead of load.
    Floor,
    /// Writes the target's scale.
    Direct,
}

/// Reference to the workload that is scaled, in the same namespace.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ScaleTarget {
    /// `apps/v1`.
    #[schemars(length(max = 63))]
    #[x_kube(validation = Rule::new("self == 'apps/v1'").message("must be apps/v1"))]
    pub api_version: String,
    /// `Deployment` or `StatefulSet`.
    pub kind: TargetKind,
    /// Its name.
    #[schemars(length(min = 1, max = 253))]
    pub name: String,
}

/// Kinds of workloads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub enum TargetKind {
    /// A Deployment.
    Deployment,
    /// A StatefulSet.
    StatefulSet,
}

/// A pause by direction.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[x_kube(validation = Rule::new("self.scaleUp || self.scaleDown")
    .message("must pause scaleUp, scaleDown, or both; remove paused to go on"))]
pub struct Pause {
    /// No scale-up.
    #[serde(default)]
    pub scale_up: bool,
    /// No scale-down.
    #[serde(default)]
    pub scale_down: bool,
    /// When the pause ends by itself; never if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Time>,
}

/// What the user knows about the service.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ServiceFacts {
    /// CPU time that one request takes, milliseconds; fitted if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 16))]
    #[x_kube(validation = Rule::new("self.matches('^[0-9]{1,6}([.][0-9]{1,6})?$') && double(self) > 0.0")
        .message("must be a positive number of milliseconds as a string, such as \"3.8\""))]
    pub cpu_ms_per_request: Option<String>,
    /// Processes or threads of a pod that work at the same time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 256))]
    pub workers: Option<u32>,
    /// A request that takes longer has failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 10))]
    #[x_kube(validation = Rule::new(
        "self.matches('^[0-9]+(ms|s)$') && duration(self) >= duration('10ms') && duration(self) <= duration('3600s')")
        .message("must be a duration from 10ms to 3600s, such as 10s"))]
    pub timeout: Option<String>,
}

impl TargetKind {
    /// As Kubernetes writes it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Deployment => "Deployment",
            Self::StatefulSet => "StatefulSet",
        }
    }

    /// Its plural in addresses.
    pub fn plural(self) -> &'static str {
        match self {
            Self::Deployment => "deployments",
            Self::StatefulSet => "statefulsets",
        }
    }
}

impl Mode {
    /// As the specification writes it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Observe => "Observe",
            Self::Floor => "Floor",
            Self::Direct => "Direct",
        }
    }
}

fn default_min_replicas() -> i32 {
    1
}

fn default_interval() -> String {
    "15s".to_owned()
}
