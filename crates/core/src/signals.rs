use serde::{Deserialize, Serialize};

use crate::{PodId, Span, Timestamp};

/// A measured value with the end and length of the window it was measured over.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Sample<T> {
    /// The value.
    pub value: T,
    /// End of the window.
    pub at: Timestamp,
    /// Length of the window; zero for an instantaneous reading.
    pub window: Span,
}

impl<T> Sample<T> {
    /// How long ago the window ended.
    pub fn age(&self, now: Timestamp) -> Span {
        now - self.at
    }
}

/// Latency quantiles in seconds over one window.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct LatencyQuantiles {
    /// Median, seconds.
    pub p50_s: f64,
    /// 95th percentile, seconds.
    pub p95_s: f64,
    /// 99th percentile, seconds.
    pub p99_s: f64,
}

/// Counters since the world began, as a histogram's `_count` and buckets give them. They only grow.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct RequestTotals {
    /// Requests ended.
    pub requests: f64,
    /// Those slower than the objective's threshold, failures included.
    pub slow: f64,
    /// Those that failed, were refused or timed out.
    pub failed: f64,
}

/// What the queue proxies in front of the pods counted since the world began, as Knative's do. They only grow.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct ProxyTotals {
    /// Requests that arrived.
    pub requests: f64,
    /// Integral of the requests in flight, queued ones included: over a span of time its increase divided by the span
    /// is the mean concurrency.
    pub in_flight_seconds: f64,
}

/// What is known of the service as a whole. Every signal may be missing: missing is never zero.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct ServiceSignals {
    /// Offered load: requests per second that arrived in front of the pods.
    pub request_rate_rps: Option<Sample<f64>>,
    /// Latency quantiles as seen in front of the pods.
    pub latency: Option<Sample<LatencyQuantiles>>,
    /// Requests in flight, queued ones included.
    pub in_flight: Option<Sample<f64>>,
    /// Cumulative request counters.
    pub totals: Option<Sample<RequestTotals>>,
    /// Counters of the queue proxies, reported every second.
    pub proxies: Option<Sample<ProxyTotals>>,
}

/// Which quantity a named metric measures, as an HPA's metric specification addresses it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum MetricKey {
    /// A metric of each pod of the target.
    Pods {
        /// Metric name.
        metric: String,
    },
    /// A metric of one Kubernetes object.
    Object {
        /// Kind of the object, such as `Ingress`.
        kind: String,
        /// Its name.
        name: String,
        /// Metric name.
        metric: String,
    },
    /// A metric from outside the cluster.
    External {
        /// Metric name.
        metric: String,
    },
}

/// One series of a named metric. Values are in thousandths, as the metrics APIs carry them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct MetricValue {
    /// The pod it belongs to; `None` for object and external metrics.
    #[serde(skip)]
    pub pod: Option<PodId>,
    /// Value × 1000.
    pub milli: i64,
    /// When it was measured.
    pub at: Timestamp,
    /// Window of the measurement.
    pub window: Span,
}

/// All current series of one named metric. An empty list is an answer without series; an absent entry in
/// [`crate::Observation::metrics`] is a failed query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MetricSeries {
    /// Which metric.
    pub key: MetricKey,
    /// Its series.
    pub values: Vec<MetricValue>,
}

/// A kind of signal that an autoscaler can ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Signal {
    /// Pods with phase, readiness and requests.
    Pods = 1,
    /// CPU and memory usage of containers.
    ResourceUsage = 2,
    /// Offered request rate.
    RequestRate = 4,
    /// Latency quantiles.
    Latency = 8,
    /// Requests in flight.
    InFlight = 16,
    /// Request counters.
    RequestTotals = 32,
    /// Named Pods, Object or External metrics.
    NamedMetrics = 64,
    /// Counters of queue proxies.
    Proxies = 128,
}

/// A set of [`Signal`]s.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SignalSet(u8);

impl SignalSet {
    /// No signal.
    pub const EMPTY: Self = Self(0);

    /// This set and `signal`.
    #[must_use]
    pub const fn with(self, signal: Signal) -> Self {
        Self(self.0 | signal as u8)
    }

    /// Whether `signal` is in the set.
    pub const fn contains(self, signal: Signal) -> bool {
        self.0 & signal as u8 != 0
    }
}
