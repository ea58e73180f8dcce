use podpilot_core::{
    Autoscaler, MetricKey, MetricSeries, Observation, Outcome, Proposal, ReasonList, ReplicaBounds,
    RestoreError, SignalSet, Snapshot, Span, Timestamp, WriteResult,
};

use super::HpaControllerConfig;
use super::conditions::{ConditionKind, ConditionReason, Conditions};
use super::manifest::{HpaManifest, ManifestError};
use super::memory::{MemoryError, MemoryView, decode, encode};
use super::metric_error::MetricError;
use super::replica_calculator::MetricProposal;
use super::scale_events::ScaleEvents;
use super::settings::{MetricSettings, Settings};
use super::stabilization::Recommendations;

/// Places that lists get at construction, so that they seldom grow later.
const MOST_PLACES_RESERVED: i64 = 1_024;

/// Why the autoscaler cannot look at its target's pods. The side that reads the cluster reports it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Blocker {
    /// The target's selector is missing or malformed.
    InvalidSelector,
    /// Another autoscaler selects the same pods; both stop.
    AmbiguousSelector,
}

impl Blocker {
    pub(super) fn reason(self) -> ConditionReason {
        match self {
            Self::InvalidSelector => ConditionReason::InvalidSelector,
            Self::AmbiguousSelector => ConditionReason::AmbiguousSelector,
        }
    }
}

/// The Kubernetes Horizontal Pod Autoscaler for one target.
#[derive(Debug, Clone)]
pub struct Hpa {
    pub(super) name: String,
    pub(super) settings: Settings,
    pub(super) config: HpaControllerConfig,
    pub(super) recommendations: Recommendations,
    pub(super) up_events: ScaleEvents,
    pub(super) down_events: ScaleEvents,
    pub(super) conditions: Conditions,
    /// Result of each metric at the last decision that computed metrics.
    pub(super) metric_results: Vec<Option<Result<MetricProposal, MetricError>>>,
}

impl Hpa {
    /// An autoscaler that follows `manifest`, run by a controller with `config`.
    pub fn new(
        name: impl Into<String>,
        manifest: &HpaManifest,
        config: HpaControllerConfig,
    ) -> Result<Self, ManifestError> {
        if config.sync_period <= Span::ZERO {
            return Err(ManifestError::new("sync period", "must be above 0"));
        }
        let settings = Settings::resolve(manifest, &config)?;
        let places = |window: Span| (window / config.sync_period + 2).clamp(2, MOST_PLACES_RESERVED) as usize;
        let (longest_window, up_period, down_period) = match &settings.behavior {
            None => (config.downscale_stabilization, Span::ZERO, Span::ZERO),
            Some(behavior) => (
                behavior.up.stabilization.max(behavior.down.stabilization),
                behavior.up.longest_period(),
                behavior.down.longest_period(),
            ),
        };
        Ok(Self {
            name: name.into(),
            recommendations: Recommendations::with_capacity(places(longest_window)),
            up_events: ScaleEvents::with_capacity(places(up_period)),
            down_events: ScaleEvents::with_capacity(places(down_period)),
            conditions: Conditions::default(),
            metric_results: vec![None; settings.metrics.len()],
            settings,
            config,
        })
    }

    /// CPU utilization of `target_percent` and the controller's defaults otherwise; named `hpa-N`.
    pub fn cpu_utilization(target_percent: i32, bounds: ReplicaBounds) -> Result<Self, ManifestError> {
        let manifest = HpaManifest::cpu_utilization(target_percent, bounds);
        Self::new(format!("hpa-{target_percent}"), &manifest, HpaControllerConfig::default())
    }

    /// The named metrics (Pods, Object, External) that its specification reads.
    pub fn named_metrics(&self) -> impl Iterator<Item = &MetricKey> {
        self.settings.metrics.iter().filter_map(MetricSettings::key)
    }

    /// The bounds it keeps.
    pub fn bounds(&self) -> ReplicaBounds {
        self.settings.bounds
    }

    /// The conditions as the status of the Kubernetes object would show them.
    pub fn conditions(&self) -> &Conditions {
        &self.conditions
    }

    /// What each metric of the manifest gave at the last decision that computed metrics, in the manifest's order;
    /// `None` before the first.
    pub fn metric_results(&self) -> &[Option<Result<MetricProposal, MetricError>>] {
        &self.metric_results
    }

    /// Follows a changed manifest from now on. Recommendations, scale events and conditions stay, as they do when a
    /// Kubernetes object is edited. After an error nothing has changed.
    pub fn follow(&mut self, manifest: &HpaManifest) -> Result<(), ManifestError> {
        self.settings = Settings::resolve(manifest, &self.config)?;
        self.metric_results.clear();
        self.metric_results.resize(self.settings.metrics.len(), None);
        Ok(())
    }

    /// Notes that the target's scale could not be read, so that nothing could be decided.
    pub fn scale_unreadable(&mut self, now: Timestamp) {
        self.conditions.set(ConditionKind::AbleToScale, false, ConditionReason::FailedGetScale, now);
    }

    /// Decides without looking at metrics, which `blocker` prevents: only what the replica count alone demands.
    pub fn decide_blocked(&mut self, blocker: Blocker, observation: &Observation) -> Proposal {
        self.decide_on(observation, &observation.metrics, Some(blocker))
    }

    /// Decides as [`Autoscaler::decide`] does, with the named metrics that someone else serves instead of the world's.
    pub fn decide_with(&mut self, observation: &Observation, named: &[MetricSeries]) -> Proposal {
        self.decide_on(observation, named, None)
    }

    fn decide_on(
        &mut self,
        observation: &Observation,
        named: &[MetricSeries],
        blocker: Option<Blocker>,
    ) -> Proposal {
        let mut proposal = Proposal { replicas: None, reasons: ReasonList::new() };
        proposal.replicas = self.reconcile(observation, named, blocker, &mut proposal.reasons);
        proposal
    }

    fn record_event(&mut self, outcome: &Outcome) {
        let Some(behavior) = &self.settings.behavior else { return };
        let (events, rules) = if outcome.to > outcome.from {
            (&mut self.up_events, &behavior.up)
        } else {
            (&mut self.down_events, &behavior.down)
        };
        let change = outcome.to.saturating_sub(outcome.from).saturating_abs();
        events.record(change, outcome.at, rules.longest_period());
    }

    fn note_zero(&mut self, outcome: &Outcome) {
        if !self.config.scale_to_zero {
            return;
        }
        let scaled_to_zero = outcome.from > 0
            && outcome.to == 0
            && self.settings.bounds.min == 0
            && self.settings.measures_without_pods;
        let reason =
            if scaled_to_zero { ConditionReason::ScaledToZero } else { ConditionReason::NotScaledToZero };
        self.conditions.set(ConditionKind::ScaledToZero, scaled_to_zero, reason, outcome.at);
    }
}

impl Autoscaler for Hpa {
    fn name(&self) -> &str {
        &self.name
    }

    fn period(&self) -> Span {
        self.config.sync_period
    }

    fn signals(&self) -> SignalSet {
        self.settings.signals()
    }

    fn decide(&mut self, observation: &Observation) -> Proposal {
        self.decide_with(observation, &observation.metrics)
    }

    fn applied(&mut self, outcome: &Outcome) {
        match outcome.result {
            WriteResult::Applied => {
                let reason = ConditionReason::SucceededRescale;
                self.conditions.set(ConditionKind::AbleToScale, true, reason, outcome.at);
                self.record_event(outcome);
                self.note_zero(outcome);
            }
            WriteResult::Unchanged => {}
            WriteResult::Conflict | WriteResult::Failed => {
                let reason = ConditionReason::FailedUpdateScale;
                self.conditions.set(ConditionKind::AbleToScale, false, reason, outcome.at);
            }
        }
    }

    /// Recommendations, scale events and the condition `ScaledToZero`; what else is known the next decision finds
    /// out anew.
    fn snapshot(&self) -> Snapshot {
        Snapshot(encode(&MemoryView {
            recommendations: &self.recommendations,
            up_events: &self.up_events,
            down_events: &self.down_events,
            scaled_to_zero: self.conditions.get(ConditionKind::ScaledToZero),
        }))
    }

    fn restore(&mut self, snapshot: &Snapshot) -> Result<(), RestoreError> {
        let memory = decode(&snapshot.0).map_err(|error: MemoryError| RestoreError {
            autoscaler: self.name.clone(),
            why: error.to_string(),
        })?;
        self.recommendations.clear();
        for entry in &memory.recommendations {
            self.recommendations.push(entry.replicas, entry.at);
        }
        for (events, restored) in
            [(&mut self.up_events, &memory.up_events), (&mut self.down_events, &memory.down_events)]
        {
            events.clear();
            for event in restored {
                events.push(*event);
            }
        }
        self.conditions = Conditions::default();
        if let Some((status, at)) = memory.scaled_to_zero {
            let reason =
                if status { ConditionReason::ScaledToZero } else { ConditionReason::NotScaledToZero };
            self.conditions.set(ConditionKind::ScaledToZero, status, reason, at);
        }
        self.metric_results.fill(None);
        Ok(())
    }
}
