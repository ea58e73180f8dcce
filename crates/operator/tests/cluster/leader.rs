//! One leader; a lease that has run out forbids writes before they are sent.

use std::time::Duration;

use kube::Api;
use podpilot_operator::cluster::{Leadership, LeaseSettings, hold_lease, write_scale};
use serde_json::json;
use tokio_util::sync::CancellationToken;

use crate::api_server::ApiServer;
use crate::one_at_a_time;
use crate::scene::{Scene, wait_until};

fn settings(identity: &str) -> LeaseSettings {
    LeaseSettings {
        duration: Duration::from_secs(3),
        renew_every: Duration::from_millis(500),
        margin: Duration::from_millis(500),
        ..LeaseSettings::new("leader", identity)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_leads_and_a_late_write_is_refused() {
    let _alone = one_at_a_time().await;
    let Some(server) = ApiServer::start().await else { return };
    let scene = Scene::new(server.admin(), server.admin(), "leader", 2).await;
    let stop = [CancellationToken::new(), CancellationToken::new()];
    let leaders = [Leadership::none(), Leadership::none()];
    let first = tokio::spawn(hold_lease(server.admin(), settings("a"), leaders[0].clone(), stop[0].clone()));
    wait_until("a leads", || leaders[0].may_write()).await;
    let second = tokio::spawn(hold_lease(server.admin(), settings("b"), leaders[1].clone(), stop[1].clone()));
    tokio::time::sleep(Duration::from_secs(4)).await;
    assert!(leaders[0].may_write() && !leaders[1].may_write(), "a renews, so b waits");

    // The process of a hangs: nothing renews, and its lease runs out by its own clock.
    first.abort();
    wait_until("b takes over", || leaders[1].may_write()).await;
    assert!(!leaders[0].may_write(), "a's time was over before b's began");
    let target = json!({"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"});
    let target =
        scene.context.watches.target("leader", &serde_json::from_value(target).expect("a reference"));
    let target = target.expect("the Deployment");
    let late = write_scale(&server.admin(), &leaders[0], &target, 9).await;
    assert_eq!(late.expect_err("refused").reason(), "LeaseLost");
    assert_eq!(scene.replicas().await, 2);

    write_scale(&server.admin(), &leaders[1], &target, 3).await.expect("b may write");
    let again = write_scale(&server.admin(), &leaders[1], &target, 4).await;
    assert_eq!(again.expect_err("it rests on an old version").reason(), "WriteConflict");
    assert_eq!(scene.replicas().await, 3);

    // Given back: the next one need not wait for its end.
    stop[1].cancel();
    second.await.expect("it ends");
    let lease = Api::<k8s_openapi::api::coordination::v1::Lease>::namespaced(server.admin(), "leader")
        .get("podpilot-operator")
        .await
        .expect("the lease");
    assert_eq!(lease.spec.and_then(|spec| spec.holder_identity), None);
}
