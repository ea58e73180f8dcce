use podpilot_core::{
    Autoscaler, MetricKey, MetricSeries, MetricValue, Observation, Outcome, Proposal, Reason, ReasonList,
    ReplicaBounds, RestoreError, Signal, SignalSet, Snapshot, Span, Timestamp, WriteResult,
};

use super::fallback::substitute;
use super::manifest::ScaledObject;
use super::operator::{Operator, Poll};
use super::settings::{Settings, bounds};
use super::trigger::{ExternalTrigger, Reading, Source};
use crate::hpa::{Hpa, HpaControllerConfig, ManifestError};
use crate::memory::{Damaged, Reader, Writer};

const HEADER: &[u8] = b"keda1";

/// KEDA for one `ScaledObject`.
#[derive(Debug, Clone)]
pub struct Keda {
    name: String,
    settings: Settings,
    sync_period: Span,
    period: Span,
    hpa: Hpa,
    /// By trigger; only those that KEDA reads have one.
    health: Vec<Health>,
    /// What the HPA finds under the names of the triggers. A trigger that cannot be read has no entry.
    served: Vec<MetricSeries>,
    /// Series that are not served now.
    spare: Vec<MetricSeries>,
    operator: Operator,
    next_poll_at: Option<Timestamp>,
    next_sync_at: Option<Timestamp>,
    /// Whose proposal was the last.
    proposed: Proposed,
}

/// Whose proposal it was: the HPA keeps account of its own writes only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Proposed {
    ByHpa,
    ByOperator,
    /// By the operator, to wake the target.
    Activation,
}

/// How reading one trigger went.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Health {
    failures: i32,
    /// The operator's last reading, for triggers that cache.
    polled: Option<i64>,
}

impl Keda {
    /// For a `ScaledObject`; its HPA is run by a controller with `config`.
    pub fn new(
        name: impl Into<String>,
        object: &ScaledObject,
        config: HpaControllerConfig,
    ) -> Result<Self, ManifestError> {
        let settings = Settings::resolve(object)?;
        let name = name.into();
        let hpa = Hpa::new(name.clone(), &settings.hpa_manifest(object), config)?;
        let external = settings.triggers.iter().filter_map(|trigger| trigger.external.as_ref());
        let spare: Vec<_> = external
            .map(|external| MetricSeries { key: external.served_as.clone(), values: Vec::with_capacity(1) })
            .collect();
        Ok(Self {
            name,
            sync_period: config.sync_period,
            period: common_period(settings.polling_interval, config.sync_period),
            hpa,
            health: vec![Health::default(); settings.triggers.len()],
            served: Vec::with_capacity(spare.len()),
            spare,
            operator: Operator::default(),
            next_poll_at: None,
            next_sync_at: None,
            proposed: Proposed::ByHpa,
            settings,
        })
    }

    /// Replica bounds of a `ScaledObject`, with KEDA's defaults.
    pub fn bounds_of(object: &ScaledObject) -> ReplicaBounds {
        bounds(object)
    }

    /// The named metrics of the world that its triggers read.
    pub fn named_metrics(&self) -> impl Iterator<Item = &MetricKey> {
        self.externals().filter_map(|(_, external)| match &external.source {
            Source::Prometheus { key, .. } => Some(key),
            Source::Cron { .. } => None,
        })
    }

    /// Names of the metrics in the order in which reasons number them.
    pub fn metric_names(&self) -> Vec<String> {
        self.settings.triggers.iter().map(|trigger| trigger.name.clone()).collect()
    }

    /// The HPA that KEDA made.
    pub fn hpa(&self) -> &Hpa {
        &self.hpa
    }

    fn externals(&self) -> impl Iterator<Item = (usize, &ExternalTrigger)> {
        let numbered = self.settings.triggers.iter().enumerate();
        numbered.filter_map(|(index, trigger)| Some((index, trigger.external.as_ref()?)))
    }

    /// The operator looks at every trigger.
    fn poll(&mut self, observation: &Observation) -> Poll {
        let mut poll = Poll { is_active: true, is_error: false };
        let mut any_external = false;
        for (trigger, health) in self.settings.triggers.iter().zip(&mut self.health) {
            let Some(external) = &trigger.external else { continue };
            if !any_external {
                // Where there is nothing but cpu and memory, the object is always active.
                poll.is_active = false;
                any_external = true;
            }
            let reading = external.read(observation);
            health.polled = reading.map(|reading| reading.milli);
            poll.is_active |= reading.is_some_and(|reading| reading.is_active);
            poll.is_error |= reading.is_none();
        }
        poll
    }

    /// Puts together what the HPA will find, with fallbacks for what has failed too often.
    fn serve(&mut self, observation: &Observation, reasons: &mut ReasonList) {
        self.spare.append(&mut self.served);
        for (index, trigger) in self.settings.triggers.iter().enumerate() {
            let Some(external) = &trigger.external else { continue };
            let health = &mut self.health[index];
            let read = if external.use_cached_metrics {
                health.polled
            } else {
                external.read(observation).map(|Reading { milli, .. }| milli)
            };
            health.failures = if read.is_some() { 0 } else { health.failures.saturating_add(1) };
            let failed_too_often = |fallback: &super::manifest::Fallback| {
                read.is_none() && health.failures > fallback.failure_threshold
            };
            let fallback = self.settings.fallback.filter(failed_too_often);
            let replaced = fallback.and_then(|fallback| substitute(&fallback, external, observation));
            if let Some((_, replicas)) = replaced {
                reasons.push(Reason::Fallback { index: index as u8, replicas });
            }
            let Some(milli) = read.or(replaced.map(|(milli, _)| milli)) else { continue };
            let Some(place) = self.spare.iter().position(|series| series.key == external.served_as) else {
                continue;
            };
            let mut series = self.spare.swap_remove(place);
            series.values.clear();
            series.values.push(MetricValue { pod: None, milli, at: observation.now, window: Span::ZERO });
            self.served.push(series);
        }
    }

    fn sync_hpa(&mut self, observation: &Observation) -> Proposal {
        let mut reasons = ReasonList::new();
        if observation.replicas.spec > 0 {
            self.serve(observation, &mut reasons);
        }
        let proposal = self.hpa.decide_with(observation, &self.served);
        proposal.reasons.as_slice().iter().for_each(|reason| reasons.push(*reason));
        Proposal { replicas: proposal.replicas, reasons }
    }

    /// The count while an annotation pauses everything; `None` if none does.
    fn paused(&self) -> Option<Proposal> {
        let switches = self.settings.switches;
        let reasons = ReasonList::from_iter([Reason::Paused]);
        (switches.paused || switches.paused_replicas.is_some())
            .then_some(Proposal { replicas: switches.paused_replicas, reasons })
    }

    fn load(&mut self, snapshot: &Snapshot) -> Result<Snapshot, Damaged> {
        let mut reader = Reader::new(snapshot, HEADER)?;
        self.operator = Operator::load(&mut reader)?;
        self.next_poll_at = reader.time()?;
        self.next_sync_at = reader.time()?;
        if reader.count(self.health.len())? != self.health.len() {
            return Err(Damaged::Foreign);
        }
        for health in &mut self.health {
            health.failures = reader.i32()?;
            health.polled = if reader.bool()? { Some(reader.i64()?) } else { None };
        }
        Ok(Snapshot(reader.remainder().to_vec()))
    }
}

/// The longest whole number of seconds that fits into both.
fn common_period(polling: Span, sync: Span) -> Span {
    let (mut larger, mut smaller) = (polling.0.max(sync.0), polling.0.min(sync.0));
    while smaller > 0 {
        (larger, smaller) = (smaller, larger % smaller);
    }
    Span(larger.max(Span::seconds(1).0))
}

/// Whether it is time, and if so, when it will be next. A clock that was set back makes it time at once.
fn is_due(next_at: &mut Option<Timestamp>, period: Span, now: Timestamp) -> bool {
    let waits = next_at.is_some_and(|at| now < at && at - now <= period);
    if !waits {
        *next_at = Some(now + period);
    }
    !waits
}

impl Autoscaler for Keda {
    fn name(&self) -> &str {
        &self.name
    }

    fn period(&self) -> Span {
        self.period
    }

    fn signals(&self) -> SignalSet {
        let own = if self.named_metrics().next().is_some() {
            self.hpa.signals().with(Signal::NamedMetrics)
        } else {
            self.hpa.signals()
        };
        own.with(Signal::Pods)
    }

    fn decide(&mut self, observation: &Observation) -> Proposal {
        let now = observation.now;
        self.operator.meet(now);
        self.proposed = Proposed::ByOperator;
        if let Some(paused) = self.paused() {
            return paused;
        }
        let must_poll = is_due(&mut self.next_poll_at, self.settings.polling_interval, now);
        let must_sync = is_due(&mut self.next_sync_at, self.sync_period, now);
        let current = observation.replicas.spec;
        if must_poll {
            let poll = self.poll(observation);
            let mut reasons = ReasonList::new();
            let replicas = self.operator.request_scale(&self.settings, poll, current, now, &mut reasons);
            if replicas.is_some() {
                if reasons.as_slice().contains(&Reason::Activated) {
                    self.proposed = Proposed::Activation;
                }
                return Proposal { replicas, reasons };
            }
        }
        if must_sync && current > 0 {
            self.proposed = Proposed::ByHpa;
            return self.sync_hpa(observation);
        }
        Proposal { replicas: None, reasons: ReasonList::new() }
    }

    fn applied(&mut self, outcome: &Outcome) {
        match self.proposed {
            Proposed::ByHpa => self.hpa.applied(outcome),
            Proposed::Activation if outcome.result == WriteResult::Applied => {
                self.operator.activated(outcome.at);
            }
            Proposed::Activation | Proposed::ByOperator => {}
        }
    }

    fn snapshot(&self) -> Snapshot {
        let mut writer = Writer::new(HEADER);
        self.operator.save(&mut writer);
        writer.put_time(self.next_poll_at);
        writer.put_time(self.next_sync_at);
        writer.put_count(self.health.len());
        for health in &self.health {
            writer.put_i32(health.failures);
            writer.put_bool(health.polled.is_some());
            if let Some(milli) = health.polled {
                writer.put_i64(milli);
            }
        }
        writer.put_bytes(&self.hpa.snapshot().0);
        writer.finish()
    }

    fn restore(&mut self, snapshot: &Snapshot) -> Result<(), RestoreError> {
        let of_hpa = self.load(snapshot).map_err(|damage| damage.in_snapshot_of(&self.name))?;
        self.hpa.restore(&of_hpa)
    }
}
