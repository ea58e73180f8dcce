use podpilot_autoscalers::hpa::Quantity;
use serde::{Deserialize, Serialize};

/// A pod as the API server shows it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pod {
    /// Its name.
    pub name: String,
    /// `status.phase`.
    pub phase: Phase,
    /// `status.startTime`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start_ms: Option<i64>,
    /// Its `Ready` condition.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ready: Option<Ready>,
    /// Whether it has a deletion time.
    #[serde(default, skip_serializing_if = "is_false")]
    pub deleting: bool,
    /// Its containers with their requests; of the init containers only those that restart always.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub containers: Vec<Container>,
}

/// `status.phase` of a pod.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names are those of Kubernetes")]
pub enum Phase {
    Pending,
    Running,
    Succeeded,
    Failed,
    Unknown,
}

/// The `Ready` condition of a pod.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ready {
    /// Its status.
    pub status: ReadyStatus,
    /// Its last transition.
    pub since_ms: i64,
}

/// Status of a condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names are those of Kubernetes")]
pub enum ReadyStatus {
    True,
    False,
    Unknown,
}

/// A container with two resources: what a pod requests, or what the metrics API says it uses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Container {
    /// Its name.
    pub name: String,
    /// Whether it is an init container that restarts always.
    #[serde(default, skip_serializing_if = "is_false")]
    pub sidecar: bool,
    /// CPU in cores.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cpu: Option<Quantity>,
    /// Memory in bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory: Option<Quantity>,
}

/// One `PodMetrics` of the resource metrics API. Its containers must be containers of the pod.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PodUsage {
    /// Name of the pod, which must be among the pods of the sync.
    pub pod: String,
    /// End of the window.
    pub at_ms: i64,
    /// Its length.
    pub window_ms: i64,
    /// Usage of each container.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub containers: Vec<Container>,
}

/// A custom metric of one pod.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PodValue {
    /// Name of the pod.
    pub pod: String,
    /// Its value.
    pub value: Quantity,
    /// When it was measured.
    pub at_ms: i64,
    /// Window of the measurement.
    pub window_s: i64,
}

/// A custom metric of an object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ObjectValue {
    /// Kind of the object.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// Which metric.
    pub metric: String,
    /// Its value.
    pub value: Quantity,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
fn is_false(flag: &bool) -> bool {
    !*flag
}
