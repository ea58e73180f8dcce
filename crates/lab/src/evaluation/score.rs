//! Sums over episodes, and the row of `result.json` made of them.

use podpilot_service_model::latency_buckets;
use podpilot_simulator::Measures;

use super::episodes::Episode;
use crate::result::{AutoscalerResult, DayResult, LatencyMs, Role};

/// Sums over the episodes of one autoscaler.
#[derive(Debug, Clone, Default)]
pub(crate) struct Score {
    elapsed_s: f64,
    cost: f64,
    pod_seconds: f64,
    node_seconds: f64,
    node_cost: f64,
    spec_replica_seconds: f64,
    serving_pod_seconds: f64,
    cpu_seconds: f64,
    cpu_request_cores: f64,
    scale_events: u64,
    offered: f64,
    requests: f64,
    slow: f64,
    failed: f64,
    good_minutes: u64,
    bad_minutes: u64,
    serving_minutes: u64,
    cpu_over_minutes: u64,
    memory_over_minutes: u64,
    latency: Vec<f64>,
    days: Vec<DayResult>,
}

impl Score {
    /// Adds an episode. `cpu_request_cores` is the request of one pod.
    pub(crate) fn add(&mut self, episode: &Episode, measures: &Measures, cpu_request_cores: f64) {
        self.elapsed_s += measures.elapsed_s;
        self.cost += measures.cost();
        self.pod_seconds += measures.pod_seconds;
        self.node_seconds += measures.node_seconds;
        self.node_cost += measures.node_cost;
        self.spec_replica_seconds += measures.spec_replica_seconds;
        self.serving_pod_seconds += measures.serving_pod_seconds;
        self.cpu_seconds += measures.cpu_seconds;
        self.cpu_request_cores = cpu_request_cores;
        self.scale_events += measures.scale_ups + measures.scale_downs;
        self.offered += measures.offered;
        self.requests += measures.totals.requests;
        self.slow += measures.totals.slow;
        self.failed += measures.totals.failed;
        self.good_minutes += measures.minutes.good;
        self.bad_minutes += measures.minutes.bad;
        self.serving_minutes += measures.serving_minutes;
        self.cpu_over_minutes += measures.cpu_over_minutes;
        self.memory_over_minutes += measures.memory_over_minutes;
        let histogram = measures.latency.histogram();
        self.latency.resize(histogram.len(), 0.0);
        self.latency.iter_mut().zip(histogram).for_each(|(sum, count)| *sum += count);
        self.add_day(episode.day, measures);
    }

    fn add_day(&mut self, day: u32, measures: &Measures) {
        let index = self.days.partition_point(|known| known.day < day);
        if self.days.get(index).is_none_or(|known| known.day != day) {
            let empty = DayResult { day, episodes: 0, pod_hours: 0.0, cost: 0.0, minutes: 0, bad_minutes: 0 };
            self.days.insert(index, empty);
        }
        let sum = &mut self.days[index];
        sum.episodes += 1;
        sum.pod_hours += measures.pod_hours();
        sum.cost += measures.cost();
        sum.minutes += measures.minutes.good + measures.minutes.bad;
        sum.bad_minutes += measures.minutes.bad;
    }

    /// The row.
    pub(crate) fn into_result(self, name: &str, role: Role) -> AutoscalerResult {
        let hours = self.elapsed_s / 3_600.0;
        let quantile_ms = |q: f64| latency_buckets::quantile_s(&self.latency, q).unwrap_or(0.0) * 1e3;
        AutoscalerResult {
            name: name.to_owned(),
            role,
            hours,
            pod_hours: self.pod_seconds / 3_600.0,
            cost: self.cost,
            node_hours: self.node_seconds / 3_600.0,
            node_cost: self.node_cost,
            slow_request_ratio: share(self.slow, self.requests),
            slow_minute_ratio: share(self.bad_minutes as f64, (self.good_minutes + self.bad_minutes) as f64),
            failed_request_ratio: share(self.failed, self.requests),
            cpu_over_minute_ratio: share(self.cpu_over_minutes as f64, self.serving_minutes as f64),
            memory_over_minute_ratio: share(self.memory_over_minutes as f64, self.serving_minutes as f64),
            mean_replicas: share(self.spec_replica_seconds, self.elapsed_s),
            mean_cpu_utilization: share(self.cpu_seconds, self.serving_pod_seconds * self.cpu_request_cores),
            scale_events_per_hour: share(self.scale_events as f64, hours),
            latency_ms: LatencyMs { p50: quantile_ms(0.5), p95: quantile_ms(0.95), p99: quantile_ms(0.99) },
            requests: self.offered.round() as u64,
            days: self.days,
        }
    }
}

fn share(part: f64, whole: f64) -> f64 {
    if whole > 0.0 { part / whole } else { 0.0 }
}
