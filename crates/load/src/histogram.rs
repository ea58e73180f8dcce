use hdrhistogram::Histogram;
use podpilot_core::Span;

use crate::Quantiles;

/// Times in microseconds, from 1 to an hour, to three significant digits.
#[derive(Debug, Clone)]
pub(crate) struct TimeHistogram {
    counts: Histogram<u64>,
    sum_s: f64,
    /// Exact, where a bucket may end above it.
    max_us: u64,
}

const LONGEST_US: u64 = 3_600_000_000;
const DIGITS: u8 = 3;

impl TimeHistogram {
    pub(crate) fn new() -> Self {
        #[allow(clippy::expect_used, reason = "the bounds are constants that the library accepts")]
        let counts = Histogram::new_with_bounds(1, LONGEST_US, DIGITS).expect("1 < 2 × 1 < one hour");
        Self { counts, sum_s: 0.0, max_us: 0 }
    }

    /// Adds a time; negative ones count as zero, those over an hour as an hour.
    pub(crate) fn record(&mut self, time: Span) {
        let micros = ((time.0.max(0) as u64 + 500) / 1_000).min(LONGEST_US);
        self.counts.saturating_record(micros);
        self.max_us = self.max_us.max(micros);
        self.sum_s += time.as_seconds().max(0.0);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.counts.is_empty()
    }

    pub(crate) fn count(&self) -> u64 {
        self.counts.len()
    }

    pub(crate) fn sum_s(&self) -> f64 {
        self.sum_s
    }

    /// How many took at most this long.
    pub(crate) fn count_to(&self, time: Span) -> u64 {
        self.counts.count_between(0, (time.0 / 1_000) as u64)
    }

    pub(crate) fn quantile_ms(&self, q: f64) -> f64 {
        self.counts.value_at_quantile(q).min(self.max_us) as f64 / 1_000.0
    }

    /// `None` while it is empty.
    pub(crate) fn quantiles(&self) -> Option<Quantiles> {
        (!self.is_empty()).then(|| Quantiles {
            count: self.counts.len(),
            mean: self.sum_s * 1_000.0 / self.counts.len() as f64,
            p50: self.quantile_ms(0.5),
            p75: self.quantile_ms(0.75),
            p90: self.quantile_ms(0.9),
            p95: self.quantile_ms(0.95),
            p99: self.quantile_ms(0.99),
            p999: self.quantile_ms(0.999),
            max: self.max_us as f64 / 1_000.0,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_right_to_three_digits() {
        let mut histogram = TimeHistogram::new();
        assert!(histogram.quantiles().is_none());
        (1..=1_000).for_each(|ms| histogram.record(Span::milliseconds(ms)));
        let quantiles = histogram.quantiles().unwrap();
        let close = |value: f64, wanted: f64| (value / wanted - 1.0).abs() < 0.001;
        assert!(close(quantiles.p50, 500.0) && close(quantiles.p95, 950.0) && close(quantiles.max, 1_000.0));
        assert!(close(quantiles.mean, 500.5), "{}", quantiles.mean);
        assert_eq!(histogram.count_to(Span::milliseconds(200)), 200);
        assert_eq!(quantiles.max, 1_000.0);
    }

    #[test]
    fn times_outside_the_range_count_at_its_ends() {
        let mut histogram = TimeHistogram::new();
        histogram.record(Span(-5));
        histogram.record(Span::seconds(7_200));
        let quantiles = histogram.quantiles().unwrap();
        assert_eq!(quantiles.count, 2);
        assert!(quantiles.p50 <= 0.001 && quantiles.max == 3_600_000.0, "{quantiles:?}");
    }
}
