//! Watched objects are kept in memory: what nobody reads is dropped when they arrive.

use k8s_openapi::api::apps::v1::{Deployment, StatefulSet};
use k8s_openapi::api::core::v1::{Container, Pod, PodTemplateSpec};
use kube::api::ObjectMeta;

/// Keeps what an autoscaler may see of a pod.
pub(super) fn trim_pod(pod: &mut Pod) {
    let metadata = std::mem::take(&mut pod.metadata);
    pod.metadata = ObjectMeta {
        name: metadata.name,
        namespace: metadata.namespace,
        uid: metadata.uid,
        resource_version: metadata.resource_version,
        labels: metadata.labels,
        deletion_timestamp: metadata.deletion_timestamp,
        ..ObjectMeta::default()
    };
    if let Some(spec) = &mut pod.spec {
        let trim = |container: &mut Container| {
            *container = Container {
                name: std::mem::take(&mut container.name),
                resources: container.resources.take(),
                restart_policy: container.restart_policy.take(),
                ..Container::default()
            };
        };
        spec.containers.iter_mut().for_each(trim);
        spec.init_containers.iter_mut().flatten().for_each(trim);
        spec.volumes = None;
        spec.tolerations = None;
        spec.affinity = None;
    }
    if let Some(status) = &mut pod.status {
        status.container_statuses = None;
        status.init_container_statuses = None;
        if let Some(conditions) = &mut status.conditions {
            conditions.retain(|condition| condition.type_ == "Ready");
        }
    }
}

/// Drops the pod template.
pub(super) fn trim_deployment(deployment: &mut Deployment) {
    deployment.spec.template = PodTemplateSpec::default();
    deployment.metadata.annotations = None;
}

/// Drops the pod template.
pub(super) fn trim_stateful_set(set: &mut StatefulSet) {
    set.spec.template = PodTemplateSpec::default();
    set.spec.volume_claim_templates = None;
    set.metadata.annotations = None;
}
