//! The bins that latencies are counted in while time passes, and what each bin stands for.

use podpilot_service_model::latency_buckets;
use podpilot_service_model::{LatencyTable, LatencyTables};

/// What the bins of one fidelity mean. In fast mode a bin is a level of a latency table, in request mode one of the
/// fixed latency buckets; in both the last bin holds requests that failed at once and count at the time-out.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Bins {
    /// Share of each bin in each latency bucket, bin after bin.
    shares: Vec<f64>,
    /// Share of each bin at or below each bound of the Prometheus histogram, bin after bin.
    scraped: Vec<f64>,
    scraped_bounds: usize,
    count: usize,
}

impl Bins {
    pub(crate) fn of_levels(tables: &[&LatencyTable], timeout_s: f64, bounds_s: &[f64]) -> Self {
        let mut shares = Vec::new();
        for table in tables {
            for level in 0..table.level_count() {
                shares.extend(table.histogram(level).iter().map(|&share| f64::from(share)));
            }
        }
        Self::with_failures(shares, timeout_s, bounds_s)
    }

    pub(crate) fn of_buckets(timeout_s: f64, bounds_s: &[f64]) -> Self {
        let mut shares = vec![0.0; latency_buckets::COUNT * latency_buckets::COUNT];
        for bucket in 0..latency_buckets::COUNT {
            shares[bucket * latency_buckets::COUNT + bucket] = 1.0;
        }
        Self::with_failures(shares, timeout_s, bounds_s)
    }

    fn with_failures(mut shares: Vec<f64>, timeout_s: f64, bounds_s: &[f64]) -> Self {
        let failed = shares.len();
        shares.resize(failed + latency_buckets::COUNT, 0.0);
        shares[failed + latency_buckets::bucket_of(timeout_s)] = 1.0;
        let scraped = shares
            .chunks_exact(latency_buckets::COUNT)
            .flat_map(|shares| bounds_s.iter().map(|&bound_s| share_up_to(shares, bound_s)))
            .collect();
        let count = shares.len() / latency_buckets::COUNT;
        Self { shares, scraped, scraped_bounds: bounds_s.len(), count }
    }

    pub(crate) fn count(&self) -> usize {
        self.count
    }

    /// The bin of requests that failed at once.
    pub(crate) fn failed(&self) -> usize {
        self.count - 1
    }

    /// Shares of one bin in the latency buckets.
    pub(crate) fn shares(&self, bin: usize) -> &[f64] {
        &self.shares[bin * latency_buckets::COUNT..][..latency_buckets::COUNT]
    }

    /// Shares of one bin at or below the Prometheus bounds.
    #[inline]
    pub(crate) fn scraped(&self, bin: usize) -> &[f64] {
        &self.scraped[bin * self.scraped_bounds..][..self.scraped_bounds]
    }
}

/// Share at or below `bound_s`, taken as even within a bucket.
fn share_up_to(shares: &[f64], bound_s: f64) -> f64 {
    let bucket = latency_buckets::bucket_of(bound_s);
    let whole: f64 = shares[..bucket].iter().sum();
    let lower_s = if bucket == 0 { 0.0 } else { latency_buckets::upper_bound_s(bucket - 1) };
    let upper_s = latency_buckets::upper_bound_s(bucket);
    if !upper_s.is_finite() {
        return whole;
    }
    whole + shares[bucket] * ((bound_s - lower_s) / (upper_s - lower_s)).clamp(0.0, 1.0)
}

/// Where the levels of each number of ready pods start among the bins, and the distinct tables.
pub(crate) fn distinct_tables(tables: &LatencyTables, max_pods: u32) -> (Vec<&LatencyTable>, Vec<u32>) {
    let mut distinct: Vec<&LatencyTable> = Vec::new();
    let mut first_bin = 0;
    let mut first_bins = Vec::with_capacity(max_pods as usize + 1);
    for pods in 0..=max_pods {
        let table = tables.for_pods(pods.max(1));
        if distinct.last().is_none_or(|last| !std::ptr::eq(*last, table)) {
            first_bin = distinct.iter().map(|table| table.level_count() as u32).sum();
            distinct.push(table);
        }
        first_bins.push(first_bin);
    }
    (distinct, first_bins)
}
