//! What is looked at in every tick while queues are long or pods drain: memory, probes, drained pods, and groups of
//! pods that have become alike.

use podpilot_core::{Readiness, Span};

use super::Simulation;
use crate::ProbeKind;
use crate::pods::{Pod, Stage};

impl Simulation {
    pub(super) fn attend(&mut self) {
        let mut index = 0;
        while let Some(&slot) = self.pods.order().get(index) {
            self.attend_to_pod(slot);
            if self.pods.order().get(index) == Some(&slot) {
                index += 1;
            }
        }
        if self.engine.can_merge() {
            self.merge_groups();
        }
        self.note_memory();
        self.plan_next_event();
    }

    fn attend_to_pod(&mut self, slot: usize) {
        let Some(pod) = self.pods.get(slot).copied().filter(|pod| pod.in_engine) else { return };
        if self.is_out_of_memory(slot, &pod) {
            self.measures.oom_kills += 1;
            self.settle();
            self.kill_container(slot);
        } else if pod.stage == Stage::Draining && self.engine.is_drained(slot) {
            self.settle();
            self.remove_pod(slot);
        } else if matches!(pod.stage, Stage::Serving | Stage::ProbedOut) && self.is_probed_now(&pod) {
            self.probe(slot, &pod);
        }
    }

    fn is_out_of_memory(&self, slot: usize, pod: &Pod) -> bool {
        let scenario = self.prepared.scenario();
        let memory = scenario.service.memory;
        let queue = self.engine.queue(slot, pod.deviation);
        let leaked_mib = self.leaked_mib(pod);
        let leaks = leaked_mib > 0.0 || memory.leak_kib_per_request > 0.0;
        if queue < self.prepared.out_of_memory_queue() && !leaks {
            return false;
        }
        memory.used_mib(queue, self.engine.finished(slot)) + leaked_mib >= scenario.pod.memory_limit_mib
    }

    /// Probes of a pod keep their distance from its container's start.
    fn is_probed_now(&self, pod: &Pod) -> bool {
        let probe = &self.prepared.scenario().probe;
        let period = Span::from_seconds(probe.period_s);
        let since = (self.now - pod.container_started_at).0 % period.0.max(1);
        probe.kind != ProbeKind::None && since < self.tick.0
    }

    fn probe(&mut self, slot: usize, pod: &Pod) {
        let now = self.now;
        let probe = self.prepared.scenario().probe;
        let answered = self.engine.answers_probe(&self.prepared, slot, pod.deviation);
        let in_a_row = now - pod.last_failed_probe_at < Span::from_seconds(1.5 * probe.period_s);
        let failures = if in_a_row { pod.failed_probes + 1 } else { 1 };
        let taken_out = !answered && pod.stage == Stage::Serving && failures >= probe.failure_threshold;
        let back = answered && pod.stage == Stage::ProbedOut;
        if !answered && let Some(pod) = self.pods.get_mut(slot) {
            pod.failed_probes = failures;
            pod.last_failed_probe_at = now;
        }
        if taken_out || back {
            self.settle();
            self.sample(slot);
        }
        if taken_out {
            self.measures.probe_outs += 1;
            self.engine.leave(slot);
            self.set_stage(slot, Stage::ProbedOut, Readiness::False);
        } else if back {
            self.engine.rejoin(slot);
            self.set_stage(slot, Stage::Serving, Readiness::True);
        }
    }

    fn set_stage(&mut self, slot: usize, stage: Stage, status: Readiness) {
        let now = self.now;
        if let Some(pod) = self.pods.get_mut(slot) {
            pod.stage = stage;
            pod.failed_probes = 0;
            pod.set_ready(status, now);
        }
        self.recount();
    }

    fn merge_groups(&mut self) {
        self.settle();
        self.sample_all();
        self.engine.merge();
    }
}
