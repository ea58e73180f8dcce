use serde::{Deserialize, Serialize};

/// What an autoscaler is to the comparison; decides its colour and its place in tables and plots.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Role {
    /// The trained agent.
    Agent,
    /// The agent before its first RL step.
    Clone,
    /// The demand-quantile controller that the agent corrects.
    Quantile,
    /// HPA at a CPU utilization target; together these rows are HPA's front.
    Hpa {
        /// Target utilization, per cent of the request.
        target_percent: u32,
    },
    /// Anything else: a manifest of the user's own, a fixed count, a second policy.
    Other,
}

/// Latency quantiles over all requests; a failed request counts at the time-out.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LatencyMs {
    /// Median, milliseconds.
    pub p50: f64,
    /// 95th percentile, milliseconds.
    pub p95: f64,
    /// 99th percentile, milliseconds.
    pub p99: f64,
}

/// What one autoscaler did on one distinct day of load, summed over the episodes that used the day.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DayResult {
    /// Which distinct day of the test part, from 0.
    pub day: u32,
    /// Episodes on that day.
    pub episodes: u32,
    /// Pod-hours, from scheduled to deleted.
    pub pod_hours: f64,
    /// Money.
    pub cost: f64,
    /// Minutes that count (with too few requests pooled, without requests left out).
    pub minutes: u64,
    /// Minutes that broke the latency rule.
    pub bad_minutes: u64,
}

/// One autoscaler's totals over all episodes. Every autoscaler of a result met the same load and arrivals.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AutoscalerResult {
    /// Name in tables, such as `ppo`, `clone`, `quantile`, `hpa-80`.
    pub name: String,
    /// What it is to the comparison.
    pub role: Role,
    /// Simulated hours.
    pub hours: f64,
    /// Pod-hours from scheduled to deleted, Pending and Terminating included.
    pub pod_hours: f64,
    /// Money for pods and nodes, by the prices of the scenario.
    pub cost: f64,
    /// Hours of nodes, from when each was asked for until it was gone.
    pub node_hours: f64,
    /// The part of the cost that is for nodes.
    #[serde(default)]
    pub node_cost: f64,
    /// Share of requests that took longer than the threshold or failed.
    pub slow_request_ratio: f64,
    /// Share of bad minutes: those in which more than 1 − quantile of the requests were slow.
    pub slow_minute_ratio: f64,
    /// Share of requests that failed, were refused or timed out.
    pub failed_request_ratio: f64,
    /// Share of minutes with CPU use above its ceiling (as a share of the pod's limit).
    pub cpu_over_minute_ratio: f64,
    /// Share of minutes with memory use above its ceiling (as a share of the pod's limit).
    pub memory_over_minute_ratio: f64,
    /// Time average of the replicas asked for.
    pub mean_replicas: f64,
    /// Time average of CPU use over the **request**, HPA's utilization; may exceed 1.
    pub mean_cpu_utilization: f64,
    /// Changes of the replica count per hour.
    pub scale_events_per_hour: f64,
    /// Latency quantiles over all requests.
    pub latency_ms: LatencyMs,
    /// Requests offered.
    pub requests: u64,
    /// The same by distinct day, in order of `day`.
    pub days: Vec<DayResult>,
}

impl AutoscalerResult {
    /// Cost of 24 hours.
    pub fn cost_per_day(&self) -> f64 {
        if self.hours > 0.0 { self.cost * 24.0 / self.hours } else { 0.0 }
    }

    /// Whether this row is a point of HPA's front.
    pub fn is_hpa_front(&self) -> bool {
        matches!(self.role, Role::Hpa { .. })
    }
}

/// What a pod costs for an hour, as the rows show it; `None` if none of them ran a pod.
pub fn price_per_pod_hour<'a>(rows: impl IntoIterator<Item = &'a AutoscalerResult>) -> Option<f64> {
    rows.into_iter().find(|row| row.pod_hours > 0.0).map(|row| (row.cost - row.node_cost) / row.pod_hours)
}
