use serde::{Deserialize, Serialize};

use crate::{Span, Timestamp};

/// Minutes with fewer requests than this are pooled with the next.
const FEWEST_REQUESTS: f64 = 20.0;
const MINUTE: Span = Span::minutes(1);

/// Closed minutes by verdict.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MinuteCounts {
    /// Minutes (or pools of quiet minutes) that met the latency rule.
    pub good: u64,
    /// Those that broke it.
    pub bad: u64,
}

impl MinuteCounts {
    /// Share of bad minutes among those counted; `None` before the first.
    pub fn bad_ratio(&self) -> Option<f64> {
        let counted = self.good + self.bad;
        (counted > 0).then(|| self.bad as f64 / counted as f64)
    }
}

/// The one definition of a bad minute, used by simulation, evaluation and the cluster alike: a minute is bad if
/// more than 1 − quantile of its requests are slow. Minutes with fewer than 20 requests are pooled with the
/// next; minutes without requests are neither good nor bad.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MinuteLedger {
    slow_share_allowed: f64,
    minute_end: Timestamp,
    requests: f64,
    slow: f64,
    counts: MinuteCounts,
}

impl MinuteLedger {
    /// A ledger whose first minute starts at `start`. `quantile` is the objective's latency quantile.
    pub fn new(quantile: f64, start: Timestamp) -> Self {
        Self {
            slow_share_allowed: 1.0 - quantile,
            minute_end: start + MINUTE,
            requests: 0.0,
            slow: 0.0,
            counts: MinuteCounts::default(),
        }
    }

    /// Adds requests that ended in a short interval beginning at `at`; returns the verdict of the window that
    /// this closed, if any (`true` = bad). `at` must not go back.
    pub fn record(&mut self, at: Timestamp, requests: f64, slow: f64) -> Option<bool> {
        let verdict = self.close_until(at);
        self.requests += requests;
        self.slow += slow;
        verdict
    }

    /// Closes what is left as one last window, however few requests it holds.
    pub fn finish(&mut self) -> Option<bool> {
        (self.requests > 0.0).then(|| self.close())
    }

    /// Closed minutes so far.
    pub fn counts(&self) -> MinuteCounts {
        self.counts
    }

    fn close_until(&mut self, at: Timestamp) -> Option<bool> {
        if at < self.minute_end {
            return None;
        }
        let verdict = (self.requests >= FEWEST_REQUESTS).then(|| self.close());
        // Empty minutes in between are not counted, so the next boundary can be jumped to.
        let whole_minutes_past = (at - self.minute_end) / MINUTE;
        self.minute_end += MINUTE * (whole_minutes_past + 1);
        verdict
    }

    fn close(&mut self) -> bool {
        let bad = self.slow > self.slow_share_allowed * self.requests;
        if bad {
            self.counts.bad += 1;
        } else {
            self.counts.good += 1;
        }
        self.requests = 0.0;
        self.slow = 0.0;
        bad
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp(0) + Span::seconds(seconds)
    }

    #[test]
    fn more_than_five_per_cent_slow_is_bad() {
        let mut ledger = MinuteLedger::new(0.95, at(0));
        assert_eq!(ledger.record(at(10), 100.0, 5.0), None);
        assert_eq!(ledger.record(at(60), 100.0, 5.1), Some(false));
        assert_eq!(ledger.record(at(120), 100.0, 0.0), Some(true));
        assert_eq!(ledger.finish(), Some(false));
        assert_eq!(ledger.counts(), MinuteCounts { good: 2, bad: 1 });
    }

    #[test]
    fn quiet_minutes_are_pooled_and_empty_ones_ignored() {
        let mut ledger = MinuteLedger::new(0.95, at(0));
        ledger.record(at(0), 15.0, 3.0);
        assert_eq!(ledger.record(at(60), 15.0, 0.0), None, "15 requests wait for the next minute");
        assert_eq!(ledger.record(at(120), 0.0, 0.0), Some(true), "3 of 30 are slow");
        assert_eq!(ledger.record(at(3_600), 100.0, 0.0), None, "an idle hour counts for nothing");
        assert_eq!(ledger.record(at(3_660), 0.0, 0.0), Some(false));
        assert_eq!(ledger.counts(), MinuteCounts { good: 1, bad: 1 });
    }
}
