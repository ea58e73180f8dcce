use std::time::Duration;

use k8s_openapi::api::autoscaling::v2::HorizontalPodAutoscaler;
use kube::api::{DeleteParams, ListParams};
use kube::{Api, Client, ResourceExt};

use super::{Report, ReportError};
use crate::cluster::{Leadership, release_change, write_floor};
use crate::resource::AdaptiveAutoscaler;
use crate::run::client;

/// An operator that still runs has heard of the deletions by then.
const HEARD: Duration = Duration::from_secs(3);

/// Before podpilot leaves the cluster: deletes every AdaptiveAutoscaler, then gives every HPA its own `minReplicas` back.
/// Workloads keep the replicas they have.
pub async fn release_cluster() -> Result<Report, ReportError> {
    let client = client().await?;
    let mut entries = delete_autoscalers(&client).await?;
    tokio::time::sleep(HEARD).await;
    entries.extend(restore_floors(&client).await?);
    Ok(Report { title: "podpilot lets go of this cluster".to_owned(), entries })
}

async fn delete_autoscalers(client: &Client) -> Result<Vec<(String, String)>, ReportError> {
    let all: Api<AdaptiveAutoscaler> = Api::all(client.clone());
    let mut entries = Vec::new();
    for object in all.list(&ListParams::default()).await.map_err(Box::new)? {
        let namespace = object.namespace().unwrap_or_default();
        let name = object.name_any();
        let api: Api<AdaptiveAutoscaler> = Api::namespaced(client.clone(), &namespace);
        api.delete(&name, &DeleteParams::default()).await.map_err(Box::new)?;
        entries.push((format!("AdaptiveAutoscaler {namespace}/{name}"), "deleted".to_owned()));
    }
    Ok(entries)
}

async fn restore_floors(client: &Client) -> Result<Vec<(String, String)>, ReportError> {
    let api: Api<HorizontalPodAutoscaler> = Api::all(client.clone());
    let mut entries = Vec::new();
    for hpa in &api.list(&ListParams::default()).await.map_err(Box::new)?.items {
        let Some(change) = release_change(hpa) else { continue };
        let name = format!("HPA {}/{}", hpa.namespace().unwrap_or_default(), hpa.name_any());
        write_floor(client, &Leadership::forever(), hpa, &change)
            .await
            .map_err(|fault| ReportError::Missing(format!("{name}: {fault}")))?;
        entries.push((name, format!("minReplicas {} again", change.min_replicas)));
    }
    Ok(entries)
}
