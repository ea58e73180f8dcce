use std::ops::{Deref, DerefMut};

use podpilot_core::{MinuteCounts, RequestTotals};

use crate::{LatencyRecord, Scenario};

/// Counters of a run. Everything counts from the start of the load; the warm-up before it does not.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Sums {
    /// Virtual time measured, seconds.
    pub elapsed_s: f64,
    /// Requests that arrived in front of the pods, retries included.
    pub offered: f64,
    /// Of those, retries.
    pub retries: f64,
    /// Failed requests that clients did not try again; 0 where clients never do.
    pub given_up: f64,
    /// Requests that ended, the slow and the failed ones among them. Requests in flight are not counted yet.
    pub totals: RequestTotals,
    /// Minutes with a verdict on latency.
    pub minutes: MinuteCounts,
    /// Whole minutes in which at least one pod served.
    pub serving_minutes: u64,
    /// Of those, minutes whose mean CPU use per serving pod was above the objective's ceiling.
    pub cpu_over_minutes: u64,
    /// Of those, minutes in which the mean memory of serving pods was above the ceiling at some tick.
    pub memory_over_minutes: u64,
    /// Pod time from scheduled to deleted, Pending (placed) and Terminating included, seconds.
    pub pod_seconds: f64,
    /// Time of pods in service, seconds.
    pub serving_pod_seconds: f64,
    /// CPU used by serving pods, core-seconds.
    pub cpu_seconds: f64,
    /// Integral of `scale.spec.replicas`, seconds.
    pub spec_replica_seconds: f64,
    /// Node time from when a node was asked for until it is gone, seconds.
    pub node_seconds: f64,
    /// Money for it.
    pub node_cost: f64,
    /// Writes that raised the replica count.
    pub scale_ups: u64,
    /// Writes that lowered it.
    pub scale_downs: u64,
    /// Pods created after the start.
    pub pods_created: u64,
    /// Containers killed because memory reached its limit.
    pub oom_kills: u64,
    /// Times that a probe took a pod out.
    pub probe_outs: u64,
}

/// What came of a run, by the definitions of the project's design: one set for simulation, evaluation and cluster.
/// The counters of [`Sums`] are its fields too.
#[derive(Debug, Clone)]
pub struct Measures {
    sums: Sums,
    /// Latency of all requests that ended.
    pub latency: LatencyRecord,
    rates: MeasureRates,
}

impl Deref for Measures {
    type Target = Sums;

    fn deref(&self) -> &Sums {
        &self.sums
    }
}

impl DerefMut for Measures {
    fn deref_mut(&mut self) -> &mut Sums {
        &mut self.sums
    }
}

/// Constants that turn the counters into money and shares.
#[derive(Debug, Clone, Copy, PartialEq)]
struct MeasureRates {
    price_replica_hour: f64,
    cpu_ceiling_cores: f64,
}

impl Measures {
    pub(crate) fn new(scenario: &Scenario, latency: LatencyRecord) -> Self {
        let rates = MeasureRates {
            price_replica_hour: scenario.price.replica_hour,
            cpu_ceiling_cores: scenario.pod.cpu_ceiling_cores(),
        };
        Self { sums: Sums::default(), latency, rates }
    }

    pub(crate) fn clear(&mut self) {
        self.sums = Sums::default();
        self.latency.clear();
    }

    pub(crate) fn copy_from(&mut self, other: &Self) {
        self.sums = other.sums;
        self.latency.copy_from(&other.latency);
        self.rates = other.rates;
    }

    /// Pod-hours from scheduled to deleted.
    pub fn pod_hours(&self) -> f64 {
        self.pod_seconds / 3_600.0
    }

    /// Node-hours.
    pub fn node_hours(&self) -> f64 {
        self.node_seconds / 3_600.0
    }

    /// Money for pods and nodes.
    pub fn cost(&self) -> f64 {
        self.pod_hours() * self.rates.price_replica_hour + self.node_cost
    }

    /// Share of ended requests that were slow or failed.
    pub fn slow_request_ratio(&self) -> Option<f64> {
        ratio(self.totals.slow, self.totals.requests)
    }

    /// Share of ended requests that failed.
    pub fn failed_request_ratio(&self) -> Option<f64> {
        ratio(self.totals.failed, self.totals.requests)
    }

    /// First tries that were answered in the end, as a share of all: the goodput of clients that retry.
    pub fn goodput_ratio(&self) -> Option<f64> {
        ratio(self.totals.requests - self.totals.failed, self.offered - self.retries)
    }

    /// Share of bad minutes.
    pub fn slow_minute_ratio(&self) -> Option<f64> {
        self.minutes.bad_ratio()
    }

    /// Share of minutes with CPU above the ceiling.
    pub fn cpu_over_minute_ratio(&self) -> Option<f64> {
        ratio(self.cpu_over_minutes as f64, self.serving_minutes as f64)
    }

    /// Share of minutes with memory above the ceiling.
    pub fn memory_over_minute_ratio(&self) -> Option<f64> {
        ratio(self.memory_over_minutes as f64, self.serving_minutes as f64)
    }

    /// Mean number of pods that cost money.
    pub fn mean_replicas(&self) -> Option<f64> {
        ratio(self.pod_seconds, self.elapsed_s)
    }

    /// Mean CPU use of serving pods as a share of the limit (of the request where there is no limit).
    pub fn mean_cpu_of_limit(&self) -> Option<f64> {
        ratio(self.cpu_seconds, self.serving_pod_seconds * self.rates.cpu_ceiling_cores)
    }

    /// Changes of the replica count per hour.
    pub fn scale_events_per_hour(&self) -> Option<f64> {
        ratio((self.scale_ups + self.scale_downs) as f64 * 3_600.0, self.elapsed_s)
    }
}

fn ratio(part: f64, whole: f64) -> Option<f64> {
    (whole > 0.0).then(|| part / whole)
}
