//! Nodes, filled by the scheduler's default rule: the least allocated node that has room.

mod cluster_autoscaler;
mod group;

use podpilot_core::Timestamp;
use podpilot_random::Seed;

use crate::Scenario;
use crate::pods::NEVER;
use cluster_autoscaler::ClusterAutoscaler;
use group::NodeGroup;

/// Where a node is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// There is none; the place can be taken by a new one.
    Absent,
    /// Asked for; pods can run on it later.
    Provisioning { ready_at: Timestamp },
    /// Takes pods.
    Ready,
    /// Lost, and may come back.
    Lost,
    /// Takes no more pods and goes when it is empty.
    Draining,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Node {
    group: usize,
    pods: u32,
    state: State,
    unneeded_since: Option<Timestamp>,
}

/// All nodes that there are or can be, and how many pods of the target each holds.
#[derive(Debug, Clone)]
pub(crate) struct Nodes {
    groups: Vec<NodeGroup>,
    places: Vec<Node>,
    autoscaler: Option<ClusterAutoscaler>,
}

impl Nodes {
    pub(crate) fn new(scenario: &Scenario) -> Self {
        let groups = group::groups_of(scenario);
        let places = |(index, group): (usize, &NodeGroup)| {
            let node = Node { group: index, pods: 0, state: State::Absent, unneeded_since: None };
            std::iter::repeat_n(node, group.most as usize)
        };
        Self {
            places: groups.iter().enumerate().flat_map(places).collect(),
            groups,
            autoscaler: scenario.cluster.autoscaler.as_ref().map(ClusterAutoscaler::new),
        }
    }

    pub(crate) fn restart(&mut self, seed: Seed, now: Timestamp) {
        for (index, group) in self.groups.iter().enumerate() {
            let places = self.places.iter_mut().filter(|node| node.group == index);
            for (place, node) in places.enumerate() {
                let state = if place < group.at_start as usize { State::Ready } else { State::Absent };
                *node = Node { group: index, pods: 0, state, unneeded_since: None };
            }
        }
        if let Some(autoscaler) = &mut self.autoscaler {
            autoscaler.restart(seed, now);
        }
    }

    /// Binds a pod to a node, if any has room.
    pub(crate) fn place(&mut self) -> Option<u32> {
        let candidates = (0..self.places.len()).filter(|&node| self.free(&self.places[node]) > 0);
        let node = candidates.reduce(|best, node| if self.is_emptier(node, best) { node } else { best })?;
        self.places[node].pods += 1;
        Some(node as u32)
    }

    /// Whether requests take a smaller share of one node than of another.
    fn is_emptier(&self, node: usize, other: usize) -> bool {
        let room = |node: usize| u64::from(self.groups[self.places[node].group].room);
        let pods = |node: usize| u64::from(self.places[node].pods);
        pods(node) * room(other) < pods(other) * room(node)
    }

    /// A pod is gone from a node.
    pub(crate) fn release(&mut self, node: u32) {
        let node = &mut self.places[node as usize];
        node.pods -= 1;
        if node.state == State::Draining && node.pods == 0 {
            node.state = State::Absent;
        }
    }

    pub(crate) fn set_lost(&mut self, node: u32, lost: bool) {
        self.places[node as usize].state = if lost { State::Lost } else { State::Ready };
    }

    pub(crate) fn is_ready(&self, node: u32) -> bool {
        self.places[node as usize].state == State::Ready
    }

    /// How many more pods fit.
    pub(crate) fn room(&self) -> u32 {
        self.places.iter().map(|node| self.free(node)).sum()
    }

    fn free(&self, node: &Node) -> u32 {
        if node.state == State::Ready { self.groups[node.group].room - node.pods } else { 0 }
    }

    /// Number of places for nodes.
    pub(crate) fn count(&self) -> usize {
        self.places.len()
    }

    /// Nodes that cost money: from when they were asked for until they are gone, lost ones included.
    pub(crate) fn billed(&self) -> u32 {
        self.billed_nodes().count() as u32
    }

    /// What they cost, money per hour.
    pub(crate) fn price_per_hour(&self) -> f64 {
        self.billed_nodes().map(|node| self.groups[node.group].price_per_hour).sum()
    }

    fn billed_nodes(&self) -> impl Iterator<Item = &Node> {
        self.places.iter().filter(|node| node.state != State::Absent)
    }

    /// CPU of the nodes that pods run on, cores.
    pub(crate) fn cores(&self) -> f64 {
        let running = self.places.iter().filter(|node| matches!(node.state, State::Ready | State::Draining));
        running.map(|node| f64::from(self.groups[node.group].cpu_m) * 1e-3).sum()
    }

    /// Whether the number of nodes follows the pods.
    pub(crate) fn are_autoscaled(&self) -> bool {
        self.autoscaler.is_some()
    }

    pub(crate) fn copy_from(&mut self, other: &Self) {
        self.places.clone_from(&other.places);
        self.autoscaler = other.autoscaler;
    }

    /// When nodes have to be looked at next.
    pub(crate) fn next_at(&self) -> Timestamp {
        let Some(autoscaler) = &self.autoscaler else { return NEVER };
        let ready_at = |node: &Node| match node.state {
            State::Provisioning { ready_at } => ready_at,
            _ => NEVER,
        };
        self.places.iter().map(ready_at).fold(autoscaler.next_scan_at(), Timestamp::min)
    }
}
