//! Writes of the replica count, and the `ReplicaSet` controller behind them.

use podpilot_core::{Outcome, Timestamp, WriteResult};

use super::Simulation;
use crate::pods::{Pod, Stage};

impl Simulation {
    /// Writes `scale.spec.replicas`. A slow API makes the write take effect later; it counts as applied then.
    pub fn scale(&mut self, replicas: i32) -> Outcome {
        let delay = self.faults.write_delay();
        let at = self.now + self.faults.clock_offset() + delay;
        let outcome = |result, from| Outcome { at, from, to: replicas, result };
        let from = self.spec_replicas;
        if replicas == from {
            return outcome(WriteResult::Unchanged, from);
        }
        if replicas < 0 {
            return outcome(WriteResult::Failed, from);
        }
        if self.faults.conflict() {
            return outcome(WriteResult::Conflict, from);
        }
        if delay > podpilot_core::Span::ZERO {
            self.late_write = Some((self.now + delay, replicas));
        } else {
            self.settle();
            self.write_replicas(replicas);
        }
        self.plan_next_event();
        outcome(WriteResult::Applied, from)
    }

    pub(super) fn write_replicas(&mut self, replicas: i32) {
        match replicas.cmp(&self.spec_replicas) {
            std::cmp::Ordering::Greater => self.measures.scale_ups += 1,
            std::cmp::Ordering::Less => self.measures.scale_downs += 1,
            std::cmp::Ordering::Equal => {}
        }
        self.spec_replicas = replicas;
        self.reconcile();
        self.recount();
    }

    /// Creates or deletes pods until as many exist as were asked for.
    pub(super) fn reconcile(&mut self) {
        let wanted = self.spec_replicas as usize;
        let alive = self.pods.alive();
        for _ in alive..wanted {
            self.create_pod();
            self.measures.pods_created += 1;
        }
        for _ in wanted..alive {
            let candidates = self.pods.iter().filter(|(_, pod)| !pod.is_deleted());
            let Some((slot, _)) = candidates.min_by_key(|(_, pod)| deletion_rank(pod)) else { return };
            self.delete_pod(slot);
        }
    }
}

/// The order in which a `ReplicaSet` gives up pods: not bound to a node, not running, not ready, then the one that
/// became ready last.
fn deletion_rank(pod: &Pod) -> (u8, i64, i64) {
    let readiness = match pod.stage {
        Stage::Unscheduled => 0,
        Stage::Creating => 1,
        Stage::Starting | Stage::BackOff | Stage::Lost | Stage::ProbedOut => 2,
        Stage::Serving | Stage::LostUnnoticed | Stage::Leaving | Stage::Draining => 3,
    };
    let ready_at = pod.ready.map_or(Timestamp(i64::MAX), |condition| condition.last_transition);
    (readiness, -ready_at.0, -(pod.id.0 as i64))
}
