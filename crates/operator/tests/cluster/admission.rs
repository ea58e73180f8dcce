//! Bad specifications are refused by the API server itself, with what would be right.

use kube::Api;
use kube::api::{Patch, PatchParams, PostParams};
use podpilot_operator::resource::AdaptiveAutoscaler;
use serde_json::{Value, json};

use crate::api_server::ApiServer;
use crate::one_at_a_time;
use crate::scene::autoscaler;

const URL: &str = "http://prometheus:9090";

async fn refused(api: &Api<AdaptiveAutoscaler>, spec: Value) -> String {
    // As a plain object: the typed one could not even hold what is wrong here.
    let object: kube::core::DynamicObject = serde_json::from_value({
        let mut object = autoscaler("wrong", URL, spec);
        object["apiVersion"] = json!("podpilot.dev/v1alpha1");
        object["kind"] = json!("AdaptiveAutoscaler");
        object
    })
    .expect("an object");
    let kind = kube::core::ApiResource::erase::<AdaptiveAutoscaler>(&());
    let dynamic: Api<kube::core::DynamicObject> =
        Api::namespaced_with(api.clone().into_client(), "default", &kind);
    match dynamic.create(&PostParams::default(), &object).await {
        Err(kube::Error::Api(status)) => status.message,
        other => panic!("not refused: {other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_specifications_are_refused_with_what_would_be_right() {
    let _alone = one_at_a_time().await;
    let Some(server) = ApiServer::start().await else { return };
    let api: Api<AdaptiveAutoscaler> = Api::namespaced(server.admin(), "default");
    let prometheus = |change: Value| json!({"signals": {"prometheus": change}});
    let cases = [
        (json!({"minReplicas": 11}), "minReplicas must be at most maxReplicas"),
        (json!({"maxReplicas": 0}), "spec.maxReplicas"),
        (json!({"mode": "Turbo"}), "supported values: \"Observe\", \"Floor\", \"Direct\""),
        (json!({"objective": {"latency": {"quantile": "95", "threshold": "200ms"}}}), "such as \"0.95\""),
        (json!({"objective": {"latency": {"quantile": "0.95", "threshold": "200"}}}), "such as 200ms"),
        (json!({"objective": {"badMinutes": "0.5%"}}), "such as \"0.005\""),
        (json!({"objective": {"cpuOfLimit": "1.2"}}), "such as \"0.85\""),
        (json!({"interval": "1s"}), "from 5s to 2m"),
        (json!({"paused": {"scaleUp": false, "scaleDown": false}}), "must pause scaleUp, scaleDown, or both"),
        (json!({"price": {"replicaHour": "2 EUR"}}), "such as \"0.02\""),
        (prometheus(json!({"url": "prometheus:9090"})), "must be an http or https address"),
        (prometheus(json!({"profile": "nginx"})), "\"ingress-nginx\""),
        (prometheus(json!({"profile": null})), "must have a profile"),
        (prometheus(json!({"profile": "histogram"})), "needs a selector"),
        (prometheus(json!({"window": "1h"})), "from 5s to 10m"),
        (json!({"policy": {}}), "exactly one of builtin, configMap and file"),
        (
            json!({"policy": {"builtin": "default", "file": "a"}}),
            "exactly one of builtin, configMap and file",
        ),
        (json!({"policy": {"file": "../../etc/passwd"}}), "without a path"),
        (json!({"service": {"cpuMsPerRequest": "0"}}), "positive number of milliseconds"),
        (json!({"scaleTargetRef": {"kind": "DaemonSet"}}), "\"StatefulSet\""),
        (json!({"scaleTargetRef": {"apiVersion": "apps/v2"}}), "must be apps/v1"),
        (
            json!({"baseline": {"hpa": {"metrics": [{"type": "Resource", "resource": {"name": "cpu",
                "target": {"type": "Utilization", "averageValue": "100m"}}}]}}}),
            "needs averageUtilization in per cent",
        ),
        (json!({"baseline": {"hpa": {"metrics": [{"type": "Resource"}]}}}), "needs the block resource"),
    ];
    for (spec, expected) in cases {
        let message = refused(&api, spec.clone()).await;
        assert!(message.contains(expected), "{spec}: {message}");
    }
    let good = serde_json::from_value(autoscaler("good", URL, json!({}))).expect("an object");
    let stored = api.create(&PostParams::default(), &good).await.expect("the example is taken");
    assert_eq!(stored.spec.interval, "15s", "defaults are filled in");
    assert_eq!(stored.spec.objective.latency.quantile, "0.95");
    let patch = json!({"spec": {"scaleTargetRef": {"name": "other"}}});
    let moved = api.patch("good", &PatchParams::default(), &Patch::Merge(&patch)).await;
    let message = moved.expect_err("the target cannot be changed").to_string();
    assert!(message.contains("make one for the other workload"), "{message}");
}
