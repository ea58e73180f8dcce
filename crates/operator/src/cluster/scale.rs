use std::time::Duration;

use k8s_openapi::api::apps::v1::{Deployment, StatefulSet};
use k8s_openapi::api::autoscaling::v1::{Scale, ScaleSpec};
use kube::api::{ObjectMeta, PostParams};
use kube::{Api, Client};

use super::{Leadership, WriteFault};
use crate::resource::TargetKind;
use crate::world::{FIELD_MANAGER, Target};

/// The API server answers sooner or is in trouble.
const TIMEOUT: Duration = Duration::from_secs(5);

/// Writes the target's scale subresource, carrying the version that the decision rests on. The lease is looked at just
/// before: a process that was stopped past its lease writes nothing.
pub async fn write_scale(
    client: &Client,
    leadership: &Leadership,
    target: &Target,
    replicas: i32,
) -> Result<(), WriteFault> {
    let scale = Scale {
        metadata: ObjectMeta {
            name: Some(target.name.clone()),
            namespace: Some(target.namespace.clone()),
            resource_version: Some(target.resource_version.clone()),
            ..ObjectMeta::default()
        },
        spec: Some(ScaleSpec { replicas: Some(replicas) }),
        status: None,
    };
    let parameters = PostParams { field_manager: Some(FIELD_MANAGER.to_owned()), ..PostParams::default() };
    let write = async {
        match target.kind {
            TargetKind::Deployment => {
                let api: Api<Deployment> = Api::namespaced(client.clone(), &target.namespace);
                api.replace_scale(&target.name, &parameters, &scale).await
            }
            TargetKind::StatefulSet => {
                let api: Api<StatefulSet> = Api::namespaced(client.clone(), &target.namespace);
                api.replace_scale(&target.name, &parameters, &scale).await
            }
        }
    };
    if !leadership.may_write() {
        return Err(WriteFault::LeaseLost);
    }
    match tokio::time::timeout(TIMEOUT, write).await {
        Ok(answer) => answer.map(|_| ()).map_err(WriteFault::from),
        Err(_) => Err(WriteFault::Failed("the API server did not answer in time".to_owned())),
    }
}
