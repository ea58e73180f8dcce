use podpilot_core::{
    Autoscaler, ContainerObservation, Observation, Outcome, PodTable, Proposal, Reason, ReasonList,
    ReplicaBounds, RestoreError, Signal, SignalSet, Snapshot, Span, Timestamp, WatchedQuantity, WriteResult,
};

use super::ThresholdParameters;
use crate::ManifestError;
use crate::memory::{Damaged, Reader, Writer};

const PERIOD: Span = Span::seconds(15);
const HEADER: &[u8] = b"thr1";
/// Latency older than this says nothing of the present.
const OLDEST_LATENCY: Span = Span::seconds(90);

/// Threshold rules.
#[derive(Debug, Clone, PartialEq)]
pub struct Threshold {
    name: String,
    parameters: ThresholdParameters,
    bounds: ReplicaBounds,
    last_change: Option<Timestamp>,
}

/// What the rules look at; absent where it could not be measured.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct Watched {
    latency_ms: Option<f64>,
    cpu_percent: Option<f64>,
    memory_percent: Option<f64>,
}

impl Threshold {
    /// Rules within `bounds`.
    pub fn new(
        name: impl Into<String>,
        parameters: ThresholdParameters,
        bounds: ReplicaBounds,
    ) -> Result<Self, ManifestError> {
        parameters.check()?;
        Ok(Self { name: name.into(), parameters, bounds, last_change: None })
    }

    fn cools_down(&self, now: Timestamp) -> bool {
        let cooldown = Span::seconds(i64::from(self.parameters.cooldown_s));
        // A change that lies ahead means that the clock was set back.
        self.last_change.is_some_and(|at| at <= now && now - at < cooldown)
    }

    /// The quantity that is above its threshold, if any.
    fn above(&self, watched: &Watched) -> Option<Reason> {
        let limits = &self.parameters;
        let candidates = [
            (WatchedQuantity::LatencyMs, watched.latency_ms, limits.latency_high_ms),
            (WatchedQuantity::CpuPercent, watched.cpu_percent, limits.cpu_high_percent),
            (WatchedQuantity::MemoryPercent, watched.memory_percent, limits.memory_high_percent),
        ];
        candidates.into_iter().find_map(|(quantity, value, threshold)| {
            let value = value.filter(|value| *value > threshold)?;
            Some(Reason::AboveThreshold { quantity, value, threshold })
        })
    }

    /// The count before bounds; `None` if nothing can be decided.
    fn wanted(&self, observation: &Observation, reasons: &mut ReasonList) -> Option<i32> {
        let current = observation.replicas.spec;
        let watched = Watched::of(observation);
        if let Some(reason) = self.above(&watched) {
            reasons.push(reason);
            return Some(current.saturating_add(self.parameters.up_step));
        }
        let Watched { cpu_percent: Some(cpu_percent), memory_percent: Some(_), latency_ms } = watched else {
            reasons.push(Reason::NoUsableMetric);
            return None;
        };
        // A service that answers nothing has no latency; one that is asked has.
        let idle = observation.service.request_rate_rps.is_some_and(|rate| rate.value == 0.0);
        if latency_ms.is_none() && !idle {
            reasons.push(Reason::NoUsableMetric);
            return None;
        }
        if cpu_percent >= self.parameters.cpu_low_percent {
            reasons.push(Reason::WithinTolerance);
            return Some(current);
        }
        reasons.push(Reason::BelowThresholds { cpu_percent });
        if self.cools_down(observation.now) {
            reasons.push(Reason::Cooldown);
            return Some(current);
        }
        Some(current.saturating_sub(self.parameters.down_step))
    }

    fn bound(&self, wanted: i32, reasons: &mut ReasonList) -> i32 {
        let replicas = self.bounds.clamp(wanted);
        if replicas < wanted {
            reasons.push(Reason::TooManyReplicas { wanted });
        } else if replicas > wanted {
            reasons.push(Reason::TooFewReplicas { wanted });
        }
        replicas
    }
}

impl Watched {
    fn of(observation: &Observation) -> Self {
        let pods = &observation.pods;
        let latency = observation.service.latency;
        let fresh = latency.filter(|sample| sample.age(observation.now) <= OLDEST_LATENCY);
        Self {
            latency_ms: fresh.map(|sample| sample.value.p95_s * 1_000.0),
            cpu_percent: mean_percent(pods, |container| {
                let limit = container.cpu_limit_millicores.or(container.cpu_request_millicores)?;
                Some((container.usage?.cpu_nanocores? as f64 / 1e6, limit as f64))
            }),
            memory_percent: mean_percent(pods, |container| {
                let limit = container.memory_limit_bytes.or(container.memory_request_bytes)?;
                Some((container.usage?.memory_bytes? as f64, limit as f64))
            }),
        }
    }
}

/// Mean use of the serving pods in per cent of their limit; `None` if no container of any has both.
fn mean_percent(
    pods: &PodTable,
    use_and_limit: impl Fn(&ContainerObservation) -> Option<(f64, f64)>,
) -> Option<f64> {
    let serving = pods.pods().iter().filter(|pod| pod.is_serving());
    let known = serving.flat_map(|pod| pods.containers(pod)).filter_map(use_and_limit);
    let (used, limit) = known.fold((0.0, 0.0), |sums, pod| (sums.0 + pod.0, sums.1 + pod.1));
    (limit > 0.0).then_some(100.0 * used / limit)
}

impl Autoscaler for Threshold {
    fn name(&self) -> &str {
        &self.name
    }

    fn period(&self) -> Span {
        PERIOD
    }

    fn signals(&self) -> SignalSet {
        SignalSet::EMPTY
            .with(Signal::Pods)
            .with(Signal::ResourceUsage)
            .with(Signal::Latency)
            .with(Signal::RequestRate)
    }

    fn decide(&mut self, observation: &Observation) -> Proposal {
        let mut reasons = ReasonList::new();
        let replicas = self.wanted(observation, &mut reasons).map(|wanted| self.bound(wanted, &mut reasons));
        Proposal { replicas, reasons }
    }

    fn applied(&mut self, outcome: &Outcome) {
        if outcome.result == WriteResult::Applied {
            self.last_change = Some(outcome.at);
        }
    }

    fn snapshot(&self) -> Snapshot {
        let mut writer = Writer::new(HEADER);
        writer.put_time(self.last_change);
        writer.finish()
    }

    fn restore(&mut self, snapshot: &Snapshot) -> Result<(), RestoreError> {
        let read = || -> Result<Option<Timestamp>, Damaged> {
            let mut reader = Reader::new(snapshot, HEADER)?;
            let last_change = reader.time()?;
            reader.finish()?;
            Ok(last_change)
        };
        self.last_change = read().map_err(|damage| damage.in_snapshot_of(&self.name))?;
        Ok(())
    }
}
