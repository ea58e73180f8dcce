//! What faults do when they begin and end.

use podpilot_core::{Readiness, Span};

use super::Simulation;
use crate::faults::FaultChange;
use crate::pods::Stage;
use crate::{FaultSpec, MetricSource};

impl Simulation {
    pub(super) fn change_fault(&mut self, change: FaultChange) {
        match (change.spec, change.begins) {
            (FaultSpec::PodCrash { pods, .. }, true) => self.crash_pods(change.index, pods),
            (FaultSpec::NodeLoss { .. }, true) => self.lose_node(change.index),
            (FaultSpec::NodeLoss { .. }, false) => self.return_node(change.index),
            (FaultSpec::Stale { source, .. }, begins) if source != MetricSource::Resource => {
                self.frozen = begins.then(|| self.service_signals());
            }
            (FaultSpec::MemoryLeak { .. }, _) => {
                self.leakage.change_rate(self.faults.leak_mib_per_s(), self.now);
            }
            _ => {}
        }
    }

    fn crash_pods(&mut self, fault: usize, count: u32) {
        for _ in 0..count {
            let serving = self.pods.iter().filter(|(_, pod)| pod.stage == Stage::Serving).count();
            if serving == 0 {
                return;
            }
            let chosen = self.faults.stream(fault).below(serving);
            let slot = self.pods.iter().filter(|(_, pod)| pod.stage == Stage::Serving).nth(chosen);
            if let Some((slot, _)) = slot {
                self.kill_container(slot);
            }
        }
    }

    fn lose_node(&mut self, fault: usize) {
        let ready = (0..self.nodes.count() as u32).filter(|&node| self.nodes.is_ready(node)).count();
        if ready == 0 {
            return;
        }
        let chosen = self.faults.stream(fault).below(ready);
        let node = (0..self.nodes.count() as u32).filter(|&node| self.nodes.is_ready(node)).nth(chosen);
        let Some(node) = node else { return };
        self.faults.take_node(fault, Some(node));
        self.nodes.set_lost(node, true);
        self.each_pod_of(node, Self::lose_pod);
        self.recount();
    }

    fn return_node(&mut self, fault: usize) {
        let Some(node) = self.faults.give_back_node(fault) else { return };
        self.nodes.set_lost(node, false);
        self.each_pod_of(node, Self::return_pod);
        self.schedule_waiting();
        self.recount();
    }

    pub(super) fn each_pod_of(&mut self, node: u32, act: fn(&mut Self, usize)) {
        let mut index = 0;
        while let Some(&slot) = self.pods.order().get(index) {
            if self.pods.get(slot).is_some_and(|pod| pod.node == Some(node)) {
                act(self, slot);
            }
            if self.pods.order().get(index) == Some(&slot) {
                index += 1;
            }
        }
    }

    fn lose_pod(&mut self, slot: usize) {
        let Some(pod) = self.pods.get(slot).copied() else { return };
        let lifecycle = self.prepared.scenario().lifecycle;
        if pod.in_engine {
            self.engine.remove(slot, self.last_tick(), &mut self.tally);
        }
        self.resource.end(slot);
        let still_gets_requests = matches!(pod.stage, Stage::Serving);
        if still_gets_requests {
            self.engine.change_black_holes(1);
        }
        let unnoticed_s = lifecycle.node_loss_detection_s;
        let now = self.now;
        if let Some(pod) = self.pods.get_mut(slot) {
            pod.in_engine = false;
            let (stage, change_s) = if still_gets_requests {
                (Stage::LostUnnoticed, unnoticed_s)
            } else {
                (Stage::Lost, unnoticed_s + lifecycle.node_loss_eviction_s)
            };
            pod.stage = stage;
            pod.next_at = now + Span::from_seconds(change_s);
        }
    }

    /// The control plane notices that a pod's node is lost.
    pub(super) fn notice_loss(&mut self, slot: usize) {
        self.engine.change_black_holes(-1);
        let eviction = Span::from_seconds(self.prepared.scenario().lifecycle.node_loss_eviction_s);
        let now = self.now;
        if let Some(pod) = self.pods.get_mut(slot) {
            pod.stage = Stage::Lost;
            pod.set_ready(Readiness::Unknown, now);
            pod.next_at = now + eviction;
        }
    }

    /// A lost pod's node is back: its container starts again.
    fn return_pod(&mut self, slot: usize) {
        let Some(pod) = self.pods.get(slot).copied() else { return };
        if pod.is_deleted() {
            self.remove_pod(slot);
            return;
        }
        match pod.stage {
            Stage::LostUnnoticed => self.notice_loss(slot),
            Stage::Lost => {}
            _ => return,
        }
        let now = self.now;
        if let Some(pod) = self.pods.get_mut(slot) {
            pod.restarts += 1;
            pod.stage = Stage::BackOff;
            pod.set_ready(Readiness::False, now);
            pod.next_at = now + Span::from_seconds(pod.creating_s);
        }
    }
}
