//! What the Cluster Autoscaler does to pods.

use super::Simulation;
use crate::pods::Stage;

impl Simulation {
    /// Lets nodes come and go that are due to.
    pub(super) fn scale_nodes(&mut self) {
        if self.nodes.admit_provisioned(self.now) {
            self.schedule_waiting();
        }
        let waiting = self.pods.iter().filter(|(_, pod)| pod.stage == Stage::Unscheduled).count();
        if let Some(node) = self.nodes.scan(self.now, waiting as u32) {
            self.each_pod_of(node, Self::evict_pod);
            self.reconcile();
        }
        self.recount();
    }

    fn evict_pod(&mut self, slot: usize) {
        if self.pods.get(slot).is_some_and(|pod| !pod.is_deleted()) {
            self.delete_pod(slot);
        }
    }
}
