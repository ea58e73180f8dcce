//! Floor: the HPA's lower bound follows decisions, and the user's own is given back.

use k8s_openapi::api::autoscaling::v2::HorizontalPodAutoscaler;
use kube::ResourceExt;
use kube::api::DeleteParams;
use podpilot_operator::cluster::USER_MIN_ANNOTATION;
use podpilot_operator::resource::AdaptiveAutoscaler;
use serde_json::json;

use crate::api_server::ApiServer;
use crate::one_at_a_time;
use crate::scene::{Scene, wait_until};

async fn hpa(scene: &Scene) -> HorizontalPodAutoscaler {
    scene.api::<HorizontalPodAutoscaler>().get("web").await.expect("the HPA")
}

async fn min_replicas(scene: &Scene) -> i32 {
    hpa(scene).await.spec.min_replicas.unwrap_or(1)
}

#[tokio::test(flavor = "multi_thread")]
async fn floor_raises_and_gives_back() {
    let _alone = one_at_a_time().await;
    let Some(server) = ApiServer::start().await else { return };
    let mut scene = Scene::new(server.admin(), server.admin(), "floor", 3).await;
    scene.create_autoscaler("web", json!({"mode": "Floor"})).await;
    scene.tick().await;
    assert_eq!(scene.condition("web", "Accepted").await.1, "NoHpa");
    scene.create_hpa(2).await;
    scene.until_fitted().await;
    scene.signals.set(|signals| signals.rate_rps = 150.0);
    scene.ticks(4).await;
    assert!(min_replicas(&scene).await >= 4, "{}", min_replicas(&scene).await);
    assert_eq!(hpa(&scene).await.annotations()[USER_MIN_ANNOTATION], "2");
    assert_eq!(scene.replicas().await, 3, "the scale itself is the HPA's");

    scene.edit("web", json!({"mode": "Observe"})).await;
    scene.tick().await;
    assert_eq!(min_replicas(&scene).await, 2, "another mode gives the bound back");
    assert!(!hpa(&scene).await.annotations().contains_key(USER_MIN_ANNOTATION));

    scene.edit("web", json!({"mode": "Floor"})).await;
    scene.ticks(3).await;
    assert!(min_replicas(&scene).await >= 4);
    // Deleted while no operator runs: the next one gives it back.
    scene.create_autoscaler("other", json!({"scaleTargetRef": {"name": "another"}})).await;
    scene.api::<AdaptiveAutoscaler>().delete("web", &DeleteParams::default()).await.expect("deleted");
    scene.restart_operator(&server.admin()).await;
    wait_until("the watch has seen the deletion", || scene.context.watches.autoscalers().len() == 1).await;
    scene.tick().await;
    assert_eq!(min_replicas(&scene).await, 2, "deletion gives the bound back");
}
