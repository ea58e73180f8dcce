use crate::idle_index::IdleIndex;
use crate::level_statistics::LevelStatistics;
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

/// Offered loads at which pods are measured in steady state, as shares of capacity.
const STEADY_LOADS: [f64; 20] = [
    0.02, 0.1, 0.2, 0.3, 0.4, 0.5, 0.58, 0.65, 0.7, 0.74, 0.78, 0.81, 0.84, 0.865, 0.89, 0.91, 0.93, 0.945,
    0.96, 0.97,
];
/// Requests of one steady run: more where queues are long and forget slowly.
const STEADY_REQUESTS: f64 = 20_000.0;
const STEADY_REQUESTS_WHEN_BUSY: f64 = 200_000.0;
const FEWEST_REQUESTS: f64 = 2_000.0;
/// Events of the kernel per request up to which the numbers above are kept.
const USUAL_EVENTS: f64 = 10.0;
/// Offered load in overload. It starts from the highest steady load, so that the table is continuous.
const OVERLOAD: f64 = 1.15;
/// The same where a queue has so many requests that chance hardly counts.
const FAST_OVERLOAD: f64 = 2.0;
const LONG_QUEUE: f64 = 20_000.0;
const OVERLOAD_STEPS: usize = 64;
const OVERLOAD_REQUESTS: f64 = 400_000.0;
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

    /// Share of requests at a queue that time out, between the levels.
    #[inline]
    pub fn failed_ratio_at(&self, queue: f64) -> f64 {
        interpolate(&self.failed, self.level_at(queue))
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

/// Steady points by rising queue.
fn measure_steady(subject: &Subject) -> Vec<MeasuredPoint> {
    let affordable = USUAL_EVENTS / subject.events_per_request().max(USUAL_EVENTS);
    let mut points: Vec<MeasuredPoint> = Vec::with_capacity(STEADY_LOADS.len());
    for load in STEADY_LOADS {
        let wanted = (STEADY_REQUESTS / (1.0 - load)).clamp(50_000.0, STEADY_REQUESTS_WHEN_BUSY);
        let requests = (wanted * affordable).max(FEWEST_REQUESTS);
        let point = subject.steady(load, requests as usize);
        if points.last().is_none_or(|last| last.queue < point.queue) {
            points.push(point);
        }
    }
    points
}

/// Overload points from the longest steady queue on.
fn measure_overload(subject: &Subject, steady: &[MeasuredPoint], longest_queue: f64) -> Vec<MeasuredPoint> {
    let longest_steady = steady.last().map_or(0.0, |point| point.queue);
    let queue_end = longest_queue.max(2.0 * longest_steady);
    let after = if queue_end < LONG_QUEUE { OVERLOAD } else { FAST_OVERLOAD };
    let requests_per_run = after / (after - 1.0) * queue_end * subject.pods as f64;
    let affordable = USUAL_EVENTS / subject.events_per_request().max(USUAL_EVENTS);
    let runs = (OVERLOAD_REQUESTS * affordable / requests_per_run).clamp(1.0, 64.0) as u64;
    let settle_s = 100.0 * longest_steady / subject.capacity_rps_per_pod;
    let loads = [STEADY_LOADS[STEADY_LOADS.len() - 1], after];
    let points = subject.overload(loads, settle_s, queue_end, OVERLOAD_STEPS, runs);
    points.into_iter().filter(|point| point.queue > longest_steady).collect()
}

/// Latencies at a queue: from the neighbouring measured points, steady ones first.
fn statistics_at(queue: f64, steady: &[MeasuredPoint], overload: &[MeasuredPoint]) -> LevelStatistics {
    let mut below: Option<&MeasuredPoint> = None;
    for point in steady.iter().chain(overload) {
        if point.queue >= queue {
            let Some(below) = below else { return point.statistics.clone() };
            let weight = (queue - below.queue) / (point.queue - below.queue);
            return LevelStatistics::between(&below.statistics, &point.statistics, weight);
        }
        below = Some(point);
    }
    below.map_or_else(LevelStatistics::empty, |point| point.statistics.clone())
}

/// Share of capacity worked off at a queue. Beyond the longest steady queue what is idle dies away with the queue:
/// steady states there take longer to settle than loads last, and a backlog that comes from overload leaves no
/// gaps.
fn utilization_of(queue: f64, steady: &[MeasuredPoint]) -> f64 {
    let mut below = (0.0, 0.0);
    for point in steady {
        if point.queue >= queue {
            let part = (queue - below.0) / (point.queue - below.0);
            return below.1 + part * (point.utilization - below.1);
        }
        below = (point.queue, point.utilization);
    }
    let (longest, highest) = below;
    1.0 - (1.0 - highest) * libm::exp(1.0 - queue / longest.max(f64::MIN_POSITIVE))
}

/// The tables for every number of ready pods. A random balancer makes pods independent, so one table serves all.
#[derive(Debug, Clone, PartialEq)]
pub struct LatencyTables {
    /// Rising pod counts with their tables; never empty.
    tables: Vec<(u32, LatencyTable)>,
}

/// Pod counts that get a table of their own where the balancer lets pods help each other.
const POD_COUNTS: [u32; 8] = [1, 2, 3, 5, 8, 13, 21, 34];

impl LatencyTables {
    /// Builds what `1..=max_pods` ready pods need.
    pub fn build(service: &ServiceSpec, pod: &PodSpec, threshold_s: f64, max_pods: u32) -> Self {
        let build = |pods: u32| (pods, LatencyTable::build(service, pod, threshold_s, pods));
        let tables = if service.balancer == Balancer::Random {
            vec![build(1)]
        } else {
            let needed = POD_COUNTS.iter().position(|&pods| pods >= max_pods).unwrap_or(POD_COUNTS.len() - 1);
            POD_COUNTS[..=needed].iter().map(|&pods| build(pods)).collect()
        };
        Self { tables }
    }

    /// The table for `ready_pods`: the largest count built that is not above it.
    #[inline]
    pub fn for_pods(&self, ready_pods: u32) -> &LatencyTable {
        let above = self.tables.partition_point(|&(pods, _)| pods <= ready_pods);
        &self.tables[above.saturating_sub(1)].1
    }
}
