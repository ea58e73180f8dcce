//! What a simulation did between two instants, in the terms of the reward.

use podpilot_controller::IntervalMeasures;
use podpilot_simulator::Measures;

/// The counters of a simulation at one instant.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct CounterMark {
    elapsed_s: f64,
    offered: f64,
    requests: f64,
    slow: f64,
    failed: f64,
    bad: u64,
    cpu_over_minutes: u64,
    memory_over_minutes: u64,
    pod_seconds: f64,
    pods_created: u64,
}

impl CounterMark {
    pub(super) fn of(measures: &Measures) -> Self {
        Self {
            elapsed_s: measures.elapsed_s,
            offered: measures.offered,
            requests: measures.totals.requests,
            slow: measures.totals.slow,
            failed: measures.totals.failed,
            bad: measures.minutes.bad,
            cpu_over_minutes: measures.cpu_over_minutes,
            memory_over_minutes: measures.memory_over_minutes,
            pod_seconds: measures.pod_seconds,
            pods_created: measures.pods_created,
        }
    }

    /// What happened from `earlier` to this mark. Ceilings are judged by whole minutes, so a minute that closed
    /// over its ceiling counts as 60 s of the interval. `reference_pods`: what the load needs on average.
    pub(super) fn since(&self, earlier: &Self, reference_pods: f64) -> IntervalMeasures {
        let duration_s = self.elapsed_s - earlier.elapsed_s;
        let ended = self.requests - earlier.requests;
        let minutes_over = |now: u64, before: u64| (now - before) as f64 * 60.0 / duration_s;
        IntervalMeasures {
            duration_s,
            pod_seconds: self.pod_seconds - earlier.pod_seconds,
            reference_pods,
            offered: self.offered - earlier.offered,
            completed: ended - (self.failed - earlier.failed),
            slow: self.slow - earlier.slow,
            ended,
            minutes_bad: (self.bad - earlier.bad) as f64,
            cpu_over_share: minutes_over(self.cpu_over_minutes, earlier.cpu_over_minutes),
            memory_over_share: minutes_over(self.memory_over_minutes, earlier.memory_over_minutes),
            pods_started: (self.pods_created - earlier.pods_created) as f64,
        }
    }
}
