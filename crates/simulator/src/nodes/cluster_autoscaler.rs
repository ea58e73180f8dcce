//! The loop of the Kubernetes Cluster Autoscaler, as far as one workload of equal pods shows it.

use podpilot_core::{Span, Timestamp};
use podpilot_random::Seed;
use podpilot_service_model::StartupSpec;

use super::group::NodeGroup;
use super::{Node, Nodes, State};
use crate::pods::NEVER;
use crate::scenario::{ClusterAutoscalerSpec, Expander};

/// Empty nodes that go in one look (`--max-empty-bulk-delete`).
const MOST_EMPTY_AT_ONCE: usize = 10;

/// What it is set to and remembers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct ClusterAutoscaler {
    scan: Span,
    provision_s: StartupSpec,
    unneeded: Span,
    delay_after_add: Span,
    utilization_threshold: f64,
    expander: Expander,
    seed: Seed,
    next_scan_at: Timestamp,
    no_removal_before: Timestamp,
    /// Nodes asked for so far: each has a random stream of its own.
    asked_for: u64,
    choices: u64,
}

impl ClusterAutoscaler {
    pub(super) fn new(spec: &ClusterAutoscalerSpec) -> Self {
        Self {
            scan: Span::from_seconds(spec.scan_s),
            provision_s: spec.provision_s,
            unneeded: Span::from_seconds(spec.unneeded_s),
            delay_after_add: Span::from_seconds(spec.delay_after_add_s),
            utilization_threshold: spec.utilization_threshold,
            expander: spec.expander,
            seed: Seed(0),
            next_scan_at: NEVER,
            no_removal_before: Timestamp(i64::MIN),
            asked_for: 0,
            choices: 0,
        }
    }

    pub(super) fn restart(&mut self, seed: Seed, now: Timestamp) {
        self.seed = seed;
        self.next_scan_at =
            now + Span::from_seconds(self.scan.as_seconds() * seed.named("phase").stream().uniform());
        self.no_removal_before = Timestamp(i64::MIN);
        (self.asked_for, self.choices) = (0, 0);
    }

    pub(super) fn next_scan_at(&self) -> Timestamp {
        self.next_scan_at
    }
}

impl Nodes {
    /// Nodes that were asked for and are there now take pods. Returns whether there is any.
    pub(crate) fn admit_provisioned(&mut self, now: Timestamp) -> bool {
        let mut any = false;
        for node in &mut self.places {
            if matches!(node.state, State::Provisioning { ready_at } if ready_at <= now) {
                node.state = State::Ready;
                any = true;
            }
        }
        any
    }

    /// One look at the cluster, if it is due: asks for nodes while pods wait, or else removes empty nodes. Returns a
    /// node that is to be drained.
    pub(crate) fn scan(&mut self, now: Timestamp, waiting_pods: u32) -> Option<u32> {
        let mut autoscaler = self.autoscaler.filter(|autoscaler| autoscaler.next_scan_at <= now)?;
        while autoscaler.next_scan_at <= now {
            autoscaler.next_scan_at += autoscaler.scan;
        }
        let without_room = waiting_pods.saturating_sub(self.room_to_come());
        let drained = if without_room > 0 && self.add_nodes(&mut autoscaler, now, without_room) {
            None
        } else {
            self.remove_nodes(&autoscaler, now)
        };
        self.autoscaler = Some(autoscaler);
        drained
    }

    fn room_to_come(&self) -> u32 {
        let coming = self.places.iter().filter(|node| matches!(node.state, State::Provisioning { .. }));
        coming.map(|node| self.groups[node.group].room).sum()
    }

    /// Asks for as many nodes of one group as the pods need. Returns whether any could be had.
    fn add_nodes(&mut self, autoscaler: &mut ClusterAutoscaler, now: Timestamp, pods: u32) -> bool {
        let Some((group, count)) = self.chosen_growth(autoscaler, pods) else { return false };
        for _ in 0..count {
            let mut stream = autoscaler.seed.named("provisioning").indexed(autoscaler.asked_for).stream();
            autoscaler.asked_for += 1;
            let ready_at = now + Span::from_seconds(autoscaler.provision_s.draw_s(&mut stream));
            let place =
                self.places.iter_mut().find(|node| node.group == group && node.state == State::Absent);
            if let Some(node) = place {
                *node =
                    Node { group, pods: 0, state: State::Provisioning { ready_at }, unneeded_since: None };
            }
        }
        autoscaler.no_removal_before = now + autoscaler.delay_after_add;
        true
    }

    /// The group that grows, and by how many nodes.
    fn chosen_growth(&self, autoscaler: &mut ClusterAutoscaler, pods: u32) -> Option<(usize, u32)> {
        let growth = |group: usize| self.growth(group, pods);
        let options = || (0..self.groups.len()).filter(|&group| growth(group) > 0);
        let group = match autoscaler.expander {
            Expander::LeastWaste => {
                let waste = |group: usize| {
                    let nodes = growth(group);
                    self.groups[group].waste(pods.min(nodes * self.groups[group].room), nodes)
                };
                options().min_by(|&a, &b| waste(a).total_cmp(&waste(b)))
            }
            Expander::Random => {
                let mut stream = autoscaler.seed.named("expander").indexed(autoscaler.choices).stream();
                autoscaler.choices += 1;
                match options().count() {
                    0 => None,
                    count => options().nth(stream.below(count)),
                }
            }
        }?;
        Some((group, growth(group)))
    }

    /// How many nodes of a group `pods` need, as far as it may grow.
    fn growth(&self, group: usize, pods: u32) -> u32 {
        let NodeGroup { room, most, .. } = self.groups[group];
        if room == 0 { 0 } else { pods.div_ceil(room).min(most - self.size(group)) }
    }

    /// Nodes of a group that there are or will be.
    fn size(&self, group: usize) -> u32 {
        let there = |node: &&Node| node.group == group && node.state != State::Absent;
        self.places.iter().filter(there).count() as u32
    }

    /// Nodes of a group that are not going already.
    fn kept(&self, group: usize) -> u32 {
        let kept =
            |node: &&Node| node.group == group && !matches!(node.state, State::Absent | State::Draining);
        self.places.iter().filter(kept).count() as u32
    }

    /// Notes which nodes are unneeded. Those that were so for long enough go: empty ones at once, else one is drained.
    fn remove_nodes(&mut self, autoscaler: &ClusterAutoscaler, now: Timestamp) -> Option<u32> {
        for index in 0..self.places.len() {
            let since = self.places[index].unneeded_since.unwrap_or(now);
            let unneeded = self.is_unneeded(autoscaler, &self.places[index]);
            self.places[index].unneeded_since = unneeded.then_some(since);
        }
        if now < autoscaler.no_removal_before {
            return None;
        }
        let mut removed = 0;
        let mut drained = None;
        for index in 0..self.places.len() {
            let node = self.places[index];
            let due = node.unneeded_since.is_some_and(|since| now - since >= autoscaler.unneeded);
            if !due || self.kept(node.group) <= self.groups[node.group].fewest {
                continue;
            }
            if node.pods == 0 && removed < MOST_EMPTY_AT_ONCE {
                self.places[index].state = State::Absent;
                removed += 1;
            } else if node.pods > 0 && drained.is_none() {
                drained = Some(index);
            }
        }
        // Empty nodes that went leave less room: a drain waits for the next look.
        let index = drained.filter(|_| removed == 0)?;
        self.places[index].state = State::Draining;
        Some(index as u32)
    }

    /// Whether requests take little of a node and its pods fit on the others.
    fn is_unneeded(&self, autoscaler: &ClusterAutoscaler, node: &Node) -> bool {
        node.state == State::Ready
            && self.groups[node.group].utilization(node.pods) < autoscaler.utilization_threshold
            && self.room() - self.free(node) >= node.pods
    }
}
