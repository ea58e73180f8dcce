//! The fault contract: from the onset no scale-down, the cause in a condition within two ticks, recovery by itself.

use serde_json::json;

use crate::api_server::ApiServer;
use crate::one_at_a_time;
use crate::scene::Scene;
use crate::signal_server::{Behaviour, advance_clock};

#[tokio::test(flavor = "multi_thread")]
async fn no_fault_scales_down_and_each_is_named() {
    let _alone = one_at_a_time().await;
    let Some(mut server) = ApiServer::start().await else { return };
    let mut scene = Scene::new(server.admin(), server.admin(), "faults", 2).await;
    scene.create_autoscaler("web", json!({"mode": "Direct"})).await;
    scene.until_fitted().await;
    busy(&mut scene).await;
    let cases = [
        (Behaviour::Hanging, "PrometheusTimedOut"),
        (Behaviour::NotANumber, "PrometheusNotANumber"),
        (Behaviour::Empty, "PrometheusEmpty"),
        (Behaviour::Malformed, "PrometheusMalformed"),
        (Behaviour::Partial, "PrometheusPartial"),
        (Behaviour::Failing, "PrometheusRefused"),
        (Behaviour::Stale, "PrometheusStale"),
    ];
    for (behaviour, reason) in cases {
        prometheus_fails(&mut scene, behaviour, reason).await;
    }
    resource_metrics_fail(&mut scene).await;
    clock_jumps(&mut scene).await;
    policy_is_corrupted(&mut scene).await;
    api_server_restarts(&mut scene, &mut server).await;
}

/// Load for many pods, then a load that would let most of them go.
async fn busy(scene: &mut Scene) {
    scene.signals.set(|signals| signals.rate_rps = 180.0);
    scene.ticks(24).await;
    assert!(scene.replicas().await >= 5, "{}", scene.replicas().await);
    scene.signals.set(|signals| signals.rate_rps = 20.0);
}

async fn prometheus_fails(scene: &mut Scene, behaviour: Behaviour, reason: &str) {
    let before = scene.replicas().await;
    scene.signals.set(|signals| signals.prometheus = behaviour);
    scene.ticks(2).await;
    let (holds, found, message) = scene.condition("web", "SignalsHealthy").await;
    assert_eq!((holds.as_str(), found.as_str()), ("False", reason), "{message}");
    assert_eq!(scene.condition("web", "Ready").await.1, reason);
    scene.ticks(3).await;
    assert!(scene.replicas().await >= before, "{behaviour:?}: {} < {before}", scene.replicas().await);
    scene.signals.set(|signals| {
        signals.prometheus = Behaviour::Healthy;
        signals.rate_rps = 180.0;
    });
    scene.ticks(2).await;
    assert_eq!(scene.condition("web", "Ready").await.0, "True", "{behaviour:?}: recovery is automatic");
    scene.signals.set(|signals| signals.rate_rps = 20.0);
}

async fn resource_metrics_fail(scene: &mut Scene) {
    let before = scene.replicas().await;
    scene.signals.set(|signals| {
        signals.rate_rps = 180.0;
        signals.resource_metrics = Behaviour::Failing;
    });
    scene.ticks(2).await;
    assert_eq!(scene.condition("web", "SignalsHealthy").await.1, "ResourceMetricsRefused");
    assert!(scene.replicas().await >= before);
    scene.signals.set(|signals| signals.resource_metrics = Behaviour::Healthy);
    scene.ticks(2).await;
    assert_eq!(scene.condition("web", "SignalsHealthy").await.0, "True");
}

async fn clock_jumps(scene: &mut Scene) {
    scene.signals.set(|signals| signals.rate_rps = 20.0);
    for jump in [-3_600, 7_200] {
        let before = scene.replicas().await;
        advance_clock(jump);
        scene.ticks(6).await;
        assert!(scene.replicas().await >= before, "{jump} s: {} < {before}", scene.replicas().await);
    }
}

async fn policy_is_corrupted(scene: &mut Scene) {
    scene
        .edit("web", json!({"policy": {"builtin": null, "configMap": {"name": "nowhere", "key": "policy"}}}))
        .await;
    scene.ticks(2).await;
    let (holds, reason, message) = scene.condition("web", "PolicyLoaded").await;
    assert_eq!((holds.as_str(), reason.as_str()), ("False", "PolicyNotFound"));
    assert!(message.contains("nowhere") && message.contains("stays in use"), "{message}");
    let newest = &scene.context.decisions.newest_first(None, None)[0];
    assert_eq!(newest.decided_by, "policy", "the good one stays");
    scene.edit("web", json!({"policy": {"builtin": "default", "configMap": null}})).await;
    scene.ticks(2).await;
    assert_eq!(scene.condition("web", "PolicyLoaded").await.0, "True");
}

async fn api_server_restarts(scene: &mut Scene, server: &mut ApiServer) {
    scene.signals.set(|signals| signals.rate_rps = 20.0);
    let before = scene.replicas().await;
    server.restart().await;
    scene.ticks(2).await;
    assert!(scene.replicas().await <= before);
    assert_eq!(scene.condition("web", "Ready").await.0, "True");
}
