use crate::Scenario;

/// Nodes of one size, as far as pods of the target are concerned.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct NodeGroup {
    pub(super) cpu_m: u32,
    /// Pods that fit on an empty node.
    pub(super) room: u32,
    pub(super) fewest: u32,
    pub(super) most: u32,
    pub(super) at_start: u32,
    pub(super) price_per_hour: f64,
    /// Share of a node's CPU and memory that one pod requests.
    pub(super) share_of_cpu: f64,
    pub(super) share_of_memory: f64,
}

/// The scenario's own size of node, and further ones that a Cluster Autoscaler may use.
pub(super) fn groups_of(scenario: &Scenario) -> Vec<NodeGroup> {
    let cluster = &scenario.cluster;
    let own = NodeGroup {
        fewest: cluster.nodes,
        most: cluster.nodes,
        at_start: cluster.nodes,
        price_per_hour: scenario.price.node_hour,
        ..sized(scenario, cluster.node_cpu_m, cluster.node_memory_mib)
    };
    let Some(autoscaler) = &cluster.autoscaler else { return vec![own] };
    let own = NodeGroup { fewest: autoscaler.min_nodes, most: autoscaler.max_nodes, ..own };
    let others = autoscaler.groups.iter().map(|group| NodeGroup {
        fewest: group.min_nodes,
        most: group.max_nodes,
        at_start: group.min_nodes,
        price_per_hour: group.node_hour,
        ..sized(scenario, group.node_cpu_m, group.node_memory_mib)
    });
    std::iter::once(own).chain(others).collect()
}

fn sized(scenario: &Scenario, cpu_m: u32, memory_mib: u32) -> NodeGroup {
    let pod = &scenario.pod;
    let by_cpu = cpu_m / pod.cpu_request_m;
    let by_memory = (f64::from(memory_mib) / pod.memory_requested_mib()) as u32;
    NodeGroup {
        cpu_m,
        room: by_cpu.min(by_memory).min(scenario.cluster.pods_per_node),
        fewest: 0,
        most: 0,
        at_start: 0,
        price_per_hour: 0.0,
        share_of_cpu: f64::from(pod.cpu_request_m) / f64::from(cpu_m),
        share_of_memory: pod.memory_requested_mib() / f64::from(memory_mib),
    }
}

impl NodeGroup {
    /// The larger share of CPU or memory that `pods` request of one node.
    pub(super) fn utilization(&self, pods: u32) -> f64 {
        f64::from(pods) * self.share_of_cpu.max(self.share_of_memory)
    }

    /// Idle share of CPU plus idle share of memory with `pods` on `nodes` nodes.
    pub(super) fn waste(&self, pods: u32, nodes: u32) -> f64 {
        let per_node = f64::from(pods) / f64::from(nodes);
        2.0 - per_node * (self.share_of_cpu + self.share_of_memory)
    }
}
