use crate::latency_buckets;

/// What happened to the requests that met one queue length.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct LevelStatistics {
    pub(crate) requests: f64,
    pub(crate) slow: f64,
    pub(crate) failed: f64,
    /// Sum of latencies, a time-out counted at the time-out value, seconds.
    pub(crate) latency_s: f64,
    /// Requests per latency bucket.
    pub(crate) buckets: Vec<f64>,
}

impl LevelStatistics {
    pub(crate) fn empty() -> Self {
        Self {
            requests: 0.0,
            slow: 0.0,
            failed: 0.0,
            latency_s: 0.0,
            buckets: vec![0.0; latency_buckets::COUNT],
        }
    }

    /// Counts a request that was served after `latency_s`.
    #[inline]
    pub(crate) fn record(&mut self, latency_s: f64, threshold_s: f64, timeout_s: f64) {
        let seen_s = latency_s.min(timeout_s);
        self.requests += 1.0;
        self.slow += f64::from(u8::from(latency_s > threshold_s || latency_s >= timeout_s));
        self.failed += f64::from(u8::from(latency_s >= timeout_s));
        self.latency_s += seen_s;
        self.buckets[latency_buckets::bucket_of(seen_s)] += 1.0;
    }

    /// Every request times out.
    pub(crate) fn all_timed_out(timeout_s: f64) -> Self {
        let mut statistics = Self::empty();
        statistics.record(timeout_s, timeout_s, timeout_s);
        statistics
    }

    /// Shares instead of counts.
    pub(crate) fn normalized(&self) -> Self {
        let mut shares = Self::empty();
        shares.blend_in(self, 1.0);
        shares
    }

    /// The mixture of two shares-per-request statistics.
    pub(crate) fn between(lower: &Self, upper: &Self, weight_of_upper: f64) -> Self {
        let mut mixture = Self::empty();
        mixture.blend_in(lower, 1.0 - weight_of_upper);
        mixture.blend_in(upper, weight_of_upper);
        mixture
    }

    fn blend_in(&mut self, other: &Self, weight: f64) {
        if other.requests <= 0.0 {
            return;
        }
        let scale = weight / other.requests;
        self.requests += weight;
        self.slow += scale * other.slow;
        self.failed += scale * other.failed;
        self.latency_s += scale * other.latency_s;
        for (bucket, count) in self.buckets.iter_mut().zip(&other.buckets) {
            *bucket += scale * count;
        }
    }
}
