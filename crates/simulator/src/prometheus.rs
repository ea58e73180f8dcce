//! Prometheus: counters and a latency histogram scraped at intervals, and what `rate()` and `histogram_quantile()`
//! make of them.

use podpilot_core::{LatencyQuantiles, RequestTotals, Sample, Span, Timestamp};

use crate::PrometheusSpec;
use crate::pods::NEVER;

/// An instant query finds samples up to this old (`--query.lookback-delta`).
const LOOKBACK: Span = Span::minutes(5);

/// What one scrape found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Scrape {
    pub(crate) at: Timestamp,
    /// Requests that arrived.
    pub(crate) offered: f64,
    pub(crate) totals: RequestTotals,
    pub(crate) in_flight: f64,
}

const NO_SCRAPE: Scrape = Scrape {
    at: Timestamp(i64::MIN),
    offered: 0.0,
    totals: RequestTotals { requests: 0.0, slow: 0.0, failed: 0.0 },
    in_flight: 0.0,
};

/// The last scrapes, as many as a query's range can hold.
#[derive(Debug, Clone)]
pub(crate) struct Prometheus {
    interval: Span,
    window: Span,
    bounds_s: Vec<f64>,
    scrapes: Vec<Scrape>,
    /// Cumulative buckets of each scrape.
    buckets: Vec<f64>,
    /// Cumulative buckets now.
    cumulative: Vec<f64>,
    increase: Vec<f64>,
    newest: usize,
    next_scrape_at: Timestamp,
}

impl Prometheus {
    pub(crate) fn new(spec: &PrometheusSpec) -> Self {
        let interval = Span::from_seconds(spec.scrape_s);
        let window = Span::from_seconds(spec.window_s);
        let kept = (window / interval) as usize + 2;
        let bounds = spec.latency_buckets_s.len();
        Self {
            interval,
            window,
            bounds_s: spec.latency_buckets_s.clone(),
            scrapes: vec![NO_SCRAPE; kept],
            buckets: vec![0.0; kept * bounds],
            cumulative: vec![0.0; bounds],
            increase: vec![0.0; bounds],
            newest: 0,
            next_scrape_at: NEVER,
        }
    }

    /// Forgets everything; `phase` in [0, 1) places the first scrape within an interval.
    pub(crate) fn restart(&mut self, phase: f64, now: Timestamp) {
        self.scrapes.fill(NO_SCRAPE);
        self.cumulative.fill(0.0);
        self.newest = 0;
        self.next_scrape_at = now + Span((self.interval.0 as f64 * phase) as i64);
    }

    pub(crate) fn next_scrape_at(&self) -> Timestamp {
        self.next_scrape_at
    }

    /// A scrape that fails, or comes before the next one.
    pub(crate) fn plan_next(&mut self) {
        self.next_scrape_at += self.interval;
    }

    /// The cumulative buckets, to be brought up to date before [`Prometheus::scrape`].
    pub(crate) fn cumulative_mut(&mut self) -> &mut [f64] {
        &mut self.cumulative
    }

    /// Stores a scrape.
    pub(crate) fn scrape(&mut self, scrape: Scrape) {
        self.newest = (self.newest + 1) % self.scrapes.len();
        self.scrapes[self.newest] = scrape;
        let bounds = self.cumulative.len();
        self.buckets[self.newest * bounds..][..bounds].copy_from_slice(&self.cumulative);
    }

    /// Offered requests per second: `rate()` over the counter of arrivals. With evenly spaced scrapes the
    /// extrapolation of `rate()` to the edges of its range cancels out.
    pub(crate) fn request_rate(&self, now: Timestamp) -> Option<Sample<f64>> {
        let (first, last) = self.range(now)?;
        let (first, last) = (self.scrapes[first], self.scrapes[last]);
        let window = last.at - first.at;
        let value = (last.offered - first.offered) / window.as_seconds();
        Some(Sample { value, at: last.at, window })
    }

    /// Latency quantiles over the range; `None` if nothing ended in it (Prometheus answers NaN).
    pub(crate) fn latency(&mut self, now: Timestamp) -> Option<Sample<LatencyQuantiles>> {
        let (first, last) = self.range(now)?;
        let bounds = self.cumulative.len();
        for (bound, increase) in self.increase.iter_mut().enumerate() {
            *increase = self.buckets[last * bounds + bound] - self.buckets[first * bounds + bound];
        }
        let (first, last) = (self.scrapes[first], self.scrapes[last]);
        let count = last.totals.requests - first.totals.requests;
        let quantile = |q| histogram_quantile(q, &self.bounds_s, &self.increase, count);
        let value =
            LatencyQuantiles { p50_s: quantile(0.5)?, p95_s: quantile(0.95)?, p99_s: quantile(0.99)? };
        Some(Sample { value, at: last.at, window: last.at - first.at })
    }

    /// The gauge of requests in flight.
    pub(crate) fn in_flight(&self, now: Timestamp) -> Option<Sample<f64>> {
        let last = self.last(now)?;
        Some(Sample { value: last.in_flight, at: last.at, window: Span::ZERO })
    }

    /// The request counters.
    pub(crate) fn totals(&self, now: Timestamp) -> Option<Sample<RequestTotals>> {
        let last = self.last(now)?;
        Some(Sample { value: last.totals, at: last.at, window: Span::ZERO })
    }

    fn last(&self, now: Timestamp) -> Option<&Scrape> {
        let last = &self.scrapes[self.newest];
        (last.at > now - LOOKBACK).then_some(last)
    }

    /// The first and last scrape in the range that ends now (left-open, as in Prometheus 3).
    fn range(&self, now: Timestamp) -> Option<(usize, usize)> {
        let from = now - self.window;
        let kept = self.scrapes.len();
        let last = self.newest;
        if self.scrapes[last].at <= from {
            return None;
        }
        let mut first = last;
        for back in 1..kept {
            let index = (last + kept - back) % kept;
            if self.scrapes[index].at <= from {
                break;
            }
            first = index;
        }
        (first != last).then_some((first, last))
    }

    pub(crate) fn copy_from(&mut self, other: &Self) {
        self.scrapes.clone_from(&other.scrapes);
        self.buckets.clone_from(&other.buckets);
        self.cumulative.clone_from(&other.cumulative);
        self.newest = other.newest;
        self.next_scrape_at = other.next_scrape_at;
    }
}

/// `histogram_quantile` over cumulative bucket increases: linear within a bucket, the lowest starts at 0, and what
/// lies above the highest finite bound is answered with that bound. `count` includes the `+Inf` bucket. `None`
/// without observations.
pub(crate) fn histogram_quantile(q: f64, bounds_s: &[f64], cumulative: &[f64], count: f64) -> Option<f64> {
    if count <= 0.0 {
        return None;
    }
    let rank = q * count;
    let bucket = cumulative.iter().position(|&below| below >= rank);
    let Some(bucket) = bucket else { return bounds_s.last().copied() };
    let (lower_s, below) =
        if bucket == 0 { (0.0, 0.0) } else { (bounds_s[bucket - 1], cumulative[bucket - 1]) };
    let within = cumulative[bucket] - below;
    if within <= 0.0 {
        return Some(bounds_s[bucket]);
    }
    Some(lower_s + (bounds_s[bucket] - lower_s) * (rank - below) / within)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp(0) + Span::seconds(seconds)
    }

    #[test]
    fn quantiles_are_interpolated_as_prometheus_does() {
        // Worked by hand from the definition in the Prometheus documentation.
        let bounds = [0.1, 0.2, 0.5];
        let cumulative = [10.0, 30.0, 40.0];
        let quantile = |q, count| histogram_quantile(q, &bounds, &cumulative, count);
        let close = |q, expected: f64| (quantile(q, 40.0).unwrap() - expected).abs() < 1e-12;
        assert!(close(0.5, 0.15));
        assert!(close(0.125, 0.05), "the lowest bucket starts at 0");
        assert!(close(0.875, 0.35));
        assert_eq!(quantile(0.99, 80.0), Some(0.5), "above the highest bound it answers with the bound");
        assert_eq!(quantile(0.5, 0.0), None, "NaN is no measurement");
    }

    #[test]
    fn a_rate_needs_two_scrapes_in_its_range() {
        let mut prometheus = Prometheus::new(&PrometheusSpec::default());
        prometheus.restart(0.0, at(0));
        let scrape = |second: i64| Scrape { at: at(second), offered: 7.0 * second as f64, ..NO_SCRAPE };
        prometheus.scrape(scrape(15));
        assert_eq!(prometheus.request_rate(at(15)), None);
        prometheus.scrape(scrape(30));
        let rate = prometheus.request_rate(at(31)).unwrap();
        assert_eq!((rate.value, rate.at, rate.window), (7.0, at(30), Span::seconds(15)));
        assert_eq!(prometheus.request_rate(at(45)), None, "the scrape at 15 has left the range");
        assert!(prometheus.in_flight(at(45)).is_some(), "a gauge is found for five minutes");
        assert!(prometheus.in_flight(at(331)).is_none());
    }
}
