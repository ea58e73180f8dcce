//! What a Cluster Autoscaler may be set to.

use super::{check, first_failure, not_negative, positive};
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
        check(
            "cluster.autoscaler.provision_s.p95",
            provision.p95,
            provision.p95.is_finite() && provision.p95 >= provision.median,
            "at least the median",
        ),
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
        check(
            &path("node_cpu_m"),
            f64::from(group.node_cpu_m),
            group.node_cpu_m >= scenario.pod.cpu_request_m,
            "at least pod.cpu_request_m, or no pod fits",
        ),
        check(
            &path("node_memory_mib"),
            f64::from(group.node_memory_mib),
            f64::from(group.node_memory_mib) >= scenario.pod.memory_requested_mib(),
            "at least the pod's memory request, or no pod fits",
        ),
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
