//! Direct: the scale follows decisions; pauses, refusals, second writers, permissions, conflicts, restarts.

use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::autoscaling::v2::HorizontalPodAutoscaler;
use kube::api::{DeleteParams, Patch, PatchParams};
use serde_json::json;

use crate::api_server::ApiServer;
use crate::one_at_a_time;
use crate::scene::{Scene, create};

#[tokio::test(flavor = "multi_thread")]
async fn direct_writes_the_scale_and_knows_its_limits() {
    let _alone = one_at_a_time().await;
    let Some(server) = ApiServer::start().await else { return };
    let mut scene = Scene::new(server.admin(), server.admin(), "direct", 2).await;
    scene.create_autoscaler("web", json!({"mode": "Direct"})).await;
    scene.until_fitted().await;
    follows_load(&mut scene).await;
    restarts_with_memory(&mut scene, &server).await;
    pauses_by_direction(&mut scene).await;
    finds_a_second_writer(&mut scene).await;
    refuses_beside_an_hpa(&mut scene).await;
    refuses_a_second_object(&mut scene).await;
    waits_for_a_deleted_target(&mut scene).await;
    names_missing_rights(&mut scene, &server).await;
}

async fn follows_load(scene: &mut Scene) {
    scene.ticks(3).await;
    let quiet = scene.replicas().await;
    scene.signals.set(|signals| signals.rate_rps = 150.0);
    scene.ticks(4).await;
    let busy = scene.replicas().await;
    assert!(busy >= 5 && busy > quiet, "{quiet} at 40/s, {busy} at 150/s");
    assert_eq!(scene.condition("web", "Acting").await.1, "Writing");
    scene.signals.set(|signals| signals.rate_rps = 20.0);
    // The restart hold of 300 s, then the hold of 120 s, then at most half at once.
    scene.ticks(45).await;
    let calm = scene.replicas().await;
    assert!(calm < busy, "{calm} after {busy}");
}

async fn restarts_with_memory(scene: &mut Scene, server: &ApiServer) {
    scene.signals.set(|signals| signals.rate_rps = 150.0);
    // Until what is held of the rise is over.
    scene.ticks(20).await;
    let busy = scene.replicas().await;
    scene.restart_operator(&server.admin()).await;
    scene.until_fitted().await;
    assert_eq!(scene.replicas().await, busy, "a restart changes nothing");
    scene.signals.set(|signals| signals.rate_rps = 20.0);
    scene.ticks(14).await;
    assert!(scene.replicas().await < busy, "with its memory there is no restart hold of 300 s");
}

async fn pauses_by_direction(scene: &mut Scene) {
    let until = jiff::Timestamp::from_second(crate::signal_server::now_s() as i64 + 120).expect("a time");
    scene.edit("web", json!({"paused": {"scaleUp": true, "until": until.to_string()}})).await;
    let before = scene.replicas().await;
    scene.signals.set(|signals| signals.rate_rps = 180.0);
    scene.ticks(4).await;
    assert_eq!(scene.replicas().await, before);
    assert_eq!(scene.condition("web", "Acting").await.1, "Paused");
    scene.ticks(8).await;
    assert!(scene.replicas().await > before, "the pause has run out");
    scene.edit("web", json!({"paused": null})).await;
}

async fn finds_a_second_writer(scene: &mut Scene) {
    assert_eq!(scene.condition("web", "SoleWriter").await.0, "True");
    let deployments = scene.api::<Deployment>();
    let manager = PatchParams { field_manager: Some("somebody-else".to_owned()), ..PatchParams::default() };
    let scale = json!({"spec": {"replicas": 2}});
    deployments.patch_scale("web", &manager, &Patch::Merge(&scale)).await.expect("it can be written");
    scene.settle().await;
    scene.tick().await;
    let (holds, reason, message) = scene.condition("web", "SoleWriter").await;
    assert_eq!((holds.as_str(), reason.as_str()), ("False", "SecondWriter"));
    assert!(message.contains("somebody-else"), "{message}");
    scene.settle().await;
    scene.ticks(2).await;
    assert_eq!(scene.condition("web", "SoleWriter").await.0, "True", "podpilot has the last word again");
}

async fn refuses_beside_an_hpa(scene: &mut Scene) {
    scene.create_hpa(1).await;
    scene.signals.set(|signals| signals.rate_rps = 60.0);
    let before = (scene.replicas().await, scene.context.counters.scale_writes.get());
    scene.ticks(25).await;
    let (_, reason, message) = scene.condition("web", "Accepted").await;
    assert_eq!(reason, "HpaOnTarget");
    assert!(message.contains("direct/web"), "{message}");
    assert_eq!((scene.replicas().await, scene.context.counters.scale_writes.get()), before);
    scene.api::<HorizontalPodAutoscaler>().delete("web", &DeleteParams::default()).await.expect("deleted");
    scene.wait_for_hpas(<[_]>::is_empty).await;
    scene.ticks(2).await;
    assert_eq!(scene.condition("web", "Accepted").await.0, "True");
}

async fn refuses_a_second_object(scene: &mut Scene) {
    scene.create_autoscaler("younger", json!({"mode": "Direct"})).await;
    scene.tick().await;
    let (holds, reason, message) = scene.condition("younger", "Accepted").await;
    assert_eq!((holds.as_str(), reason.as_str()), ("False", "TargetTaken"));
    assert!(message.contains("direct/web"), "{message}");
    assert_eq!(scene.condition("web", "Accepted").await.0, "True", "the older one goes on");
}

async fn waits_for_a_deleted_target(scene: &mut Scene) {
    let deployments = scene.api::<Deployment>();
    deployments.delete("web", &DeleteParams::default()).await.expect("deleted");
    scene.until_condition("web", "Acting", "TargetNotFound").await;
    scene.create_deployment(6).await;
    scene.settle().await;
    scene.signals.set(|signals| signals.rate_rps = 10.0);
    scene.ticks(4).await;
    assert_eq!(scene.replicas().await, 6, "a new target: nothing is removed for one window");
}

async fn names_missing_rights(scene: &mut Scene, server: &ApiServer) {
    use k8s_openapi::api::rbac::v1::{ClusterRole, ClusterRoleBinding};
    let admin = server.admin();
    let rule = json!({"apiGroups": ["*"], "resources": ["adaptiveautoscalers", "adaptiveautoscalers/status", "pods",
        "deployments", "statefulsets", "horizontalpodautoscalers", "events"], "verbs": ["*"]});
    create(
        &kube::Api::<ClusterRole>::all(admin.clone()),
        json!({"metadata": {"name": "no-scale"}, "rules": [rule]}),
    )
    .await;
    create(
        &kube::Api::<ClusterRoleBinding>::all(admin),
        json!({"metadata": {"name": "no-scale"}, "subjects": [{"kind": "User", "name": "operator", "apiGroup": "rbac.authorization.k8s.io"}],
            "roleRef": {"kind": "ClusterRole", "name": "no-scale", "apiGroup": "rbac.authorization.k8s.io"}}),
    )
    .await;
    scene.restart_operator(&server.operator()).await;
    scene.signals.set(|signals| signals.rate_rps = 400.0);
    scene.until_condition("web", "Acting", "WriteDenied").await;
    let (_, _, message) = scene.condition("web", "Acting").await;
    assert!(message.contains("deployments/scale") || message.contains("ClusterRole"), "{message}");
    assert_eq!(scene.replicas().await, 6);
}
