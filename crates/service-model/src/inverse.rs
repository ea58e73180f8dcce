use podpilot_core::Objective;

use crate::{LatencyTable, LatencyTables, PodSpec};

/// The inverse of a service model under one objective: how many pods carry a rate.
#[derive(Debug, Clone, PartialEq)]
pub struct Inverse {
    /// Highest total rate that 1, 2, … pods carry; never falls.
    rates_rps: Vec<f64>,
}

impl Inverse {
    /// Finds for each number of pods up to `max_pods` the highest rate so that at most 1 − quantile of the requests
    /// are slow and CPU stays within `cpu_of_limit` (of the limit only: a pod without one has no CPU ceiling).
    /// The tables' threshold must be the objective's.
    pub fn new(tables: &LatencyTables, pod: &PodSpec, objective: &Objective, max_pods: u32) -> Self {
        let slow_allowed = 1.0 - objective.latency.quantile;
        let cpu_allowed = if pod.cpu_limit_m.is_some() { objective.cpu_of_limit } else { 1.0 };
        let mut rates_rps = Vec::with_capacity(max_pods.max(1) as usize);
        let mut highest_rps = 0.0_f64;
        for pods in 1..=max_pods.max(1) {
            let table = tables.for_pods(pods);
            let utilization = highest_utilization(table, slow_allowed).min(cpu_allowed);
            highest_rps = highest_rps.max(utilization * table.capacity_rps() * f64::from(pods));
            rates_rps.push(highest_rps);
        }
        Self { rates_rps }
    }

    /// Highest rate that `replicas` pods carry within the objective, requests per second.
    pub fn rate_for(&self, replicas: i32) -> f64 {
        let Ok(replicas) = usize::try_from(replicas) else { return 0.0 };
        match replicas.checked_sub(1) {
            None => 0.0,
            Some(index) if index < self.rates_rps.len() => self.rates_rps[index],
            Some(_) => self.last_rate_rps() * replicas as f64 / self.rates_rps.len() as f64,
        }
    }

    /// Fewest pods that carry `rate_rps`; at least 1. Beyond the largest count prepared, in proportion to it.
    pub fn replicas_for(&self, rate_rps: f64) -> i32 {
        if rate_rps > self.last_rate_rps() {
            return (rate_rps / self.last_rate_rps() * self.rates_rps.len() as f64).ceil() as i32;
        }
        self.rates_rps.partition_point(|&carried_rps| carried_rps < rate_rps) as i32 + 1
    }

    /// Pods that carry `rate_rps`, not rounded: linear between the whole numbers, 0 at rate 0.
    pub fn pods_for(&self, rate_rps: f64) -> f64 {
        let above = self.rates_rps.partition_point(|&carried_rps| carried_rps < rate_rps);
        if above == self.rates_rps.len() {
            return rate_rps / self.last_rate_rps() * self.rates_rps.len() as f64;
        }
        let below_rps = if above == 0 { 0.0 } else { self.rates_rps[above - 1] };
        above as f64 + (rate_rps - below_rps).max(0.0) / (self.rates_rps[above] - below_rps)
    }

    fn last_rate_rps(&self) -> f64 {
        self.rates_rps.last().copied().unwrap_or(f64::MIN_POSITIVE)
    }
}

/// Highest lasting load, as a share of capacity, at which at most `slow_allowed` of the requests are slow.
fn highest_utilization(table: &LatencyTable, slow_allowed: f64) -> f64 {
    let allowed = |queue: f64| table.slow_ratio_at(queue) <= slow_allowed;
    let first_bad = (0..table.level_count()).find(|&level| table.slow_ratio(level) > slow_allowed);
    let Some(first_bad) = first_bad else { return 1.0 };
    let Some(last_good) = first_bad.checked_sub(1) else { return 0.0 };
    let (mut low, mut high) = (table.queue_of(last_good), table.queue_of(first_bad));
    for _ in 0..40 {
        let middle = 0.5 * (low + high);
        if allowed(middle) {
            low = middle;
        } else {
            high = middle;
        }
    }
    table.utilization_at(low)
}
