use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::{Arc, Mutex, PoisonError};

use futures::StreamExt;
use k8s_openapi::api::apps::v1::{Deployment, StatefulSet};
use k8s_openapi::api::autoscaling::v2::HorizontalPodAutoscaler;
use k8s_openapi::api::core::v1::Pod;
use kube::runtime::reflector::{ObjectRef, Store, store};
use kube::runtime::{WatchStreamExt, watcher};
use kube::{Api, Client, Resource, ResourceExt};
use serde::de::DeserializeOwned;
use tokio_util::sync::CancellationToken;

use super::trimming::{trim_deployment, trim_pod, trim_stateful_set};
use crate::resource::{AdaptiveAutoscaler, ScaleTarget, TargetKind};
use crate::world::Target;

/// Copies of the API server's objects, kept up to date by watches.
#[derive(Clone)]
pub struct Watches {
    autoscalers: Store<AdaptiveAutoscaler>,
    pods: Store<Pod>,
    hpas: Store<HorizontalPodAutoscaler>,
    deployments: Option<Store<Deployment>>,
    stateful_sets: Option<Store<StatefulSet>>,
    troubles: Troubles,
}

/// Which watches are broken, with what they say.
type Troubles = Arc<Mutex<BTreeMap<&'static str, String>>>;

impl Debug for Watches {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Watches").finish_non_exhaustive()
    }
}

/// Where and until when to watch.
struct Watching {
    client: Client,
    namespace: Option<String>,
    troubles: Troubles,
    stop: CancellationToken,
}

impl Watching {
    fn start<K>(&self, what: &'static str, trim: impl FnMut(&mut K) + Send + 'static) -> Store<K>
    where
        K: Resource<Scope = kube::core::NamespaceResourceScope, DynamicType = ()>,
        K: Clone + DeserializeOwned + Debug + Send + Sync + 'static,
    {
        let (reader, writer) = store();
        let api: Api<K> = match &self.namespace {
            Some(namespace) => Api::namespaced(self.client.clone(), namespace),
            None => Api::all(self.client.clone()),
        };
        let events = watcher(api, watcher::Config::default()).default_backoff().modify(trim).reflect(writer);
        let troubles = Arc::clone(&self.troubles);
        let follow = events.for_each(move |event| {
            let mut troubles = troubles.lock().unwrap_or_else(PoisonError::into_inner);
            match event {
                Ok(_) => {
                    if troubles.remove(what).is_some() {
                        tracing::info!(watch = what, "watching again");
                    }
                }
                Err(error) => {
                    if troubles.insert(what, error.to_string()).is_none() {
                        tracing::warn!(watch = what, %error, "the watch is broken");
                    }
                }
            }
            std::future::ready(())
        });
        let stop = self.stop.clone();
        tokio::spawn(async move {
            tokio::select! {
                () = stop.cancelled() => {}
                () = follow => {}
            }
        });
        reader
    }
}

impl Watches {
    /// Begins to watch, in one namespace or in all; ends with `stop`.
    pub fn start(
        client: Client,
        namespace: Option<String>,
        kinds: &[TargetKind],
        stop: CancellationToken,
    ) -> Self {
        let troubles = Troubles::default();
        let watching = Watching { client, namespace, troubles: Arc::clone(&troubles), stop };
        let deployments = kinds.contains(&TargetKind::Deployment);
        let stateful_sets = kinds.contains(&TargetKind::StatefulSet);
        Self {
            autoscalers: watching.start("adaptiveautoscalers", |object: &mut AdaptiveAutoscaler| {
                object.metadata.managed_fields = None;
            }),
            pods: watching.start("pods", trim_pod),
            hpas: watching.start("horizontalpodautoscalers", |hpa: &mut HorizontalPodAutoscaler| {
                hpa.metadata.managed_fields = None;
                hpa.status = None;
            }),
            deployments: deployments.then(|| watching.start("deployments", trim_deployment)),
            stateful_sets: stateful_sets.then(|| watching.start("statefulsets", trim_stateful_set)),
            troubles,
        }
    }

    /// Waits until every watch has its first whole list.
    pub async fn ready(&self) {
        // A store whose writer is gone belongs to a process that ends.
        let _ = self.autoscalers.wait_until_ready().await;
        let _ = self.pods.wait_until_ready().await;
        let _ = self.hpas.wait_until_ready().await;
        if let Some(deployments) = &self.deployments {
            let _ = deployments.wait_until_ready().await;
        }
        if let Some(stateful_sets) = &self.stateful_sets {
            let _ = stateful_sets.wait_until_ready().await;
        }
    }

    /// What the broken watches say; empty if all is well.
    pub fn troubles(&self) -> Vec<String> {
        let troubles = self.troubles.lock().unwrap_or_else(PoisonError::into_inner);
        troubles.iter().map(|(watch, problem)| format!("{watch}: {problem}")).collect()
    }

    /// Every AdaptiveAutoscaler.
    pub fn autoscalers(&self) -> Vec<Arc<AdaptiveAutoscaler>> {
        self.autoscalers.state()
    }

    /// Every HPA.
    pub fn hpas(&self) -> Vec<Arc<HorizontalPodAutoscaler>> {
        self.hpas.state()
    }

    /// Pods by namespace.
    pub fn pods_by_namespace(&self) -> BTreeMap<String, Vec<Arc<Pod>>> {
        let mut by_namespace: BTreeMap<String, Vec<Arc<Pod>>> = BTreeMap::new();
        for pod in self.pods.state() {
            by_namespace.entry(pod.namespace().unwrap_or_default()).or_default().push(pod);
        }
        by_namespace
    }

    /// A workload; `None` if there is none or its kind is not watched.
    pub fn target(&self, namespace: &str, target: &ScaleTarget) -> Option<Target> {
        match target.kind {
            TargetKind::Deployment => {
                let key = ObjectRef::new(&target.name).within(namespace);
                self.deployments.as_ref()?.get(&key).map(|object| Target::of_deployment(&object))
            }
            TargetKind::StatefulSet => {
                let key = ObjectRef::new(&target.name).within(namespace);
                self.stateful_sets.as_ref()?.get(&key).map(|object| Target::of_stateful_set(&object))
            }
        }
    }

    /// Whether workloads of this kind are watched.
    pub fn watches_kind(&self, kind: TargetKind) -> bool {
        match kind {
            TargetKind::Deployment => self.deployments.is_some(),
            TargetKind::StatefulSet => self.stateful_sets.is_some(),
        }
    }
}
