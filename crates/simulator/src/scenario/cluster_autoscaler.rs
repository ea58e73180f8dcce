use podpilot_service_model::StartupSpec;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Which group grows when several could take the pods that wait.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Expander {
    /// Any of them, with equal chances.
    #[default]
    Random,
    /// The one that would be left with the least idle CPU and memory.
    LeastWaste,
}

/// A model of the Kubernetes Cluster Autoscaler: it adds nodes for pods that find no room, and drains and removes
/// nodes that were little used for long. Its first group has the size of `cluster.node_cpu_m`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ClusterAutoscalerSpec {
    /// Fewest nodes of the first group.
    #[serde(default = "one")]
    pub min_nodes: u32,
    /// Most nodes of the first group; `cluster.nodes` is how many there are at the start.
    pub max_nodes: u32,
    /// Time between two looks at the cluster, seconds (`--scan-interval`).
    #[serde(default = "default_scan_s")]
    pub scan_s: f64,
    /// From asking for a node until pods can run on it, seconds: log-normal.
    #[serde(default = "default_provision_s")]
    pub provision_s: StartupSpec,
    /// How long a node must be unneeded before it is removed, seconds (`--scale-down-unneeded-time`).
    #[serde(default = "ten_minutes_s")]
    pub unneeded_s: f64,
    /// No node is removed for this long after one was asked for, seconds (`--scale-down-delay-after-add`).
    #[serde(default = "ten_minutes_s")]
    pub delay_after_add_s: f64,
    /// A node is unneeded if requests take less than this share of its CPU and of its memory, 0-1, and its pods fit
    /// elsewhere (`--scale-down-utilization-threshold`).
    #[serde(default = "default_utilization_threshold")]
    pub utilization_threshold: f64,
    /// Which group grows (`--expander`).
    #[serde(default)]
    pub expander: Expander,
    /// Further groups of nodes.
    #[serde(default)]
    pub groups: Vec<NodeGroupSpec>,
}

/// Nodes of another size.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NodeGroupSpec {
    /// CPU that each node has for pods, millicores.
    pub node_cpu_m: u32,
    /// Memory that each node has for pods, MiB.
    pub node_memory_mib: u32,
    /// Fewest nodes, which are there from the start.
    #[serde(default)]
    pub min_nodes: u32,
    /// Most nodes.
    pub max_nodes: u32,
    /// One node for one hour.
    #[serde(default)]
    pub node_hour: f64,
}

fn one() -> u32 {
    1
}

fn default_scan_s() -> f64 {
    10.0
}

fn default_provision_s() -> StartupSpec {
    StartupSpec { median: 75.0, p95: 120.0 }
}

fn ten_minutes_s() -> f64 {
    600.0
}

fn default_utilization_threshold() -> f64 {
    0.5
}
