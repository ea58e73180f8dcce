//! Nodes of equal size, filled by the scheduler's default rule: the least allocated node that has room.

use crate::Scenario;

/// How many pods of the target each node holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Nodes {
    pods: Vec<u32>,
    alive: Vec<bool>,
    room_each: u32,
}

impl Nodes {
    pub(crate) fn new(scenario: &Scenario) -> Self {
        let cluster = &scenario.cluster;
        let by_cpu = cluster.node_cpu_m / scenario.pod.cpu_request_m;
        let by_memory = (f64::from(cluster.node_memory_mib) / scenario.pod.memory_requested_mib()) as u32;
        let count = cluster.nodes as usize;
        Self {
            pods: vec![0; count],
            alive: vec![true; count],
            room_each: by_cpu.min(by_memory).min(cluster.pods_per_node),
        }
    }

    pub(crate) fn restart(&mut self) {
        self.pods.fill(0);
        self.alive.fill(true);
    }

    /// Binds a pod to a node, if any has room.
    pub(crate) fn place(&mut self) -> Option<u32> {
        let candidates =
            (0..self.pods.len()).filter(|&node| self.alive[node] && self.pods[node] < self.room_each);
        let node = candidates.min_by_key(|&node| self.pods[node])?;
        self.pods[node] += 1;
        Some(node as u32)
    }

    pub(crate) fn release(&mut self, node: u32) {
        self.pods[node as usize] -= 1;
    }

    pub(crate) fn set_alive(&mut self, node: u32, alive: bool) {
        self.alive[node as usize] = alive;
    }

    pub(crate) fn is_alive(&self, node: u32) -> bool {
        self.alive[node as usize]
    }

    /// How many more pods fit.
    pub(crate) fn room(&self) -> u32 {
        self.pods
            .iter()
            .zip(&self.alive)
            .filter(|&(_, &alive)| alive)
            .map(|(&pods, _)| self.room_each - pods)
            .sum()
    }

    /// Number of nodes.
    pub(crate) fn count(&self) -> usize {
        self.pods.len()
    }

    pub(crate) fn copy_from(&mut self, other: &Self) {
        self.pods.clone_from(&other.pods);
        self.alive.clone_from(&other.alive);
    }
}
