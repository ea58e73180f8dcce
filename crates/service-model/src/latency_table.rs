use crate::idle_index::IdleIndex;
use crate::level_statistics::LevelStatistics;
use crate::measured_curve::{measure_overload, measure_steady, statistics_at, utilization_of};
use crate::measurement::{MeasuredPoint, Subject};
use crate::{Balancer, CfsModel, PodSpec, ServiceSpec, queue_grid};

/// Where a queue lies between two levels of a table.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Level {
    /// The lower level.
    pub index: usize,
    /// Weight of level `index + 1`, 0-1; the lower level has the rest.
    pub weight_of_next: f64,
}

/// Beyond this many times the queue that takes a time-out to work off, nothing is served in time.
const HOPELESS: f64 = 1.3;

/// What one pod does to requests, indexed by the mean number of requests in it ("queue"): built once, by the
/// request mode with Poisson arrivals, deterministically.
#[derive(Debug, Clone, PartialEq)]
pub struct LatencyTable {
    capacity_rps: f64,
    queue_limit: f64,
    /// Share of capacity worked off, by level; never falls.
    utilization: Vec<f64>,
    idle_index: IdleIndex,
    slow: Vec<f64>,
    failed: Vec<f64>,
    mean_latency_s: Vec<f64>,
    histograms: Vec<Vec<f32>>,
}

impl LatencyTable {
    /// Measures one of `ready_pods` pods with the calibrated kernel. `threshold_s` parts slow from fast requests.
    pub fn build(service: &ServiceSpec, pod: &PodSpec, threshold_s: f64, ready_pods: u32) -> Self {
        Self::build_with(&CfsModel::CALIBRATED, service, pod, threshold_s, ready_pods)
    }

    /// Measures one of `ready_pods` pods with another kernel.
    pub fn build_with(
        cfs: &CfsModel,
        service: &ServiceSpec,
        pod: &PodSpec,
        threshold_s: f64,
        ready_pods: u32,
    ) -> Self {
        let capacity_rps = service.capacity_rps(pod);
        let pods = if service.balancer == Balancer::Random { 1 } else { ready_pods.max(1) as usize };
        let subject = Subject {
            cfs: *cfs,
            service: *service,
            pod: *pod,
            pods,
            capacity_rps_per_pod: capacity_rps,
            threshold_s,
        };
        let steady = measure_steady(&subject);
        let queue_limit = f64::from(service.accept_queue) + f64::from(service.workers);
        let hopeless = HOPELESS * (service.timeout_s * capacity_rps + f64::from(service.workers));
        let longest_queue = hopeless.min(queue_limit);
        let overload = measure_overload(&subject, &steady, longest_queue);
        let mut table = Self::empty(capacity_rps, queue_limit);
        table.fill(queue_grid::levels_up_to(longest_queue.max(1.0)), &steady, &overload);
        if hopeless <= queue_limit {
            table.set_last_level(&LevelStatistics::all_timed_out(service.timeout_s));
        }
        table
    }

    /// The rate that keeps a pod busy all the time, requests per second.
    pub fn capacity_rps(&self) -> f64 {
        self.capacity_rps
    }

    /// Mean queue that a lasting offered load, as a share of capacity, leads to; [`LatencyTable::queue_limit`]
    /// from 1 on.
    #[inline]
    pub fn stationary_queue(&self, offered_utilization: f64) -> f64 {
        if offered_utilization >= 1.0 {
            return self.queue_limit;
        }
        let above = self.idle_index.count_up_to(&self.utilization, offered_utilization.max(0.0));
        if above == self.utilization.len() {
            return self.queue_limit;
        }
        let below = above.max(1) - 1;
        let part = (offered_utilization - self.utilization[below])
            / (self.utilization[above] - self.utilization[below]);
        let (low, high) = (queue_grid::queue_of(below), queue_grid::queue_of(above));
        (low + part * (high - low)).min(self.queue_limit)
    }

    /// Share of capacity that is worked off at a mean queue: the inverse of [`LatencyTable::stationary_queue`].
    #[inline]
    pub fn utilization_at(&self, queue: f64) -> f64 {
        interpolate(&self.utilization, self.level_at(queue))
    }

    /// Largest queue a pod can hold: workers and accept queue. What would exceed it is refused.
    pub fn queue_limit(&self) -> f64 {
        self.queue_limit
    }

    /// Number of levels.
    pub fn level_count(&self) -> usize {
        self.utilization.len()
    }

    /// Mean queue of a level.
    pub fn queue_of(&self, level: usize) -> f64 {
        queue_grid::queue_of(level)
    }

    /// The levels beside a queue ≥ 0; the last one beyond its end, where every request times out.
    #[inline]
    pub fn level_at(&self, queue: f64) -> Level {
        queue_grid::level_at(queue, self.utilization.len())
    }

    /// Share of a level's requests that are slower than the threshold or time out. Requests refused because the
    /// queue is at its limit are not in it: the caller counts them as what exceeds [`LatencyTable::queue_limit`].
    #[inline]
    pub fn slow_ratio(&self, level: usize) -> f64 {
        self.slow[level]
    }

    /// Share of a level's requests that time out.
    #[inline]
    pub fn failed_ratio(&self, level: usize) -> f64 {
        self.failed[level]
    }

    /// Mean latency of a level, seconds; a time-out counts at the time-out value.
    #[inline]
    pub fn mean_latency_s(&self, level: usize) -> f64 {
        self.mean_latency_s[level]
    }

    /// Share of requests at a queue that are slow, between the levels.
    #[inline]
    pub fn slow_ratio_at(&self, queue: f64) -> f64 {
        interpolate(&self.slow, self.level_at(queue))
    }

    /// Shares of a level's requests in each of the [`crate::latency_buckets`].
    pub fn histogram(&self, level: usize) -> &[f32] {
        &self.histograms[level]
    }

    fn empty(capacity_rps: f64, queue_limit: f64) -> Self {
        Self {
            capacity_rps,
            queue_limit,
            utilization: Vec::new(),
            idle_index: IdleIndex::new(&[]),
            slow: Vec::new(),
            failed: Vec::new(),
            mean_latency_s: Vec::new(),
            histograms: Vec::new(),
        }
    }

    fn fill(&mut self, level_count: usize, steady: &[MeasuredPoint], overload: &[MeasuredPoint]) {
        for level in 0..level_count {
            let queue = queue_grid::queue_of(level);
            self.push_level(utilization_of(queue, steady), &statistics_at(queue, steady, overload));
        }
        self.idle_index = IdleIndex::new(&self.utilization);
    }

    fn set_last_level(&mut self, statistics: &LevelStatistics) {
        let utilization = self.utilization.pop().unwrap_or(1.0);
        self.slow.pop();
        self.failed.pop();
        self.mean_latency_s.pop();
        self.histograms.pop();
        self.push_level(utilization, statistics);
    }

    fn push_level(&mut self, utilization: f64, statistics: &LevelStatistics) {
        let shares = statistics.normalized();
        self.utilization.push(utilization);
        self.slow.push(shares.slow);
        self.failed.push(shares.failed);
        self.mean_latency_s.push(shares.latency_s);
        self.histograms.push(shares.buckets.iter().map(|&share| share as f32).collect());
    }
}

#[inline]
fn interpolate(values: &[f64], level: Level) -> f64 {
    let low = values[level.index];
    low + level.weight_of_next * (values[level.index + 1] - low)
}
