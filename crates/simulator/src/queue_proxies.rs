//! Knative's queue proxies: counters of requests and of time spent in flight, reported every second.

use podpilot_core::{ProxyTotals, Sample, Span, Timestamp};

const REPORT_EVERY: Span = Span::seconds(1);
const NOT_REPORTED: Timestamp = Timestamp(i64::MIN);

/// The counters, the last report, and the one that an autoscaler knows: it has been read a second later.
#[derive(Debug, Clone, Copy)]
pub(crate) struct QueueProxies {
    counted: ProxyTotals,
    reported: (Timestamp, ProxyTotals),
    known: (Timestamp, ProxyTotals),
    next_report_at: Timestamp,
}

impl QueueProxies {
    pub(crate) fn new() -> Self {
        let nothing = (NOT_REPORTED, ProxyTotals::default());
        Self {
            counted: ProxyTotals::default(),
            reported: nothing,
            known: nothing,
            next_report_at: NOT_REPORTED,
        }
    }

    /// Counts a tick that ends at `now`.
    pub(crate) fn tick(&mut self, now: Timestamp, arrivals: f64, in_flight: f64, tick_s: f64) {
        self.counted.requests += arrivals;
        self.counted.in_flight_seconds += in_flight * tick_s;
        if now >= self.next_report_at {
            self.known = self.reported;
            self.reported = (now, self.counted);
            self.next_report_at = now + REPORT_EVERY;
        }
    }

    /// What an autoscaler knows at `now`; nothing if reports have long stopped.
    pub(crate) fn totals(&self, now: Timestamp) -> Option<Sample<ProxyTotals>> {
        const LONGEST_SILENCE: Span = Span::seconds(5);
        let (at, value) = self.known;
        (at >= now - LONGEST_SILENCE).then_some(Sample { value, at, window: Span::ZERO })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(milliseconds: i64) -> Timestamp {
        Timestamp(0) + Span::milliseconds(milliseconds)
    }

    #[test]
    fn reports_are_a_second_old_and_their_increase_is_the_mean() {
        let mut proxies = QueueProxies::new();
        assert_eq!(proxies.totals(at(0)), None);
        for step in 1..=40 {
            proxies.tick(at(250 * step), 2.0, 3.0, 0.25);
        }
        let last = proxies.totals(at(10_000)).unwrap();
        assert!(last.age(at(10_000)) >= Span::seconds(1) && last.age(at(10_000)) < Span::seconds(2));
        for step in 41..=48 {
            proxies.tick(at(250 * step), 2.0, 3.0, 0.25);
        }
        let next = proxies.totals(at(12_000)).unwrap();
        let span_s = (next.at - last.at).as_seconds();
        assert_eq!(span_s, 2.0);
        assert!((next.value.requests - last.value.requests - 8.0 * span_s).abs() < 1e-9);
        assert!((next.value.in_flight_seconds - last.value.in_flight_seconds - 3.0 * span_s).abs() < 1e-9);
        assert_eq!(proxies.totals(at(60_000)), None, "silence is not zero");
    }
}
