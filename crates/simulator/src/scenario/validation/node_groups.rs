//! What a Cluster Autoscaler may be set to.

use super::{
    at_least_the_median, check, first_failure, not_negative, positive, room_for_cpu, room_for_memory,
};
use crate::scenario::{NodeGroupSpec, Scenario, ScenarioError};

/// Most nodes of all groups together.
const MOST_NODES: u32 = 1_000;

pub(super) fn validate(scenario: &Scenario) -> Result<(), ScenarioError> {
    let Some(autoscaler) = &scenario.cluster.autoscaler else { return Ok(()) };
    let nodes = scenario.cluster.nodes;
    let provision = autoscaler.provision_s;
    let threshold = autoscaler.utilization_threshold;
    first_failure([
        check(
            "cluster.autoscaler.max_nodes",
            f64::from(autoscaler.max_nodes),
            (1..=MOST_NODES).contains(&autoscaler.max_nodes),
            "between 1 and 1000",
        ),
        check(
            "cluster.autoscaler.min_nodes",
            f64::from(autoscaler.min_nodes),
            autoscaler.min_nodes <= autoscaler.max_nodes,
            "at most cluster.autoscaler.max_nodes",
        ),
        check(
            "cluster.nodes",
            f64::from(nodes),
            (autoscaler.min_nodes..=autoscaler.max_nodes).contains(&nodes),
            "between cluster.autoscaler.min_nodes and cluster.autoscaler.max_nodes",
        ),
        check(
            "cluster.autoscaler.scan_s",
            autoscaler.scan_s,
            autoscaler.scan_s >= scenario.tick_s && autoscaler.scan_s <= 600.0,
            "between tick_s and 600 seconds",
        ),
        not_negative("cluster.autoscaler.provision_s.median", provision.median),
        at_least_the_median("cluster.autoscaler.provision_s.p95", provision),
        not_negative("cluster.autoscaler.unneeded_s", autoscaler.unneeded_s),
        not_negative("cluster.autoscaler.delay_after_add_s", autoscaler.delay_after_add_s),
        check(
            "cluster.autoscaler.utilization_threshold",
            threshold,
            threshold > 0.0 && threshold <= 1.0,
            "above 0 and at most 1",
        ),
    ])?;
    autoscaler.groups.iter().enumerate().try_for_each(|(index, group)| node_group(scenario, index, group))
}

fn node_group(scenario: &Scenario, index: usize, group: &NodeGroupSpec) -> Result<(), ScenarioError> {
    let path = |field: &str| format!("cluster.autoscaler.groups[{index}].{field}");
    first_failure([
        positive(&path("node_cpu_m"), f64::from(group.node_cpu_m)),
        room_for_cpu(&path("node_cpu_m"), group.node_cpu_m, &scenario.pod),
        room_for_memory(&path("node_memory_mib"), group.node_memory_mib, &scenario.pod),
        check(&path("max_nodes"), f64::from(group.max_nodes), group.max_nodes <= MOST_NODES, "at most 1000"),
        check(
            &path("min_nodes"),
            f64::from(group.min_nodes),
            group.min_nodes <= group.max_nodes,
            "at most the group's max_nodes",
        ),
        not_negative(&path("node_hour"), group.node_hour),
    ])
}
