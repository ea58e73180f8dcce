use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How measurements reach an autoscaler.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct MetricsSpec {
    /// CPU and memory of pods: cAdvisor and metrics-server.
    pub resource: ResourceMetricsSpec,
    /// Request rate, latency, in-flight requests, counters: Prometheus.
    pub prometheus: PrometheusSpec,
    /// Standard deviation over mean of a log-normal error, mean 1, that every measured CPU use, rate, latency and
    /// number in flight is multiplied by. Counters and memory are exact.
    pub noise_cv: f64,
}

/// The resource metrics pipeline.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ResourceMetricsSpec {
    /// Shortest and longest time between two samples that cAdvisor takes of a pod, seconds.
    pub sample_s: [f64; 2],
    /// Time between two collections by metrics-server, seconds.
    pub resolution_s: f64,
}

impl Default for ResourceMetricsSpec {
    fn default() -> Self {
        Self { sample_s: [10.0, 20.0], resolution_s: 15.0 }
    }
}

/// Prometheus and the queries on it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct PrometheusSpec {
    /// Time between two scrapes, seconds.
    pub scrape_s: f64,
    /// Range of `rate()` in the queries, seconds; at least two scrapes must fit.
    pub window_s: f64,
    /// Upper bounds of the latency histogram's buckets, seconds, rising; `+Inf` is added.
    pub latency_buckets_s: Vec<f64>,
}

impl Default for PrometheusSpec {
    fn default() -> Self {
        Self {
            scrape_s: 15.0,
            window_s: 30.0,
            latency_buckets_s: vec![0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1.0, 2.5, 5.0, 10.0],
        }
    }
}
