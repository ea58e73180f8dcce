//! Observe: decisions, status and counterfactual; nothing is written to the target.

use serde_json::json;

use crate::api_server::ApiServer;
use crate::one_at_a_time;
use crate::scene::Scene;
use crate::signal_server::CPU_MS_PER_REQUEST;

#[tokio::test(flavor = "multi_thread")]
async fn observe_decides_tells_and_writes_nothing() {
    let _alone = one_at_a_time().await;
    let Some(server) = ApiServer::start().await else { return };
    let mut scene = Scene::new(server.admin(), server.admin(), "observe", 3).await;
    scene.create_autoscaler("web", json!({})).await;
    scene.tick().await;
    let status = scene.status("web").await;
    assert_eq!(
        (status.replicas, status.hpa_replicas),
        (Some(3), Some(3)),
        "the HPA has what it started with"
    );
    assert_eq!(scene.condition("web", "Acting").await.1, "ObserveMode");
    assert_eq!(scene.condition("web", "Ready").await.0, "True");

    scene.until_fitted().await;
    let (holds, reason, message) = scene.condition("web", "ServiceFitted").await;
    assert_eq!((holds.as_str(), reason.as_str()), ("True", "Fitted"), "{message}");
    let service = scene.status("web").await.service.expect("a service model");
    let cost: f64 = service.cpu_ms_per_request.parse().expect("a number");
    // Costs are rounded up by at most 2.5 % so that models can be shared.
    assert!((CPU_MS_PER_REQUEST..CPU_MS_PER_REQUEST * 1.025).contains(&cost), "{cost}");

    // 40 requests/s at 4 ms are 160m: one pod of 200m cannot be enough, and 10 would be waste.
    scene.ticks(45).await;
    let newest = &scene.context.decisions.newest_first(None, None)[0];
    assert_eq!(newest.decided_by, "policy");
    assert!((2..=5).contains(&newest.recommended), "{}", newest.recommended);
    assert!(newest.inputs.in_flight_is_derived, "traefik has no gauge: Little's law");
    assert_eq!(newest.inputs.serving, 3);
    let told = scene.status("web").await;
    let counterfactual = told.counterfactual.expect("a comparison");
    assert!(counterfactual.hpa.bad_minutes_at_most.is_some(), "{counterfactual:?}");
    let saving = told.saving.expect("a saving");
    assert!(saving.contains("bad minutes at most") && saving.contains("HPA"), "{saving}");

    // 10 Observe decisions are 150 s: conditions on change, numbers every 30 s.
    let before = scene.context.counters.status_writes.get();
    scene.ticks(10).await;
    let writes = scene.context.counters.status_writes.get() - before;
    assert!((4..=6).contains(&writes), "{writes} status writes in 150 s");

    assert_eq!(scene.replicas().await, 3);
    assert_eq!(scene.context.counters.scale_writes.get(), 0);
    let state = scene.status("web").await.restart_state.expect("memory for a restart");
    assert!(state.len() <= 6_000, "{} characters: 4 KiB in base64 and a frame", state.len());
}
