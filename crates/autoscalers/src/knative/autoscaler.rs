use podpilot_core::{
    Autoscaler, Observation, Outcome, Proposal, Reason, ReasonList, RestoreError, Signal, SignalSet,
    Snapshot, Span, Timestamp,
};

use super::KnativeSettings;
use super::collector::{Averages, Collector};
use super::decider::{Decider, TICK};
use super::scale_to_zero::Activity;
use crate::ManifestError;
use crate::memory::{Damaged, Reader, Writer};

const HEADER: &[u8] = b"kpa1";

/// Knative's pod autoscaler for one revision.
#[derive(Debug, Clone)]
pub struct Knative {
    name: String,
    settings: KnativeSettings,
    collector: Collector,
    /// Absent before the first decision.
    state: Option<State>,
}

#[derive(Debug, Clone)]
struct State {
    decider: Decider,
    activity: Activity,
    /// Whether as many pods were ready once as the revision begins with.
    initial_scale_reached: bool,
}

impl Knative {
    /// For a revision with these settings.
    pub fn new(name: impl Into<String>, settings: KnativeSettings) -> Result<Self, ManifestError> {
        settings.check()?;
        let collector = Collector::new(settings.metric, settings.stable_window, settings.panic_window());
        Ok(Self { name: name.into(), settings, collector, state: None })
    }

    fn wanted(&mut self, observation: &Observation, reasons: &mut ReasonList) -> Option<i32> {
        let now = observation.now;
        let ready = observation.pods.serving() as i32;
        let averages = self.collector.collect(now, observation.service.proxies.as_ref());
        let settings = &self.settings;
        let state = self.state.get_or_insert_with(|| State::begin(settings, ready, now));
        state.initial_scale_reached |= ready >= settings.initial_scale;
        let Some(averages) = averages else {
            reasons.push(Reason::NoUsableMetric);
            return None;
        };
        let (stable, panic) = seen_by_activator(&averages, ready);
        let desired = state.decider.scale(now, ready, stable, panic, reasons);
        let bounded = state.bounded(settings, desired, reasons);
        state.activity.step(now, bounded, observation.replicas.spec, &settings.zero_rules())
    }

    fn load(&mut self, snapshot: &Snapshot) -> Result<(), Damaged> {
        let mut reader = Reader::new(snapshot, HEADER)?;
        self.collector.load(&mut reader)?;
        self.state = if reader.bool()? {
            let mut state = State::begin(&self.settings, 0, Timestamp(0));
            state.decider.load(&mut reader)?;
            state.activity = Activity::load(&mut reader)?;
            state.initial_scale_reached = reader.bool()?;
            Some(state)
        } else {
            None
        };
        reader.finish()
    }
}

impl State {
    fn begin(settings: &KnativeSettings, ready: i32, now: Timestamp) -> Self {
        Self {
            decider: Decider::new(settings.decider_spec(), ready, now),
            activity: Activity::active_from(now),
            initial_scale_reached: false,
        }
    }

    fn bounded(&self, settings: &KnativeSettings, desired: i32, reasons: &mut ReasonList) -> i32 {
        let initial = if self.initial_scale_reached { 0 } else { settings.initial_scale };
        let lowest = settings.min_scale.max(initial);
        if desired < lowest {
            reasons.push(Reason::TooFewReplicas { wanted: desired });
            return lowest;
        }
        match settings.max_scale {
            Some(highest) if desired > highest => {
                reasons.push(Reason::TooManyReplicas { wanted: desired });
                highest
            }
            _ => desired,
        }
    }
}

/// Without a ready pod requests wait in the activator, which reports the first of them at once.
fn seen_by_activator(averages: &Averages, ready: i32) -> (f64, f64) {
    if ready == 0 && averages.any_request {
        (averages.stable.max(1.0), averages.panic.max(1.0))
    } else {
        (averages.stable, averages.panic)
    }
}

impl Autoscaler for Knative {
    fn name(&self) -> &str {
        &self.name
    }

    fn period(&self) -> Span {
        TICK
    }

    fn signals(&self) -> SignalSet {
        SignalSet::EMPTY.with(Signal::Pods).with(Signal::Proxies)
    }

    fn decide(&mut self, observation: &Observation) -> Proposal {
        let mut reasons = ReasonList::new();
        let replicas = self.wanted(observation, &mut reasons);
        Proposal { replicas, reasons }
    }

    fn applied(&mut self, _outcome: &Outcome) {}

    fn snapshot(&self) -> Snapshot {
        let mut writer = Writer::new(HEADER);
        self.collector.save(&mut writer);
        writer.put_bool(self.state.is_some());
        if let Some(state) = &self.state {
            state.decider.save(&mut writer);
            state.activity.save(&mut writer);
            writer.put_bool(state.initial_scale_reached);
        }
        writer.finish()
    }

    fn restore(&mut self, snapshot: &Snapshot) -> Result<(), RestoreError> {
        self.load(snapshot).map_err(|damage| damage.in_snapshot_of(&self.name))
    }
}
