use k8s_openapi::api::apps::v1::{Deployment, StatefulSet};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{LabelSelector, ObjectMeta};
use kube::core::Selector;
use podpilot_core::ReplicaCounts;

use super::{ReplicaOwner, replica_owners};
use crate::resource::TargetKind;

/// What matters of a workload, whatever its kind.
#[derive(Debug, Clone)]
pub struct Target {
    /// Its kind.
    pub kind: TargetKind,
    /// Its name.
    pub name: String,
    /// Its namespace.
    pub namespace: String,
    /// Identity: a workload that is deleted and made again is another one.
    pub uid: String,
    /// The version that was read; the scale subresource has the same.
    pub resource_version: String,
    /// Replicas asked for and existing.
    pub replicas: ReplicaCounts,
    /// Which pods are its own; `None` if the selector means nothing.
    pub selector: Option<Selector>,
    /// Who has set the replica count.
    pub replica_owners: Vec<ReplicaOwner>,
}

impl Target {
    /// Of a Deployment.
    pub fn of_deployment(object: &Deployment) -> Self {
        Self::new(
            TargetKind::Deployment,
            &object.metadata,
            &object.spec.selector,
            object.spec.replicas,
            object.status.as_ref().and_then(|status| status.replicas),
        )
    }

    /// Of a StatefulSet.
    pub fn of_stateful_set(object: &StatefulSet) -> Self {
        Self::new(
            TargetKind::StatefulSet,
            &object.metadata,
            &object.spec.selector,
            object.spec.replicas,
            object.status.as_ref().map(|status| status.replicas),
        )
    }

    fn new(
        kind: TargetKind,
        metadata: &ObjectMeta,
        selector: &LabelSelector,
        asked_for: Option<i32>,
        existing: Option<i32>,
    ) -> Self {
        let text = |value: &Option<String>| value.clone().unwrap_or_default();
        Self {
            kind,
            name: text(&metadata.name),
            namespace: text(&metadata.namespace),
            uid: text(&metadata.uid),
            resource_version: text(&metadata.resource_version),
            // The API server fills in 1 where nothing is written.
            replicas: ReplicaCounts { spec: asked_for.unwrap_or(1), status: existing.unwrap_or(0) },
            selector: Selector::try_from(selector.clone()).ok().filter(|selector| !selector.selects_all()),
            replica_owners: replica_owners(metadata),
        }
    }
}
