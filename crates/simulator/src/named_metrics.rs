//! Named metrics for HPAs of type Pods, Object and External, as a metrics adapter over Prometheus would serve them.

use podpilot_core::{MetricKey, MetricSeries, MetricValue, PodId, Sample, ServiceSignals, Span, Timestamp};

use crate::engine::Engine;
use crate::pods::PodSet;

/// A named metric that the simulator does not have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no metric \"{name}\" in simulation, known are {known}")]
pub struct UnknownMetric {
    /// The name asked for.
    pub name: String,
    /// What exists, separated by commas.
    pub known: String,
}

/// What a named metric measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Quantity {
    RequestRate,
    InFlight,
    Latency50,
    Latency95,
    Latency99,
}

const KNOWN: [(&str, Quantity); 6] = [
    ("requests_per_second", Quantity::RequestRate),
    ("http_requests_per_second", Quantity::RequestRate),
    ("requests_in_flight", Quantity::InFlight),
    ("latency_p50_seconds", Quantity::Latency50),
    ("latency_p95_seconds", Quantity::Latency95),
    ("latency_p99_seconds", Quantity::Latency99),
];

/// A metric that was asked for. Its series is here while it cannot be answered, and in the observation otherwise.
#[derive(Debug, Clone)]
struct Provided {
    key: MetricKey,
    quantity: Quantity,
    at_rest: Option<MetricSeries>,
}

/// What the last two scrapes found in one pod.
#[derive(Debug, Clone, Copy, PartialEq)]
struct PodPoint {
    pod: PodId,
    at: Timestamp,
    finished: f64,
    queue: f64,
    window: Span,
    rate_rps: f64,
}

const NO_POINT: PodPoint = PodPoint {
    pod: PodId(0),
    at: Timestamp(0),
    finished: 0.0,
    queue: 0.0,
    window: Span::ZERO,
    rate_rps: 0.0,
};

/// All metrics that were asked for.
#[derive(Debug, Clone, Default)]
pub(crate) struct NamedMetrics {
    provided: Vec<Provided>,
    /// By slot; empty unless a metric of each pod is provided.
    points: Vec<PodPoint>,
}

impl NamedMetrics {
    /// Provides one more; what it needs is allocated here.
    pub(crate) fn provide(
        &mut self,
        key: MetricKey,
        slots: usize,
        metrics: &mut Vec<MetricSeries>,
    ) -> Result<(), UnknownMetric> {
        let quantity = quantity_of(&key)?;
        if self.provided.iter().any(|provided| provided.key == key) {
            return Ok(());
        }
        let per_pod = matches!(key, MetricKey::Pods { .. });
        let values = Vec::with_capacity(if per_pod { slots } else { 1 });
        if per_pod && self.points.is_empty() {
            self.points.resize(slots, NO_POINT);
        }
        let at_rest = Some(MetricSeries { key: key.clone(), values });
        self.provided.push(Provided { key, quantity, at_rest });
        metrics.reserve(self.provided.len());
        Ok(())
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.provided.is_empty()
    }

    pub(crate) fn restart(&mut self) {
        self.points.fill(NO_POINT);
    }

    /// A scrape of every pod.
    pub(crate) fn scrape_pods(&mut self, now: Timestamp, pods: &PodSet, engine: &Engine) {
        if self.points.is_empty() {
            return;
        }
        self.points.resize(pods.capacity().max(self.points.len()), NO_POINT);
        for (slot, pod) in pods.iter().filter(|(_, pod)| pod.in_engine) {
            let before = self.points[slot];
            let finished = engine.finished(slot);
            // A restarted container counts from 0 again, which `rate()` reads as a reset.
            let known = before.pod == pod.id && finished >= before.finished;
            let window = if known { now - before.at } else { Span::ZERO };
            let rate_rps = if known { (finished - before.finished) / window.as_seconds() } else { 0.0 };
            let queue = engine.queue(slot, 0.0);
            self.points[slot] = PodPoint { pod: pod.id, at: now, finished, queue, window, rate_rps };
        }
    }

    /// Fills in the metrics that can be answered and takes out the others.
    pub(crate) fn answer(
        &mut self,
        answered: bool,
        signals: &ServiceSignals,
        pods: &PodSet,
        metrics: &mut Vec<MetricSeries>,
    ) {
        for series in metrics.drain(..) {
            let owner = self.provided.iter_mut().find(|provided| provided.key == series.key);
            if let Some(owner) = owner {
                owner.at_rest = Some(series);
            }
        }
        if !answered {
            return;
        }
        for provided in &mut self.provided {
            let Some(mut series) = provided.at_rest.take() else { continue };
            series.values.clear();
            let known = if matches!(provided.key, MetricKey::Pods { .. }) {
                let points = &self.points;
                let samples = pods.iter().filter_map(|(slot, pod)| {
                    points[slot].sample(pod.id, provided.quantity).map(|sample| value(Some(pod.id), &sample))
                });
                series.values.extend(samples);
                true
            } else {
                let sample = provided.quantity.of_service(signals);
                series.values.extend(sample.map(|sample| value(None, &sample)));
                sample.is_some()
            };
            if known {
                metrics.push(series);
            } else {
                provided.at_rest = Some(series);
            }
        }
    }

    /// Copies what was scraped. Both must provide the same metrics.
    pub(crate) fn copy_from(&mut self, other: &Self) {
        self.points.clone_from(&other.points);
    }
}

impl Quantity {
    fn of_service(self, signals: &ServiceSignals) -> Option<Sample<f64>> {
        let latency = |of: fn(&podpilot_core::LatencyQuantiles) -> f64| {
            signals.latency.map(|sample| Sample {
                value: of(&sample.value),
                at: sample.at,
                window: sample.window,
            })
        };
        match self {
            Self::RequestRate => signals.request_rate_rps,
            Self::InFlight => signals.in_flight,
            Self::Latency50 => latency(|quantiles| quantiles.p50_s),
            Self::Latency95 => latency(|quantiles| quantiles.p95_s),
            Self::Latency99 => latency(|quantiles| quantiles.p99_s),
        }
    }

    fn is_latency(self) -> bool {
        !matches!(self, Self::RequestRate | Self::InFlight)
    }
}

impl PodPoint {
    fn sample(&self, pod: PodId, quantity: Quantity) -> Option<Sample<f64>> {
        if self.pod != pod {
            return None;
        }
        match quantity {
            Quantity::InFlight => Some(Sample { value: self.queue, at: self.at, window: Span::ZERO }),
            _ if self.window > Span::ZERO => {
                Some(Sample { value: self.rate_rps, at: self.at, window: self.window })
            }
            _ => None,
        }
    }
}

fn value(pod: Option<PodId>, sample: &Sample<f64>) -> MetricValue {
    MetricValue { pod, milli: (sample.value * 1_000.0).round() as i64, at: sample.at, window: sample.window }
}

fn quantity_of(key: &MetricKey) -> Result<Quantity, UnknownMetric> {
    let (MetricKey::Pods { metric } | MetricKey::Object { metric, .. } | MetricKey::External { metric }) =
        key;
    let per_pod = matches!(key, MetricKey::Pods { .. });
    let offered = || KNOWN.iter().filter(move |(_, quantity)| !(per_pod && quantity.is_latency()));
    offered().find(|(name, _)| name == metric).map(|&(_, quantity)| quantity).ok_or_else(|| UnknownMetric {
        name: metric.clone(),
        known: offered().map(|&(name, _)| name).collect::<Vec<_>>().join(", "),
    })
}
