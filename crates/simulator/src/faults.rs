//! When what goes wrong.

use podpilot_core::{Span, Timestamp};
use podpilot_random::{Seed, Stream};

use crate::pods::NEVER;
use crate::{FaultSpec, MetricSource};

const DAY_S: f64 = 86_400.0;

/// One fault of the scenario and its times.
#[derive(Debug, Clone)]
struct Fault {
    spec: FaultSpec,
    onset: Timestamp,
    end: Timestamp,
    active: bool,
    stream: Stream,
    /// The node that a node loss took.
    node: Option<u32>,
}

/// All faults of a run.
#[derive(Debug, Clone)]
pub(crate) struct Faults {
    faults: Vec<Fault>,
}

/// A fault that begins or ends.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct FaultChange {
    /// Its place in the scenario.
    pub(crate) index: usize,
    pub(crate) spec: FaultSpec,
    pub(crate) begins: bool,
}

impl Faults {
    pub(crate) fn new(specs: &[FaultSpec]) -> Self {
        let fault = |spec: &FaultSpec| Fault {
            spec: *spec,
            onset: NEVER,
            end: NEVER,
            active: false,
            stream: Seed(0).stream(),
            node: None,
        };
        Self { faults: specs.iter().map(fault).collect() }
    }

    pub(crate) fn restart(&mut self, seed: Seed, start: Timestamp) {
        for (index, fault) in self.faults.iter_mut().enumerate() {
            fault.stream = seed.indexed(index as u64).stream();
            fault.active = false;
            fault.node = None;
            fault.end = NEVER;
            fault.onset = match fault.spec.schedule().at_s {
                Some(at_s) => start + Span::from_seconds(at_s),
                None => fault.after(start),
            };
        }
    }

    /// When the next fault begins or ends.
    pub(crate) fn next_at(&self) -> Timestamp {
        self.faults
            .iter()
            .map(|fault| if fault.active { fault.end } else { fault.onset })
            .min()
            .unwrap_or(NEVER)
    }

    /// The next change that is due, which is thereby made.
    pub(crate) fn change(&mut self, now: Timestamp) -> Option<FaultChange> {
        let due = |fault: &Fault| if fault.active { fault.end <= now } else { fault.onset <= now };
        let index = self.faults.iter().position(due)?;
        let fault = &mut self.faults[index];
        fault.active = !fault.active;
        if fault.active {
            fault.end = now + Span::from_seconds(fault.spec.schedule().for_s);
        } else {
            fault.onset = fault.after(now);
        }
        Some(FaultChange { index, spec: fault.spec, begins: fault.active })
    }

    /// Chance as a fault of the scenario draws it.
    pub(crate) fn stream(&mut self, index: usize) -> &mut Stream {
        &mut self.faults[index].stream
    }

    /// Remembers which node a loss took.
    pub(crate) fn take_node(&mut self, index: usize, node: Option<u32>) {
        self.faults[index].node = node;
    }

    /// The node that a loss took and gives back.
    pub(crate) fn give_back_node(&mut self, index: usize) -> Option<u32> {
        self.faults[index].node.take()
    }

    /// Whether metrics of `source` are neither collected nor answered.
    pub(crate) fn outage(&self, source: MetricSource) -> bool {
        self.any(|spec| matches!(*spec, FaultSpec::MetricsOutage { source: hit, .. } if hits(hit, source)))
    }

    /// Whether metrics of `source` are answered with NaN.
    pub(crate) fn nan(&self, source: MetricSource) -> bool {
        self.any(|spec| matches!(*spec, FaultSpec::Nan { source: hit, .. } if hits(hit, source)))
    }

    /// Whether metrics of `source` stand still.
    pub(crate) fn stale(&self, source: MetricSource) -> bool {
        self.any(|spec| matches!(*spec, FaultSpec::Stale { source: hit, .. } if hits(hit, source)))
    }

    /// Time by which a write is late.
    pub(crate) fn write_delay(&self) -> Span {
        let delay_s = self.active().map(|spec| match *spec {
            FaultSpec::SlowApi { delay_s, .. } => delay_s,
            _ => 0.0,
        });
        Span::from_seconds(delay_s.fold(0.0, f64::max))
    }

    /// Whether a write made now fails with a conflict.
    pub(crate) fn conflict(&mut self) -> bool {
        self.faults.iter_mut().filter(|fault| fault.active).any(|fault| match fault.spec {
            FaultSpec::Conflict { probability, .. } => fault.stream.uniform() < probability,
            _ => false,
        })
    }

    /// What start-up times of containers that start now are multiplied by.
    pub(crate) fn start_up_factor(&self) -> f64 {
        let factors = self.active().map(|spec| match *spec {
            FaultSpec::SlowStart { factor, .. } => factor,
            _ => 1.0,
        });
        factors.product()
    }

    /// Chance that a container which is about to become ready dies instead.
    pub(crate) fn start_failure_probability(&self) -> f64 {
        let survivals = self.active().map(|spec| match *spec {
            FaultSpec::CrashLoop { probability, .. } => 1.0 - probability,
            _ => 1.0,
        });
        1.0 - survivals.product::<f64>()
    }

    /// How fast the memory of every container grows, MiB per second.
    pub(crate) fn leak_mib_per_s(&self) -> f64 {
        let rates = self.active().map(|spec| match *spec {
            FaultSpec::MemoryLeak { mib_per_hour, .. } => mib_per_hour / 3_600.0,
            _ => 0.0,
        });
        rates.sum()
    }

    /// How far the autoscaler's clock is ahead.
    pub(crate) fn clock_offset(&self) -> Span {
        let by_s = self.active().map(|spec| match *spec {
            FaultSpec::ClockJump { by_s, .. } => by_s,
            _ => 0.0,
        });
        Span::from_seconds(by_s.sum())
    }

    fn active(&self) -> impl Iterator<Item = &FaultSpec> {
        self.faults.iter().filter(|fault| fault.active).map(|fault| &fault.spec)
    }

    fn any(&self, holds: impl Fn(&FaultSpec) -> bool) -> bool {
        self.active().any(holds)
    }

    pub(crate) fn copy_from(&mut self, other: &Self) {
        self.faults.clone_from(&other.faults);
    }
}

impl Fault {
    /// The next onset after `now`, if the fault comes at random.
    fn after(&mut self, now: Timestamp) -> Timestamp {
        match self.spec.schedule().per_day {
            Some(per_day) => now + Span::from_seconds(self.stream.exponential(DAY_S / per_day)),
            None => NEVER,
        }
    }
}

fn hits(hit: MetricSource, source: MetricSource) -> bool {
    hit == MetricSource::All || hit == source
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::FaultSchedule;

    fn at(seconds: i64) -> Timestamp {
        Timestamp(0) + Span::seconds(seconds)
    }

    #[test]
    fn a_scheduled_fault_comes_once_and_ends() {
        let when = FaultSchedule { at_s: Some(100.0), per_day: None, for_s: 50.0 };
        let mut faults = Faults::new(&[FaultSpec::Stale { source: MetricSource::All, when }]);
        faults.restart(Seed(1), at(0));
        assert_eq!(faults.next_at(), at(100));
        assert!(faults.change(at(99)).is_none());
        assert!(faults.change(at(100)).unwrap().begins);
        assert!(faults.stale(MetricSource::Prometheus) && faults.stale(MetricSource::Resource));
        assert!(!faults.outage(MetricSource::Prometheus));
        assert!(!faults.change(at(150)).unwrap().begins);
        assert!(!faults.stale(MetricSource::Prometheus));
        assert_eq!(faults.next_at(), NEVER);
    }

    #[test]
    fn random_faults_come_as_often_as_asked() {
        let when = FaultSchedule { at_s: None, per_day: Some(24.0), for_s: 10.0 };
        let mut faults = Faults::new(&[FaultSpec::PodCrash { pods: 1, when }]);
        faults.restart(Seed(5), at(0));
        let mut onsets = 0;
        while faults.next_at() < at(86_400 * 50) {
            let next = faults.next_at();
            onsets += u32::from(faults.change(next).is_some_and(|change| change.begins));
        }
        assert!((1_000..1_400).contains(&onsets), "{onsets} in 50 days at 24 a day");
    }
}
