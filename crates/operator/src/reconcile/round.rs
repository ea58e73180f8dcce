//! Rounds over all objects that are due.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use futures::StreamExt;
use futures::stream;
use kube::runtime::events::Recorder;
use kube::{Client, ResourceExt};
use podpilot_core::Reason;
use tokio::sync::watch;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::object::{Shared, reconcile};
use super::tracked::Tracked;
use super::{Conditions, Decisions};
use crate::clock::Clock;
use crate::cluster::{Leadership, Watches, release_change, write_floor};
use crate::fit::ModelCache;
use crate::policy::PolicyFiles;
use crate::resource::{AdaptiveAutoscaler, Mode};
use crate::signals::ResourceMetrics;

/// Objects that are decided for at the same time.
const AT_ONCE: usize = 32;
/// How often it is looked who is due.
const HEARTBEAT: Duration = Duration::from_millis(500);

/// A number that only grows.
#[derive(Debug, Default)]
pub struct Counter(AtomicU64);

impl Counter {
    /// One more.
    pub fn increment(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    /// The number.
    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// What the operator has done since it started.
#[derive(Debug, Default)]
pub struct Counters {
    /// Decisions.
    pub decisions: Counter,
    /// Writes of a scale that were tried.
    pub scale_writes: Counter,
    /// Writes of an HPA's lower bound that were tried.
    pub floor_writes: Counter,
    /// Writes of a status that were tried.
    pub status_writes: Counter,
    /// Rounds over all objects that were due.
    pub rounds: Counter,
}

/// What every decision may use.
pub struct Context {
    /// The API server.
    pub client: Client,
    /// Copies of its objects.
    pub watches: Watches,
    /// Whether this process may write.
    pub leadership: Leadership,
    /// The resource metrics API.
    pub resource_metrics: ResourceMetrics,
    /// Policies.
    pub policies: PolicyFiles,
    /// Service models that are there already.
    pub models: ModelCache,
    /// The time.
    pub clock: Clock,
    /// Events.
    pub recorder: Recorder,
    /// Reasons in words.
    pub explain: fn(&Reason) -> String,
    /// The last decisions.
    pub decisions: Decisions,
    /// What was done.
    pub counters: Counters,
}

impl std::fmt::Debug for Context {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Context").finish_non_exhaustive()
    }
}

/// Decides for every AdaptiveAutoscaler, each at its own interval.
#[derive(Debug)]
pub struct Operator {
    context: Arc<Context>,
    tracked: BTreeMap<String, Tracked>,
    heartbeat: watch::Sender<Option<Instant>>,
}

impl Operator {
    /// Knows nothing yet.
    pub fn new(context: Arc<Context>) -> Self {
        Self { context, tracked: BTreeMap::new(), heartbeat: watch::Sender::new(None) }
    }

    /// When the last round ended.
    pub fn heartbeat(&self) -> watch::Receiver<Option<Instant>> {
        self.heartbeat.subscribe()
    }

    /// Runs until `stop`.
    pub async fn run(mut self, stop: CancellationToken) {
        tokio::select! {
            () = stop.cancelled() => return,
            () = self.context.watches.ready() => {}
        }
        tracing::info!("every watch has its first list");
        while !stop.is_cancelled() {
            self.round().await;
            self.heartbeat.send_replace(Some(Instant::now()));
            tokio::select! {
                () = stop.cancelled() => {}
                () = tokio::time::sleep(HEARTBEAT) => {}
            }
        }
    }

    /// Makes every object due now: for tests and drills, which have a clock of their own.
    pub fn make_all_due(&mut self) {
        let now = Instant::now();
        self.tracked.values_mut().for_each(|tracked| tracked.due = now);
    }

    /// Decides for all objects that are due, if this process leads.
    pub async fn round(&mut self) {
        if !self.context.leadership.may_write() {
            // Another process decides meanwhile: what this one remembers gets old.
            self.tracked.clear();
            return;
        }
        let autoscalers = self.context.watches.autoscalers();
        self.follow(&autoscalers);
        let now = Instant::now();
        let due: BTreeSet<String> = self
            .tracked
            .iter()
            .filter(|(_, tracked)| tracked.due <= now)
            .map(|(uid, _)| uid.clone())
            .collect();
        if due.is_empty() {
            return;
        }
        self.context.counters.rounds.increment();
        let objects: Vec<Arc<AdaptiveAutoscaler>> = autoscalers
            .iter()
            .filter(|object| object.metadata.uid.as_ref().is_some_and(|uid| due.contains(uid)))
            .cloned()
            .collect();
        let shared = self.shared(autoscalers, &objects).await;
        self.release_floors(&shared).await;
        self.decide_all(objects, &shared).await;
    }

    /// Begins with new objects and forgets deleted ones.
    fn follow(&mut self, autoscalers: &[Arc<AdaptiveAutoscaler>]) {
        let alive: BTreeSet<&str> = autoscalers
            .iter()
            .filter(|object| object.metadata.deletion_timestamp.is_none())
            .filter_map(|object| object.metadata.uid.as_deref())
            .collect();
        self.tracked.retain(|uid, _| alive.contains(uid.as_str()));
        for object in autoscalers {
            let Some(uid) = object.metadata.uid.clone().filter(|uid| alive.contains(uid.as_str())) else {
                continue;
            };
            self.tracked.entry(uid.clone()).or_insert_with(|| {
                let status = object.status.clone().unwrap_or_default();
                Tracked::new(uid, Conditions::of(status.conditions), status.restart_state)
            });
        }
    }

    async fn shared(
        &self,
        autoscalers: Vec<Arc<AdaptiveAutoscaler>>,
        due: &[Arc<AdaptiveAutoscaler>],
    ) -> Shared {
        let namespaces: BTreeSet<String> = due.iter().filter_map(|object| object.namespace()).collect();
        let metrics = &self.context.resource_metrics;
        let usage = stream::iter(namespaces)
            .map(|namespace| async move {
                let usage = metrics.read(&namespace).await;
                (namespace, usage)
            })
            .buffer_unordered(AT_ONCE)
            .collect()
            .await;
        Shared {
            autoscalers,
            hpas: self.context.watches.hpas(),
            pods: self.context.watches.pods_by_namespace(),
            usage,
        }
    }

    async fn decide_all(&mut self, objects: Vec<Arc<AdaptiveAutoscaler>>, shared: &Shared) {
        let mut work = Vec::with_capacity(objects.len());
        for object in objects {
            let uid = object.metadata.uid.clone().unwrap_or_default();
            if let Some(tracked) = self.tracked.remove(&uid) {
                work.push((object, tracked));
            }
        }
        let context = &self.context;
        let done: Vec<Tracked> = stream::iter(work)
            .map(|(object, mut tracked)| async move {
                let began = Instant::now();
                reconcile(context, &object, &mut tracked, shared).await;
                context.counters.decisions.increment();
                let period = tracked.settings.as_ref().map_or(15.0, |settings| settings.period.as_seconds());
                // From when it was due, so that rounds do not drift; a late one does not make up for lost ones.
                let next = tracked.due + Duration::from_secs_f64(period);
                tracked.due = if next > began { next } else { began + Duration::from_secs_f64(period) };
                tracked
            })
            .buffer_unordered(AT_ONCE)
            .collect()
            .await;
        self.tracked.extend(done.into_iter().map(|tracked| (tracked.uid.clone(), tracked)));
    }

    /// Gives every raised lower bound back whose AdaptiveAutoscaler is gone or has another mode: also after this operator
    /// was away when that happened.
    async fn release_floors(&self, shared: &Shared) {
        for hpa in &shared.hpas {
            let Some(change) = release_change(hpa) else { continue };
            let reference = &hpa.spec.scale_target_ref;
            let held = shared.autoscalers.iter().any(|object| {
                let target = &object.spec.scale_target_ref;
                object.spec.mode == Mode::Floor
                    && object.metadata.deletion_timestamp.is_none()
                    && object.metadata.namespace == hpa.metadata.namespace
                    && target.kind.name() == reference.kind
                    && target.name == reference.name
            });
            if held {
                continue;
            }
            let name = hpa.name_any();
            match write_floor(&self.context.client, &self.context.leadership, hpa, &change).await {
                Ok(()) => tracing::info!(
                    name,
                    min_replicas = change.min_replicas,
                    "the HPA's own minReplicas is restored"
                ),
                Err(error) => {
                    tracing::warn!(name, %error, "the HPA's minReplicas could not be restored; it is tried again");
                }
            }
        }
    }
}
