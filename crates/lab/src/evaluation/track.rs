//! One autoscaler over one stretch of load, minute by minute, with every change of the replica count.

use std::sync::Arc;

use podpilot_core::{Span, Timestamp, WriteResult};
use podpilot_random::Seed;
use podpilot_service_model::latency_buckets;
use podpilot_simulator::{Fidelity, Measures, PodCounts, PreparedScenario, Simulation, TickRecord, run};
use podpilot_traffic::LoadSeries;

use super::contender::Contender;
use crate::LabError;
use crate::explain::explain_all_named;
use crate::history::history_before;
use crate::result::{ScalingEvent, TimelineTrack};

/// Length of a step of a timeline.
pub(crate) const TIMELINE_STEP: Span = Span::minutes(1);

/// Which load, from where, with which noise.
#[derive(Debug, Clone)]
pub(crate) struct Stretch {
    pub(crate) load: Arc<LoadSeries>,
    pub(crate) start: Span,
    pub(crate) length: Span,
    pub(crate) seed: Seed,
}

/// What one autoscaler made of a stretch.
#[derive(Debug)]
pub(crate) struct Track {
    pub(crate) timeline: TimelineTrack,
    pub(crate) load_rps: Vec<f64>,
    pub(crate) events: Vec<ScalingEvent>,
    pub(crate) measures: Measures,
}

struct StepSum {
    end: Timestamp,
    offered_rps: f64,
    ticks: u32,
    requests: f64,
    slow: f64,
    latency: Vec<f64>,
}

impl StepSum {
    fn ending(end: Timestamp) -> Self {
        Self { end, offered_rps: 0.0, ticks: 0, requests: 0.0, slow: 0.0, latency: Vec::new() }
    }

    fn add(&mut self, tick: &TickRecord<'_>) {
        self.offered_rps += tick.offered_rps;
        self.ticks += 1;
        self.requests += tick.totals.requests;
        self.slow += tick.totals.slow;
        let histogram = tick.latency.histogram();
        self.latency.resize(histogram.len(), 0.0);
        self.latency.iter_mut().zip(histogram).for_each(|(sum, count)| *sum += count);
    }
}

impl Track {
    /// Runs `contender` over the stretch.
    pub(crate) fn record(
        contender: &Contender,
        prepared: &Arc<PreparedScenario>,
        stretch: &Stretch,
        keep_events: bool,
    ) -> Result<Self, LabError> {
        let mut simulation =
            Simulation::of(prepared, Fidelity::Fast, Arc::clone(&stretch.load), stretch.seed);
        for key in &contender.metrics {
            simulation.provide_metric(key.clone()).map_err(LabError::bad_input)?;
        }
        simulation.reset(Arc::clone(&stretch.load), stretch.start, stretch.seed);
        let mut autoscaler = contender.fresh(history_before(&stretch.load, stretch.start, simulation.now()));
        let origin = simulation.now();
        let objective = prepared.scenario().objective;
        let mut recorder = Recorder::new(contender, origin, 1.0 - objective.latency.quantile, keep_events);
        run(&mut simulation, autoscaler.as_mut(), stretch.length, &mut |tick| recorder.tick(tick));
        let measures = simulation.measures().clone();
        Ok(recorder.finish(measures))
    }
}

struct Recorder {
    origin: Timestamp,
    slow_share_allowed: f64,
    keep_events: bool,
    sum: StepSum,
    pods: PodCounts,
    load_rps: Vec<f64>,
    track: TimelineTrack,
    events: Vec<ScalingEvent>,
    metric_names: Vec<String>,
}

impl Recorder {
    fn new(contender: &Contender, origin: Timestamp, slow_share_allowed: f64, keep_events: bool) -> Self {
        let track = TimelineTrack {
            name: contender.name.clone(),
            role: contender.role,
            ready: Vec::new(),
            pending: Vec::new(),
            p95_ms: Vec::new(),
            bad: Vec::new(),
        };
        Self {
            origin,
            slow_share_allowed,
            keep_events,
            sum: StepSum::ending(origin + TIMELINE_STEP),
            pods: PodCounts::default(),
            load_rps: Vec::new(),
            track,
            events: Vec::new(),
            metric_names: contender.metric_names.clone(),
        }
    }

    fn tick(&mut self, tick: &TickRecord<'_>) {
        if tick.at >= self.sum.end {
            self.close();
        }
        self.sum.add(tick);
        self.pods = tick.pods;
        if self.keep_events {
            self.event(tick);
        }
    }

    fn event(&mut self, tick: &TickRecord<'_>) {
        let Some(outcome) = tick.outcome.filter(|outcome| outcome.result == WriteResult::Applied) else {
            return;
        };
        if outcome.from == outcome.to {
            return;
        }
        let reasons = tick.proposal.reasons.as_slice().to_vec();
        self.events.push(ScalingEvent {
            autoscaler: self.track.name.clone(),
            at_s: (tick.at - self.origin).as_seconds(),
            from: outcome.from,
            to: outcome.to,
            load_rps: tick.offered_rps,
            why: explain_all_named(&reasons, &self.metric_names),
            reasons,
        });
    }

    fn close(&mut self) {
        let next = StepSum::ending(self.sum.end + TIMELINE_STEP);
        let sum = std::mem::replace(&mut self.sum, next);
        self.load_rps.push(sum.offered_rps / f64::from(sum.ticks.max(1)));
        self.track.ready.push(self.pods.serving);
        self.track.pending.push(self.pods.unscheduled + self.pods.starting + self.pods.unavailable);
        self.track.p95_ms.push(latency_buckets::quantile_s(&sum.latency, 0.95).map(|seconds| seconds * 1e3));
        self.track.bad.push(sum.slow > self.slow_share_allowed * sum.requests);
    }

    fn finish(mut self, measures: Measures) -> Track {
        if self.sum.ticks > 0 {
            self.close();
        }
        Track { timeline: self.track, load_rps: self.load_rps, events: self.events, measures }
    }
}
