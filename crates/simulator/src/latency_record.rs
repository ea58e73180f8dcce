use std::sync::Arc;

use podpilot_core::LatencyQuantiles;
use podpilot_service_model::latency_buckets;

use crate::bins::Bins;

/// Latencies of requests that ended, counted in the simulator's own bins; histograms and quantiles are made only
/// when asked for.
#[derive(Debug, Clone)]
pub struct LatencyRecord {
    bins: Arc<Bins>,
    counts: Vec<f64>,
    /// Bins outside `low..high` are empty.
    low: usize,
    high: usize,
}

impl LatencyRecord {
    pub(crate) fn new(bins: Arc<Bins>) -> Self {
        let counts = vec![0.0; bins.count()];
        Self { low: counts.len(), high: 0, bins, counts }
    }

    #[inline]
    pub(crate) fn add(&mut self, bin: usize, count: f64) {
        self.counts[bin] += count;
        self.low = self.low.min(bin);
        self.high = self.high.max(bin + 1);
    }

    pub(crate) fn clear(&mut self) {
        if self.low < self.high {
            self.counts[self.low..self.high].fill(0.0);
        }
        (self.low, self.high) = (self.counts.len(), 0);
    }

    pub(crate) fn add_all(&mut self, other: &Self) {
        if other.low >= other.high {
            return;
        }
        let range = other.low..other.high;
        for (mine, more) in self.counts[range.clone()].iter_mut().zip(&other.counts[range]) {
            *mine += more;
        }
        self.low = self.low.min(other.low);
        self.high = self.high.max(other.high);
    }

    /// Adds what a Prometheus histogram with cumulative buckets would have counted.
    pub(crate) fn add_to_scraped(&self, cumulative: &mut [f64]) {
        for bin in self.low..self.high {
            let count = self.counts[bin];
            if count > 0.0 {
                for (total, share) in cumulative.iter_mut().zip(self.bins.scraped(bin)) {
                    *total += count * share;
                }
            }
        }
    }

    pub(crate) fn copy_from(&mut self, other: &Self) {
        self.clear();
        self.add_all(other);
    }

    /// Number of requests.
    pub fn count(&self) -> f64 {
        self.counts.iter().sum()
    }

    /// Requests in each of `podpilot_service_model::latency_buckets`.
    pub fn histogram(&self) -> Vec<f64> {
        let mut histogram = vec![0.0; latency_buckets::COUNT];
        for bin in self.low..self.high {
            let count = self.counts[bin];
            for (total, share) in histogram.iter_mut().zip(self.bins.shares(bin)) {
                *total += count * share;
            }
        }
        histogram
    }

    /// A quantile in seconds; failed requests count at the time-out. `None` if nothing ended.
    pub fn quantile_s(&self, quantile: f64) -> Option<f64> {
        latency_buckets::quantile_s(&self.histogram(), quantile)
    }

    /// Median, 95th and 99th percentile; `None` if nothing ended.
    pub fn quantiles(&self) -> Option<LatencyQuantiles> {
        let histogram = self.histogram();
        Some(LatencyQuantiles {
            p50_s: latency_buckets::quantile_s(&histogram, 0.5)?,
            p95_s: latency_buckets::quantile_s(&histogram, 0.95)?,
            p99_s: latency_buckets::quantile_s(&histogram, 0.99)?,
        })
    }
}
