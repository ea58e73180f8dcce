use std::sync::Arc;

use k8s_openapi::api::core::v1::Pod;
use podpilot_core::{Observation, ServiceSignals, Timestamp};

use super::{Target, push_pod};
use crate::signals::NamespaceUsage;

/// Everything that was read for one decision.
#[derive(Debug, Clone, Copy)]
pub struct WorldView<'w> {
    /// The instant of the decision.
    pub now: Timestamp,
    /// The workload.
    pub target: &'w Target,
    /// The pods of its namespace.
    pub pods: &'w [Arc<Pod>],
    /// What the pods use; `None` if the resource metrics API failed.
    pub usage: Option<&'w NamespaceUsage>,
    /// What is known of the service.
    pub service: ServiceSignals,
}

/// Fills `observation` and returns the pods that are the target's own. Pods of every revision count while a rollout
/// runs: their number is never read as load, and CPU of pods that are not Ready yet is left out by who decides.
pub fn observe(observation: &mut Observation, view: &WorldView<'_>) -> Vec<Arc<Pod>> {
    let own: Vec<Arc<Pod>> = view.pods.iter().filter(|pod| is_own(view.target, pod)).cloned().collect();
    observation.now = view.now;
    observation.replicas = view.target.replicas;
    observation.service = view.service;
    observation.metrics.clear();
    observation.room_for_pods = None;
    observation.pods.clear();
    for pod in &own {
        let name = pod.metadata.name.as_deref().unwrap_or_default();
        let usage = view.usage.and_then(|usage| usage.get(name));
        push_pod(&mut observation.pods, pod, usage);
    }
    own
}

fn is_own(target: &Target, pod: &Pod) -> bool {
    use kube::core::SelectorExt;
    let Some(selector) = &target.selector else { return false };
    let empty = std::collections::BTreeMap::new();
    selector.matches(pod.metadata.labels.as_ref().unwrap_or(&empty))
}
