use k8s_openapi::api::autoscaling::v2::HorizontalPodAutoscaler;
use kube::api::ListParams;
use kube::{Api, ResourceExt};

use super::{Report, ReportError};
use crate::cluster::{Leadership, release_change, write_floor};
use crate::run::client;

/// Gives every HPA its own `minReplicas` back, before podpilot leaves the cluster. Workloads keep the replicas they have.
/// To be called when no operator runs any more.
pub async fn release_cluster() -> Result<Report, ReportError> {
    let client = client().await?;
    let api: Api<HorizontalPodAutoscaler> = Api::all(client.clone());
    let hpas = api.list(&ListParams::default()).await.map_err(Box::new)?;
    let mut entries = Vec::new();
    for hpa in &hpas.items {
        let Some(change) = release_change(hpa) else { continue };
        let name = format!("{}/{}", hpa.namespace().unwrap_or_default(), hpa.name_any());
        write_floor(&client, &Leadership::forever(), hpa, &change)
            .await
            .map_err(|fault| ReportError::Missing(format!("HPA {name}: {fault}")))?;
        entries.push((name, format!("minReplicas {} again", change.min_replicas)));
    }
    Ok(Report { title: format!("{} HPAs released", entries.len()), entries })
}
