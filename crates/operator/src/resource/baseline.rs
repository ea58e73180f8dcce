use kube::KubeSchema;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What podpilot is compared with, and what decides when the policy cannot.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Baseline {
    /// A HorizontalPodAutoscaler. Without one, that of the target is followed, else CPU at 80 % of the request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hpa: Option<BaselineHpa>,
}

/// The part of `autoscaling/v2` that the resource metrics API can answer for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct BaselineHpa {
    /// What it scales by.
    #[schemars(length(min = 1, max = 8))]
    pub metrics: Vec<BaselineMetric>,
    /// How fast.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub behavior: Option<ScalingBehavior>,
}

/// One metric: a type and the block that belongs to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[x_kube(validation = Rule::new("(self.type == 'Resource') == has(self.resource)")
    .message("type Resource needs the block resource, and no other type has it"))]
#[x_kube(validation = Rule::new("(self.type == 'ContainerResource') == has(self.containerResource)")
    .message("type ContainerResource needs the block containerResource, and no other type has it"))]
pub struct BaselineMetric {
    /// Which block is set.
    #[serde(rename = "type")]
    pub kind: BaselineMetricKind,
    /// For type `Resource`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource: Option<ResourceMetric>,
    /// For type `ContainerResource`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub container_resource: Option<ContainerResourceMetric>,
}

/// Kinds of metrics that a baseline can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum BaselineMetricKind {
    /// CPU or memory of whole pods.
    Resource,
    /// CPU or memory of one container of each pod.
    ContainerResource,
}

/// CPU or memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum ResourceName {
    /// CPU.
    Cpu,
    /// Memory.
    Memory,
}

/// A resource of whole pods.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ResourceMetric {
    /// Which.
    pub name: ResourceName,
    /// Its target.
    pub target: MetricTarget,
}

/// A resource of one container of each pod.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ContainerResourceMetric {
    /// Which.
    pub name: ResourceName,
    /// Name of the container.
    pub container: String,
    /// Its target.
    pub target: MetricTarget,
}

/// A target as `autoscaling/v2` has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[x_kube(validation = Rule::new("(self.type == 'Utilization') == has(self.averageUtilization)")
    .message("type Utilization needs averageUtilization in per cent, such as 70, and no other type has it"))]
#[x_kube(validation = Rule::new("(self.type == 'AverageValue') == has(self.averageValue)")
    .message("type AverageValue needs averageValue, such as 150m, and no other type has it"))]
pub struct MetricTarget {
    /// Which of the two is set.
    #[serde(rename = "type")]
    pub kind: MetricTargetKind,
    /// Per cent of the request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub average_utilization: Option<i32>,
    /// A quantity for each pod.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 32))]
    pub average_value: Option<String>,
}

/// Kinds of targets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum MetricTargetKind {
    /// Per cent of the request.
    Utilization,
    /// A quantity for each pod.
    AverageValue,
}

/// How fast an HPA scales.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ScalingBehavior {
    /// Upwards.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scale_up: Option<ScalingRules>,
    /// Downwards.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scale_down: Option<ScalingRules>,
}

/// Rules of one direction.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ScalingRules {
    /// Window of past recommendations.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0, max = 3600))]
    pub stabilization_window_seconds: Option<i32>,
    /// Which policy counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub select_policy: Option<SelectPolicy>,
    /// Limits on the pace.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 8))]
    pub policies: Option<Vec<ScalingPolicy>>,
    /// Deviations from the target within this share are tolerated, such as `50m` or `0.05`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 16))]
    pub tolerance: Option<String>,
}

/// Which of several policies counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum SelectPolicy {
    /// The one with the largest change.
    Max,
    /// The one with the smallest change.
    Min,
    /// None: this direction is off.
    Disabled,
}

/// One limit on the pace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ScalingPolicy {
    /// What `value` counts.
    #[serde(rename = "type")]
    pub kind: ScalingPolicyKind,
    /// Largest change.
    #[schemars(range(min = 1))]
    pub value: i32,
    /// In this time.
    #[schemars(range(min = 1, max = 1800))]
    pub period_seconds: i32,
}

/// What a scaling policy counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum ScalingPolicyKind {
    /// Pods.
    Pods,
    /// Per cent of the current pods.
    Percent,
}
