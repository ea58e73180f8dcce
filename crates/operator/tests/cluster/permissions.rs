//! The rights that install.yaml grants, compared with the calls that the operator really makes: none is missing, none
//! is for nothing.

use std::collections::BTreeSet;

use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::core::v1::ConfigMap;
use k8s_openapi::api::rbac::v1::{ClusterRole, ClusterRoleBinding, PolicyRule, Role, RoleBinding};
use kube::api::{Patch, PatchParams};
use kube::{Api, Client};
use podpilot_operator::cluster::{Leadership, LeaseSettings, hold_lease};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::api_server::ApiServer;
use crate::one_at_a_time;
use crate::scene::{Scene, create, wait_until};

const INSTALL: &str = include_str!("../../../../deployments/install.yaml");
const NAMESPACE: &str = "rights";

/// Group, resource with subresource, verb.
type Right = (String, String, String);

fn documents(kind: &str) -> Vec<Value> {
    let all = INSTALL.split("\n---\n").filter_map(|text| serde_saphyr::from_str::<Value>(text).ok());
    all.filter(|document| document["kind"] == kind).collect()
}

fn rights(rules: &[PolicyRule]) -> BTreeSet<Right> {
    let mut rights = BTreeSet::new();
    for rule in rules {
        for group in rule.api_groups.iter().flatten() {
            for resource in rule.resources.iter().flatten() {
                for verb in &rule.verbs {
                    rights.insert((group.clone(), resource.clone(), verb.clone()));
                }
            }
        }
    }
    rights
}

/// Grants the user `operator` what install.yaml grants the service account.
async fn grant(admin: &Client) -> BTreeSet<Right> {
    let user = json!([{"kind": "User", "name": "operator", "apiGroup": "rbac.authorization.k8s.io"}]);
    let mut granted = BTreeSet::new();
    for document in documents("ClusterRole") {
        let role: ClusterRole = serde_json::from_value(document).expect("a ClusterRole");
        granted.extend(rights(role.rules.as_deref().unwrap_or_default()));
        let name = role.metadata.name.clone().expect("a name");
        create(&Api::<ClusterRole>::all(admin.clone()), serde_json::to_value(&role).expect("JSON")).await;
        let reference = json!({"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": name});
        let binding = json!({"metadata": {"name": name}, "roleRef": reference, "subjects": user});
        create(&Api::<ClusterRoleBinding>::all(admin.clone()), binding).await;
    }
    for mut document in documents("Role") {
        document["metadata"]["namespace"] = json!(NAMESPACE);
        let role: Role = serde_json::from_value(document).expect("a Role");
        granted.extend(rights(role.rules.as_deref().unwrap_or_default()));
        let name = role.metadata.name.clone().expect("a name");
        create(
            &Api::<Role>::namespaced(admin.clone(), NAMESPACE),
            serde_json::to_value(&role).expect("JSON"),
        )
        .await;
        let reference = json!({"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": name});
        let binding = json!({"metadata": {"name": name}, "roleRef": reference, "subjects": user});
        create(&Api::<RoleBinding>::namespaced(admin.clone(), NAMESPACE), binding).await;
    }
    granted
}

#[tokio::test(flavor = "multi_thread")]
async fn granted_rights_are_those_that_are_used() {
    let _alone = one_at_a_time().await;
    let Some(server) = ApiServer::start().await else { return };
    // The namespace must be there for the Role: the scene makes it, and waits with admin's rights meanwhile.
    let mut scene = Scene::new(server.admin(), server.admin(), NAMESPACE, 2).await;
    let granted = grant(&server.admin()).await;
    assert!(granted.len() > 10, "install.yaml has the operator's rights: {granted:?}");
    scene.restart_operator(&server.operator()).await;
    use_everything(&mut scene, &server).await;

    let mut used = BTreeSet::new();
    for event in server.audit() {
        let code = event["responseStatus"]["code"].as_i64().unwrap_or(0);
        assert_ne!(code, 403, "a right is missing: {event}");
        let reference = &event["objectRef"];
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let mut resource = text(&reference["resource"]);
        if let Some(subresource) = reference["subresource"].as_str() {
            resource = format!("{resource}/{subresource}");
        }
        used.insert((text(&reference["apiGroup"]), resource, text(&event["verb"])));
    }
    // The tests read usage from a server of their own, and scale a Deployment only; a second event of a kind is rare.
    let elsewhere = |right: &Right| {
        right.0 == "metrics.k8s.io"
            || right.1 == "statefulsets/scale"
            || (right.0 == "events.k8s.io" && right.2 == "patch")
    };
    let unused: Vec<&Right> = granted.difference(&used).filter(|right| !elsewhere(right)).collect();
    assert!(unused.is_empty(), "granted for nothing: {unused:?}; used: {used:?}");
    let missing: Vec<&Right> = used.difference(&granted).collect();
    assert!(missing.is_empty(), "used without a grant: {missing:?}");
}

/// Every mode, every kind of policy, the lease.
async fn use_everything(scene: &mut Scene, server: &ApiServer) {
    let leadership = Leadership::none();
    let stop = CancellationToken::new();
    let settings = LeaseSettings {
        renew_every: std::time::Duration::from_millis(300),
        ..LeaseSettings::new(NAMESPACE, "operator")
    };
    let lease = tokio::spawn(hold_lease(server.operator(), settings, leadership.clone(), stop.clone()));
    wait_until("the lease is held", || leadership.may_write()).await;
    scene.create_autoscaler("web", json!({"mode": "Direct"})).await;
    scene.until_fitted().await;
    scene.signals.set(|signals| signals.rate_rps = 150.0);
    scene.ticks(2).await;
    assert!(scene.replicas().await > 2, "the scale was written");
    create(&scene.api::<ConfigMap>(), json!({"metadata": {"name": "policies"}})).await;
    scene
        .edit("web", json!({"policy": {"builtin": null, "configMap": {"name": "policies", "key": "none"}}}))
        .await;
    scene.edit("web", json!({"mode": "Floor"})).await;
    scene.create_hpa(1).await;
    scene.ticks(2).await;
    let scale = json!({"spec": {"replicas": 3}});
    let deployments = scene.api::<Deployment>();
    deployments.patch("web", &PatchParams::default(), &Patch::Merge(&scale)).await.expect("written");
    scene.settle().await;
    scene.edit("web", json!({"mode": "Observe"})).await;
    scene.ticks(1).await;
    stop.cancel();
    lease.await.expect("it ends");
}
