//! One namespace with a Deployment, its pods, and an operator whose rounds the test calls. There is no controller
//! manager: the scene makes the pods that the Deployment asks for.

use std::fmt::Debug;
use std::sync::Arc;
use std::time::{Duration, Instant};

use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::autoscaling::v2::HorizontalPodAutoscaler;
use k8s_openapi::api::core::v1::{Namespace, Pod};
use kube::api::{DeleteParams, ListParams, Patch, PatchParams, PostParams};
use kube::runtime::events::{Recorder, Reporter};
use kube::{Api, Client, Resource, ResourceExt};
use podpilot_core::Timestamp;
use podpilot_operator::cluster::{Leadership, Watches};
use podpilot_operator::fit::ModelCache;
use podpilot_operator::reconcile::{Context, Counters, Decisions, Operator};
use podpilot_operator::resource::{AdaptiveAutoscaler, AdaptiveAutoscalerStatus, TargetKind};
use podpilot_operator::signals::{HttpSource, ResourceMetrics};
use podpilot_operator::{Clock, PolicyFiles};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::signal_server::{SignalServer, advance_clock, now_s};

const PATIENCE: Duration = Duration::from_mins(1);

pub(crate) struct Scene {
    pub(crate) client: Client,
    pub(crate) namespace: String,
    pub(crate) signals: SignalServer,
    pub(crate) operator: Operator,
    pub(crate) context: Arc<Context>,
    pub(crate) leadership: Leadership,
    stop: CancellationToken,
}

/// The clock of test and signal server.
pub(crate) fn test_clock() -> Clock {
    Clock::from_fn(|| Timestamp::from_seconds(now_s()))
}

impl Scene {
    /// A namespace with a Deployment `web` of `replicas` ready pods; the operator acts with `operator`'s rights.
    pub(crate) async fn new(admin: Client, operator: Client, namespace: &str, replicas: i32) -> Self {
        let namespaces: Api<Namespace> = Api::all(admin.clone());
        create(&namespaces, json!({"metadata": {"name": namespace}})).await;
        let signals = SignalServer::start().await;
        let mut scene = Self::around(admin, &operator, namespace, signals);
        scene.create_deployment(replicas).await;
        scene.settle().await;
        scene.context.watches.ready().await;
        scene
    }

    fn around(admin: Client, operator: &Client, namespace: &str, signals: SignalServer) -> Self {
        let stop = CancellationToken::new();
        let leadership = Leadership::forever();
        let context = new_context(operator, namespace, &signals, &leadership, &stop);
        let operator = Operator::new(Arc::clone(&context));
        Self { client: admin, namespace: namespace.to_owned(), signals, operator, context, leadership, stop }
    }

    /// The operator's process ends and another one starts, with `client`'s rights.
    pub(crate) async fn restart_operator(&mut self, client: &Client) {
        self.stop.cancel();
        self.stop = CancellationToken::new();
        self.context = new_context(client, &self.namespace, &self.signals, &self.leadership, &self.stop);
        self.operator = Operator::new(Arc::clone(&self.context));
        self.context.watches.ready().await;
    }

    pub(crate) fn api<K>(&self) -> Api<K>
    where
        K: Resource<Scope = kube::core::NamespaceResourceScope, DynamicType = ()>,
    {
        Api::namespaced(self.client.clone(), &self.namespace)
    }

    pub(crate) async fn create_deployment(&self, replicas: i32) {
        let pod = json!({"metadata": {"labels": {"app": "web"}}, "spec": {"containers": [container()]}});
        let deployment = json!({"metadata": {"name": "web"}, "spec": {
            "replicas": replicas, "selector": {"matchLabels": {"app": "web"}}, "template": pod}});
        create(&self.api::<Deployment>(), deployment).await;
    }

    /// Makes and removes pods until there are as many as the Deployment asks for, all Ready.
    pub(crate) async fn settle(&mut self) {
        let deployments = self.api::<Deployment>();
        let deployment = deployments.get("web").await.expect("the Deployment");
        let wanted = deployment.spec.replicas.unwrap_or(1);
        let pods = self.api::<Pod>();
        for index in 0..wanted {
            if pods.get_opt(&format!("web-{index}")).await.expect("pods can be read").is_none() {
                self.create_pod(&pods, index).await;
            }
        }
        for pod in pods.list(&ListParams::default()).await.expect("pods can be listed") {
            let index: i32 = pod.name_any().trim_start_matches("web-").parse().expect("a number");
            if index >= wanted {
                let now = DeleteParams { grace_period_seconds: Some(0), ..DeleteParams::default() };
                pods.delete(&pod.name_any(), &now).await.expect("pods can be deleted");
            }
        }
        let status = json!({"status": {"replicas": wanted}});
        deployments
            .patch_status("web", &PatchParams::default(), &Patch::Merge(&status))
            .await
            .expect("the status can be written");
        self.signals.set(|signals| signals.pods = (0..wanted).map(|index| format!("web-{index}")).collect());
        self.wait_for_watch(wanted).await;
    }

    async fn create_pod(&self, pods: &Api<Pod>, index: i32) {
        let name = format!("web-{index}");
        create(
            pods,
            json!({"metadata": {"name": name, "labels": {"app": "web"}},
            "spec": {"containers": [container()]}}),
        )
        .await;
        let at = |seconds: f64| {
            jiff::Timestamp::from_second((now_s() - seconds) as i64).expect("a time").to_string()
        };
        let status = json!({"status": {"phase": "Running", "startTime": at(612.0), "conditions": [
            {"type": "Ready", "status": "True", "lastTransitionTime": at(600.0)}]}});
        pods.patch_status(&name, &PatchParams::default(), &Patch::Merge(&status)).await.expect("pod status");
    }

    async fn wait_for_watch(&self, wanted: i32) {
        let target = json!({"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"});
        let target = serde_json::from_value(target).expect("a reference");
        wait_until("the watches have seen it", || {
            let seen = self.context.watches.target(&self.namespace, &target);
            let pods = self.context.watches.pods_by_namespace();
            let ready = pods.get(&self.namespace).map_or(0, |pods| {
                pods.iter()
                    .filter(|pod| pod.status.as_ref().is_some_and(|status| status.start_time.is_some()))
                    .count()
            });
            seen.is_some_and(|target| target.replicas.spec == wanted && target.replicas.status == wanted)
                && ready == wanted as usize
        })
        .await;
    }

    /// Creates an `AdaptiveAutoscaler` `web`; `spec` is laid over the usual one.
    pub(crate) async fn create_autoscaler(&self, name: &str, spec: Value) {
        let object = autoscaler(name, &self.signals.url, spec);
        create(&self.api::<AdaptiveAutoscaler>(), object).await;
        self.wait_for_autoscaler(name, |_| true).await;
    }

    /// Changes the specification, as `kubectl patch` does.
    pub(crate) async fn edit(&self, name: &str, spec: Value) {
        let patch = json!({"spec": spec});
        let written = self
            .api::<AdaptiveAutoscaler>()
            .patch(name, &PatchParams::default(), &Patch::Merge(&patch))
            .await
            .expect("the API server takes the edit");
        self.wait_for_autoscaler(name, |seen| seen.metadata.generation == written.metadata.generation).await;
    }

    async fn wait_for_autoscaler(&self, name: &str, fits: impl Fn(&AdaptiveAutoscaler) -> bool) {
        wait_until("the watch has seen the object", || {
            let objects = self.context.watches.autoscalers();
            objects.iter().any(|object| object.name_any() == name && fits(object))
        })
        .await;
    }

    /// Waits until the operator sees `count` HPAs.
    pub(crate) async fn wait_for_hpas(&self, fits: impl Fn(&[Arc<HorizontalPodAutoscaler>]) -> bool) {
        wait_until("the watch has seen the HPA", || fits(&self.context.watches.hpas())).await;
    }

    /// 15 s pass and a decision is made for every object.
    pub(crate) async fn tick(&mut self) {
        advance_clock(15);
        self.operator.make_all_due();
        self.operator.round().await;
    }

    /// As many ticks; after each the cluster does what was asked.
    pub(crate) async fn ticks(&mut self, count: usize) {
        for _ in 0..count {
            self.tick().await;
            self.settle().await;
        }
    }

    /// Ticks until the service model is there, so that the controller decides.
    pub(crate) async fn until_fitted(&mut self) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            self.tick().await;
            self.settle().await;
            let newest = self.context.decisions.newest_first(Some(&self.namespace), None);
            if newest.first().is_some_and(|record| record.inputs.forecast_rps.is_some()) {
                return;
            }
            assert!(Instant::now() < deadline, "no service model: {:?}", self.status("web").await.conditions);
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }

    pub(crate) async fn status(&self, name: &str) -> AdaptiveAutoscalerStatus {
        let object = self.api::<AdaptiveAutoscaler>().get(name).await.expect("the object");
        object.status.unwrap_or_default()
    }

    /// Status and reason of a condition.
    pub(crate) async fn condition(&self, name: &str, kind: &str) -> (String, String, String) {
        let status = self.status(name).await;
        let found = status.conditions.iter().find(|condition| condition.type_ == kind);
        let found = found.unwrap_or_else(|| panic!("no condition {kind} in {:?}", status.conditions));
        (found.status.clone(), found.reason.clone(), found.message.clone())
    }

    /// Ticks until a condition has a reason.
    pub(crate) async fn until_condition(&mut self, name: &str, kind: &str, reason: &str) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            self.tick().await;
            let status = self.status(name).await;
            let found = status.conditions.iter().find(|condition| condition.type_ == kind);
            if found.is_some_and(|condition| condition.reason == reason) {
                return;
            }
            assert!(Instant::now() < deadline, "no {kind} {reason}: {:?}", status.conditions);
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }

    /// Replicas that the Deployment asks for.
    pub(crate) async fn replicas(&self) -> i32 {
        self.api::<Deployment>().get("web").await.expect("the Deployment").spec.replicas.unwrap_or(1)
    }

    /// An HPA at 70 % of the request on the Deployment.
    pub(crate) async fn create_hpa(&self, min: i32) {
        create(
            &self.api::<HorizontalPodAutoscaler>(),
            json!({"metadata": {"name": "web"}, "spec": {"minReplicas": min, "maxReplicas": 10,
                "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"},
                "metrics": [{"type": "Resource", "resource": {"name": "cpu",
                    "target": {"type": "Utilization", "averageUtilization": 70}}}]}}),
        )
        .await;
        self.wait_for_hpas(|hpas| {
            hpas.iter().any(|hpa| hpa.namespace().as_deref() == Some(self.namespace.as_str()))
        })
        .await;
    }
}

impl Drop for Scene {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

fn new_context(
    client: &Client,
    namespace: &str,
    signals: &SignalServer,
    leadership: &Leadership,
    stop: &CancellationToken,
) -> Arc<Context> {
    let kinds = [TargetKind::Deployment, TargetKind::StatefulSet];
    let reporter = Reporter { controller: "podpilot".to_owned(), instance: Some("test".to_owned()) };
    Arc::new(Context {
        watches: Watches::start(client.clone(), Some(namespace.to_owned()), &kinds, stop.clone()),
        leadership: leadership.clone(),
        resource_metrics: ResourceMetrics::new(HttpSource::at(&signals.url).expect("an address")),
        policies: PolicyFiles::default(),
        models: ModelCache::default(),
        clock: test_clock(),
        recorder: Recorder::new(client.clone(), reporter),
        explain: |reason| format!("{reason:?}"),
        decisions: Decisions::default(),
        counters: Counters::default(),
        client: client.clone(),
    })
}

/// The object that the tests start from, with `spec` laid over it; `null` takes a field out.
pub(crate) fn autoscaler(name: &str, prometheus: &str, spec: Value) -> Value {
    let mut object = json!({"metadata": {"name": name}, "spec": {
        "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"},
        "minReplicas": 1, "maxReplicas": 10, "mode": "Observe", "price": {"replicaHour": "0.02"},
        "signals": {"prometheus": {"url": prometheus, "profile": "traefik", "timeout": "1s"}}}});
    merge(&mut object["spec"], spec);
    object
}

fn merge(into: &mut Value, from: Value) {
    match (into, from) {
        (Value::Object(into), Value::Object(from)) => {
            for (key, value) in from {
                if value.is_null() {
                    into.remove(&key);
                } else {
                    merge(into.entry(key).or_insert(Value::Null), value);
                }
            }
        }
        (into, from) => *into = from,
    }
}

fn container() -> Value {
    json!({"name": "app", "image": "app", "resources": {
        "requests": {"cpu": "100m", "memory": "64Mi"}, "limits": {"cpu": "200m", "memory": "64Mi"}}})
}

pub(crate) async fn create<K>(api: &Api<K>, object: Value)
where
    K: Clone + Debug + DeserializeOwned + serde::Serialize,
{
    let object = serde_json::from_value(object).expect("an object of this kind");
    api.create(&PostParams::default(), &object).await.expect("the API server takes it");
}

/// Waits for something that another process does.
pub(crate) async fn wait_until(what: &str, mut holds: impl FnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !holds() {
        assert!(Instant::now() < deadline, "in vain: {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
