//! The fast mode's picture of one pod.

use crate::{PodSpec, ServiceSpec};

/// Where a queue lies between two levels of a table.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Level {
    /// The lower level.
    pub index: usize,
    /// Weight of level `index + 1`, 0-1; the lower level has the rest.
    pub weight_of_next: f64,
}

/// What one pod does to requests, indexed by the mean number of requests in it ("queue"): built once, by the
/// request mode with Poisson arrivals, deterministically.
#[derive(Debug, Clone, PartialEq)]
pub struct LatencyTable {
    capacity_rps: f64,
}

impl LatencyTable {
    /// Measures one of `ready_pods` pods. `threshold_s` parts slow from fast requests.
    pub fn build(service: &ServiceSpec, pod: &PodSpec, threshold_s: f64, ready_pods: u32) -> Self {
        let _ = (service, pod, threshold_s, ready_pods);
        unimplemented!()
    }

    /// The rate that keeps a pod busy all the time, requests per second.
    pub fn capacity_rps(&self) -> f64 {
        self.capacity_rps
    }

    /// Mean queue that a lasting offered load, as a share of capacity, leads to; [`LatencyTable::queue_limit`]
    /// from 1 on.
    pub fn stationary_queue(&self, offered_utilization: f64) -> f64 {
        let _ = offered_utilization;
        unimplemented!()
    }

    /// Share of capacity that is worked off at a mean queue: the inverse of [`LatencyTable::stationary_queue`].
    pub fn utilization_at(&self, queue: f64) -> f64 {
        let _ = queue;
        unimplemented!()
    }

    /// Largest queue a pod can hold: workers and accept queue. What would exceed it is refused.
    pub fn queue_limit(&self) -> f64 {
        unimplemented!()
    }

    /// Number of levels.
    pub fn level_count(&self) -> usize {
        unimplemented!()
    }

    /// Mean queue of a level.
    pub fn queue_of(&self, level: usize) -> f64 {
        let _ = level;
        unimplemented!()
    }

    /// The levels beside a queue.
    pub fn level_at(&self, queue: f64) -> Level {
        let _ = queue;
        unimplemented!()
    }

    /// Share of a level's requests that are slower than the threshold or time out. Requests refused because the
    /// queue is at its limit are not in it: the caller counts them as what exceeds [`LatencyTable::queue_limit`].
    pub fn slow_ratio(&self, level: usize) -> f64 {
        let _ = level;
        unimplemented!()
    }

    /// Share of a level's requests that time out.
    pub fn failed_ratio(&self, level: usize) -> f64 {
        let _ = level;
        unimplemented!()
    }

    /// Mean latency of a level, seconds; a time-out counts at the time-out value.
    pub fn mean_latency_s(&self, level: usize) -> f64 {
        let _ = level;
        unimplemented!()
    }

    /// Shares of a level's requests in each of the [`crate::latency_buckets`].
    pub fn histogram(&self, level: usize) -> &[f32] {
        let _ = level;
        unimplemented!()
    }
}

/// The tables for every number of ready pods. A random balancer makes pods independent, so one table serves all.
#[derive(Debug, Clone, PartialEq)]
pub struct LatencyTables {
    tables: Vec<LatencyTable>,
}

impl LatencyTables {
    /// Builds what `1..=max_pods` ready pods need.
    pub fn build(service: &ServiceSpec, pod: &PodSpec, threshold_s: f64, max_pods: u32) -> Self {
        let _ = (service, pod, threshold_s, max_pods);
        unimplemented!()
    }

    /// The table for `ready_pods` (the nearest that was built).
    pub fn for_pods(&self, ready_pods: u32) -> &LatencyTable {
        let _ = ready_pods;
        &self.tables[0]
    }
}
