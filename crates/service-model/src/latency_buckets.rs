//! The fixed latency buckets of every histogram: log-spaced, the same everywhere, so that histograms add up.

/// Number of buckets; the last one is open-ended.
pub const COUNT: usize = 128;

/// Upper bound of a bucket, seconds; infinite for the last.
pub fn upper_bound_s(bucket: usize) -> f64 {
    let _ = bucket;
    unimplemented!()
}

/// The bucket that a latency falls into.
pub fn bucket_of(latency_s: f64) -> usize {
    let _ = latency_s;
    unimplemented!()
}

/// Quantile of a histogram over the buckets, seconds; interpolated within a bucket. `None` if it is empty.
pub fn quantile_s(counts: &[f64], quantile: f64) -> Option<f64> {
    let _ = (counts, quantile);
    unimplemented!()
}
