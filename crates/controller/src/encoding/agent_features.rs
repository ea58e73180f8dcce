use super::FeatureDescription;

/// A feature that only agents see, after the demand features: its place behind them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(usize)]
pub enum AgentFeature {
    /// Median forecast.
    ForecastMedian,
    /// Base quantile over median.
    ForecastSpread,
    /// Highest quantile over base quantile.
    ForecastTail,
    /// CPU use of serving pods.
    CpuUtilization,
    /// Memory use of serving pods.
    MemoryUtilization,
    /// Serving pods.
    ServingShare,
    /// Pods on their way.
    ArrivingShare,
    /// P95 against the threshold.
    LatencyP95,
    /// Requests in flight.
    InFlight,
    /// Level against what the serving pods carry.
    LoadPerCapacity,
    /// Headroom trim.
    Trim,
    /// Bad minutes, 10 min memory.
    BadShare10M,
    /// Bad minutes, 2 h memory.
    BadShare2H,
    /// Time since the last bad minute.
    SinceBad,
    /// What the base policy wants now.
    BaseTarget,
    /// What 120 s of hold would keep.
    HoldFloor120S,
    /// What 360 s of hold would keep.
    HoldFloor360S,
    /// How coarse one pod is.
    Granularity,
}

const LOG_PODS: &str = "ln(pods/pods)";

/// The features that only agents see, in the order in which they follow the demand features.
pub const AGENT_FEATURES: [FeatureDescription; 18] = [
    FeatureDescription::new(
        "forecast_median",
        "ln(rate/level)",
        "median forecast of demand over the horizon",
    ),
    FeatureDescription::new(
        "forecast_spread",
        "ln(rate/rate)",
        "base quantile of the forecast over its median",
    ),
    FeatureDescription::new(
        "forecast_tail",
        "ln(rate/rate)",
        "highest quantile of the forecast over the base quantile",
    ),
    FeatureDescription::new(
        "cpu_utilization",
        "share",
        "CPU of serving pods over their limits (requests without limit), last known",
    ),
    FeatureDescription::new(
        "memory_utilization",
        "share",
        "memory of serving pods over their limits (requests without limit), last known",
    ),
    FeatureDescription::new("serving_share", "share", "serving pods over pods asked for"),
    FeatureDescription::new("arriving_share", "share", "pods on their way over pods asked for"),
    FeatureDescription::new(
        "latency_p95",
        "ln(s/s)",
        "P95 latency over the objective's threshold, last known",
    ),
    FeatureDescription::new(
        "in_flight",
        "ln(1+requests/pod)",
        "requests in flight per serving pod, last known",
    ),
    FeatureDescription::new(
        "load_per_capacity",
        "share",
        "level over the rate that the serving pods carry within the objective",
    ),
    FeatureDescription::new("trim", "share", "headroom that the trim adds to the base policy"),
    FeatureDescription::new("bad_share_10m", "share", "bad minutes, exponential memory of 10 minutes"),
    FeatureDescription::new("bad_share_2h", "share", "bad minutes, exponential memory of 2 hours"),
    FeatureDescription::new(
        "since_bad",
        "ln(1+min)/ln(1+720)",
        "minutes since the last bad minute, at most 12 hours",
    ),
    FeatureDescription::new(
        "base_target",
        LOG_PODS,
        "replicas that the base policy wants before hold, over those asked for",
    ),
    FeatureDescription::new(
        "hold_floor_120s",
        LOG_PODS,
        "target that a hold of 120 s would give, over replicas asked for",
    ),
    FeatureDescription::new(
        "hold_floor_360s",
        LOG_PODS,
        "target that a hold of 360 s would give, over replicas asked for",
    ),
    FeatureDescription::new("granularity", "1/pods", "one over the replicas asked for"),
];
