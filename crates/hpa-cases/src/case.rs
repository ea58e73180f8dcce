use std::collections::BTreeMap;

use podpilot_autoscalers::hpa::Quantity;
use podpilot_autoscalers::{HpaControllerConfig, HpaManifest};
use podpilot_core::Span;
use serde::{Deserialize, Serialize};

use crate::world::{ObjectValue, Pod, PodUsage, PodValue};

/// An autoscaler and what it meets, sync by sync. All times are milliseconds from an instant of the case's own, so
/// that they may be negative; only their differences matter.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// Number that the answer repeats.
    pub id: u64,
    /// Flags of the controller.
    pub controller: ControllerFlags,
    /// The autoscaler at the first sync.
    pub hpa: HpaManifest,
    /// Its syncs in the order of time.
    pub syncs: Vec<Sync>,
}

impl Case {
    /// For each sync the `status.replicas` that the metrics in the autoscaler's status go back to: while the scale cannot
    /// be read, the status stays as it was.
    pub(crate) fn status_replicas_shown(&self) -> Vec<i32> {
        let mut shown = 0;
        let of_sync = |sync: &Sync| {
            if sync.fault != Some(Fault::Unreadable) {
                shown = sync.status_replicas;
            }
            shown
        };
        self.syncs.iter().map(of_sync).collect()
    }
}

/// Flags of `kube-controller-manager` and the one feature gate that matters.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ControllerFlags {
    /// `--horizontal-pod-autoscaler-tolerance`.
    pub tolerance: f64,
    /// `--horizontal-pod-autoscaler-cpu-initialization-period`.
    pub cpu_initialization_ms: i64,
    /// `--horizontal-pod-autoscaler-initial-readiness-delay`.
    pub initial_readiness_delay_ms: i64,
    /// `--horizontal-pod-autoscaler-downscale-stabilization`.
    pub downscale_stabilization_ms: i64,
    /// Feature gate `HPAScaleToZero`.
    pub scale_to_zero: bool,
}

/// The world at one sync, and what becomes of a write.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sync {
    /// When.
    pub at_ms: i64,
    /// The autoscaler from this sync on, if it was changed since the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hpa: Option<Box<HpaManifest>>,
    /// `spec.replicas` of the target's scale.
    pub spec_replicas: i32,
    /// `status.replicas` of the target's scale.
    pub status_replicas: i32,
    /// What keeps the controller from looking at the pods.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fault: Option<Fault>,
    /// The pods that the target's selector matches.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pods: Vec<Pod>,
    /// Answer of the resource metrics API; absent if it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usage: Option<Vec<PodUsage>>,
    /// Answers of the custom metrics API about pods. A metric is addressed by `name`, or by `name{label=value,...}`
    /// with the labels in order if it has a selector; one that is absent could not be read.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub pod_metrics: BTreeMap<String, Vec<PodValue>>,
    /// Answers of the custom metrics API about other objects.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub object_metrics: Vec<ObjectValue>,
    /// Answers of the external metrics API: the values of all series. Addressed as pod metrics are.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub external_metrics: BTreeMap<String, Vec<Quantity>>,
    /// What becomes of a write of the scale, should there be one.
    #[serde(default, skip_serializing_if = "Write::succeeds_at_once")]
    pub write: Write,
}

/// What keeps the controller from looking at the pods.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// The scale cannot be read.
    Unreadable,
    /// The scale states no selector.
    NoSelector,
    /// Its selector cannot be parsed.
    MalformedSelector,
    /// Another autoscaler selects the pods too; there must be pods.
    AmbiguousSelector,
}

/// What becomes of a write of the scale: so many conflicts, then success or failure. The controller tries five times.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Write {
    /// Conflicts before the outcome.
    #[serde(default)]
    pub conflicts: u32,
    /// Whether it then fails.
    #[serde(default)]
    pub fails: bool,
}

impl Write {
    /// Whether nothing goes wrong.
    pub fn succeeds_at_once(&self) -> bool {
        *self == Self::default()
    }
}

impl Default for ControllerFlags {
    fn default() -> Self {
        Self {
            tolerance: 0.1,
            cpu_initialization_ms: 300_000,
            initial_readiness_delay_ms: 30_000,
            downscale_stabilization_ms: 300_000,
            scale_to_zero: true,
        }
    }
}

impl ControllerFlags {
    /// As our HPA takes them.
    pub fn config(&self) -> HpaControllerConfig {
        HpaControllerConfig {
            tolerance: self.tolerance,
            cpu_initialization_period: Span::milliseconds(self.cpu_initialization_ms),
            initial_readiness_delay: Span::milliseconds(self.initial_readiness_delay_ms),
            downscale_stabilization: Span::milliseconds(self.downscale_stabilization_ms),
            scale_to_zero: self.scale_to_zero,
            ..HpaControllerConfig::default()
        }
    }
}
