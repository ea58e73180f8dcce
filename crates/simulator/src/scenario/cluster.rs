use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::ClusterAutoscalerSpec;

/// Nodes and the bounds of the replica count.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ClusterSpec {
    /// Number of nodes; at the start, if they are autoscaled.
    pub nodes: u32,
    /// CPU that each node has for pods, millicores.
    pub node_cpu_m: u32,
    /// Memory that each node has for pods, MiB.
    pub node_memory_mib: u32,
    /// Most pods on one node (the kubelet's `maxPods`).
    #[serde(default = "default_pods_per_node")]
    pub pods_per_node: u32,
    /// Fewest replicas.
    pub min_replicas: u32,
    /// Most replicas.
    pub max_replicas: u32,
    /// Replicas that serve at the start; by default what carries the first minutes at 60 % of capacity.
    #[serde(default)]
    pub initial_replicas: Option<u32>,
    /// Adds and removes nodes; without it their number stays.
    #[serde(default)]
    pub autoscaler: Option<ClusterAutoscalerSpec>,
}

fn default_pods_per_node() -> u32 {
    110
}

/// What things cost, in any one currency.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PriceSpec {
    /// One pod for one hour, from scheduled to deleted.
    pub replica_hour: f64,
    /// One node for one hour.
    #[serde(default)]
    pub node_hour: f64,
}

impl Default for PriceSpec {
    fn default() -> Self {
        Self { replica_hour: 0.02, node_hour: 0.0 }
    }
}
