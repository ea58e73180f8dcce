//! From the counters of the queue proxies to averages over two windows (`pkg/autoscaler/metrics/collector.go` and
//! `pkg/autoscaler/aggregation/bucketing.go`).

use podpilot_core::{ProxyTotals, Sample, Span, Timestamp};

use super::KnativeMetric;
use super::decider::TICK;
use crate::memory::{Damaged, Reader, Writer};

/// An increase over more than this was measured with reports missing in between.
const LONGEST_INTERVAL: Span = Span::seconds(3);
/// Averages are rounded down to millionths.
const PRECISION: f64 = 1e6;
/// An hour, the longest stable window that Knative allows, in ticks.
const MOST_BUCKETS: usize = 1_800;

/// A ring of buckets as long as a tick, and the two windows that look at it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Collector {
    metric: KnativeMetric,
    last: Option<Sample<ProxyTotals>>,
    buckets: Vec<f32>,
    /// The bucket written last, counted from the epoch.
    newest: Option<i64>,
    stable: Window,
    panic: Window,
}

/// One of the windows.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Window {
    buckets: i64,
    /// The first bucket since which no whole window was without data.
    first: i64,
}

/// What the windows hold.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Averages {
    pub(super) stable: f64,
    pub(super) panic: f64,
    /// Whether requests arrived since the report before the last.
    pub(super) any_request: bool,
}

impl Collector {
    pub(super) fn new(metric: KnativeMetric, stable_window: Span, panic_window: Span) -> Self {
        let buckets = |window: Span| ((window.0 + TICK.0 - 1) / TICK.0).clamp(1, MOST_BUCKETS as i64);
        Self {
            metric,
            last: None,
            buckets: vec![0.0; buckets(stable_window) as usize],
            newest: None,
            stable: Window { buckets: buckets(stable_window), first: 0 },
            panic: Window { buckets: buckets(panic_window).min(buckets(stable_window)), first: 0 },
        }
    }

    /// Takes in what the proxies report at `now`, if anything, and gives the averages; `None` without data in the
    /// stable window.
    pub(super) fn collect(
        &mut self,
        now: Timestamp,
        totals: Option<&Sample<ProxyTotals>>,
    ) -> Option<Averages> {
        let bucket = now.0.div_euclid(TICK.0);
        if self.newest.is_some_and(|newest| newest > bucket) {
            // The clock was set back.
            self.newest = None;
            self.last = None;
        }
        let mut any_request = false;
        if let Some(totals) = totals
            && self.last.is_none_or(|last| totals.at > last.at)
        {
            if let Some(last) = self.last {
                any_request = totals.value.requests > last.value.requests;
                // What happened while nothing was reported is not known to Knative.
                if totals.at - last.at <= LONGEST_INTERVAL {
                    self.write(bucket, self.mean(&last, totals) as f32);
                }
            }
            self.last = Some(*totals);
        }
        let newest = self.newest.filter(|newest| bucket - newest < self.stable.buckets)?;
        let average = |window: &Window| self.average(window, newest, bucket);
        Some(Averages { stable: average(&self.stable), panic: average(&self.panic), any_request })
    }

    fn mean(&self, earlier: &Sample<ProxyTotals>, later: &Sample<ProxyTotals>) -> f64 {
        let counted = |totals: &ProxyTotals| match self.metric {
            KnativeMetric::Concurrency => totals.in_flight_seconds,
            KnativeMetric::Rps => totals.requests,
        };
        (counted(&later.value) - counted(&earlier.value)) / (later.at - earlier.at).as_seconds()
    }

    fn write(&mut self, bucket: i64, value: f32) {
        let length = self.buckets.len() as i64;
        match self.newest {
            None => {
                self.buckets.fill(0.0);
                (self.stable.first, self.panic.first) = (bucket, bucket);
            }
            Some(newest) => {
                for window in [&mut self.stable, &mut self.panic] {
                    if bucket - newest >= window.buckets {
                        window.first = bucket;
                    }
                }
                // Buckets that were left out count as empty.
                for skipped in (newest + 1).max(bucket - length + 1)..=bucket {
                    self.buckets[skipped.rem_euclid(length) as usize] = 0.0;
                }
            }
        }
        self.newest = Some(bucket);
        self.buckets[bucket.rem_euclid(length) as usize] = value;
    }

    /// The mean of the buckets within a window that ends with bucket `now`; the time since the newest and before the
    /// first does not count.
    fn average(&self, window: &Window, newest: i64, now: i64) -> f64 {
        let oldest = now - window.buckets + 1;
        let count = (newest - window.first + 1).min(newest - oldest + 1);
        if count <= 0 {
            return 0.0;
        }
        let length = self.buckets.len() as i64;
        let values =
            (newest - count + 1..=newest).map(|bucket| self.buckets[bucket.rem_euclid(length) as usize]);
        let mean = values.map(f64::from).sum::<f64>() / count as f64;
        (mean * PRECISION).floor() / PRECISION
    }

    pub(super) fn save(&self, writer: &mut Writer) {
        writer.put_time(self.last.map(|last| last.at));
        let totals = self.last.map(|last| last.value).unwrap_or_default();
        writer.put_f64(totals.requests);
        writer.put_f64(totals.in_flight_seconds);
        writer.put_bool(self.newest.is_some());
        let Some(newest) = self.newest else { return };
        writer.put_i64(newest);
        writer.put_i64(self.stable.first);
        writer.put_i64(self.panic.first);
        self.buckets.iter().for_each(|value| writer.put_f32(*value));
    }

    pub(super) fn load(&mut self, reader: &mut Reader<'_>) -> Result<(), Damaged> {
        let at = reader.time()?;
        let value = ProxyTotals { requests: reader.f64()?, in_flight_seconds: reader.f64()? };
        self.last = at.map(|at| Sample { value, at, window: Span::ZERO });
        self.newest = None;
        if !reader.bool()? {
            return Ok(());
        }
        self.newest = Some(reader.i64()?);
        self.stable.first = reader.i64()?;
        self.panic.first = reader.i64()?;
        for value in &mut self.buckets {
            *value = reader.f32()?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp(0) + Span::seconds(seconds)
    }

    /// Proxies whose concurrency is `level(second)` over the two seconds before.
    struct Proxies {
        collector: Collector,
        totals: ProxyTotals,
    }

    impl Proxies {
        fn new() -> Self {
            let collector = Collector::new(KnativeMetric::Concurrency, Span::seconds(60), Span::seconds(6));
            Self { collector, totals: ProxyTotals::default() }
        }

        fn pass(&mut self, second: i64, concurrency: f64, reported: bool) -> Option<(f64, f64)> {
            self.totals.in_flight_seconds += 2.0 * concurrency;
            self.totals.requests += concurrency;
            let sample = Sample { value: self.totals, at: at(second), window: Span::ZERO };
            let averages = self.collector.collect(at(second), reported.then_some(&sample));
            averages.map(|averages| (averages.stable, averages.panic))
        }
    }

    #[test]
    fn averages_are_those_of_the_windows() {
        let mut proxies = Proxies::new();
        assert_eq!(proxies.pass(0, 5.0, true), None, "one report has no increase");
        assert_eq!(proxies.pass(2, 5.0, true), Some((5.0, 5.0)));
        assert_eq!(proxies.pass(4, 7.0, true), Some((6.0, 6.0)), "a window that is not full yet");
        for second in (6..=60).step_by(2) {
            proxies.pass(second, 4.0, true);
        }
        assert_eq!(
            proxies.pass(62, 35.0, true),
            Some((5.133_333, 14.333_333)),
            "(7 + 28·4 + 35) / 30, rounded down"
        );
    }

    #[test]
    fn without_reports_the_window_shrinks_and_then_there_is_nothing() {
        let mut proxies = Proxies::new();
        for second in (0..=60).step_by(2) {
            proxies.pass(second, 6.0, true);
        }
        assert_eq!(proxies.pass(62, 100.0, false), Some((6.0, 6.0)), "silence is not zero");
        assert_eq!(proxies.pass(66, 100.0, false), Some((6.0, 0.0)), "the panic window has run empty");
        assert_eq!(proxies.pass(118, 0.0, false), Some((6.0, 0.0)));
        assert_eq!(proxies.pass(120, 0.0, false), None, "a whole window without data");
        assert_eq!(proxies.pass(124, 3.0, true), None, "its increase spans the silence");
        assert_eq!(proxies.pass(126, 3.0, true), Some((3.0, 3.0)), "the windows begin anew");
    }

    #[test]
    fn a_gap_counts_as_empty_once_reports_are_back() {
        let mut proxies = Proxies::new();
        for second in (0..=60).step_by(2) {
            proxies.pass(second, 6.0, true);
        }
        for second in (62..=80).step_by(2) {
            proxies.pass(second, 6.0, false);
        }
        proxies.pass(82, 6.0, true);
        assert_eq!(
            proxies.pass(84, 6.0, true),
            Some((3.8, 6.0)),
            "19 of 30 buckets, and the panic window anew"
        );
    }
}
