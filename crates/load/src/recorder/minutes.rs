use podpilot_core::{MinuteCounts, MinuteLedger, Span, Timestamp};

use crate::MinuteRow;

/// The project's ledger of minutes, with what was in each.
#[derive(Debug)]
pub(crate) struct Minutes {
    ledger: MinuteLedger,
    starts_at: Span,
    from_s: u64,
    requests: u64,
    slow: u64,
}

impl Minutes {
    /// The first minute begins at `starts_at`, where the warm-up ends.
    pub(super) fn new(quantile: f64, starts_at: Span) -> Self {
        let ledger = MinuteLedger::new(quantile, Timestamp(starts_at.0));
        Self { ledger, starts_at, from_s: 0, requests: 0, slow: 0 }
    }

    /// Adds requests that ended in a second; returns the minute that this closed.
    pub(super) fn record(&mut self, second: u64, requests: u64, slow: u64) -> Option<MinuteRow> {
        let at = Timestamp((second as i64 * 1_000_000_000).max(self.starts_at.0));
        let verdict = self.ledger.record(at, requests as f64, slow as f64);
        let closed = verdict.map(|bad| self.take(second, bad));
        if self.requests == 0 {
            self.from_s = second;
        }
        self.requests += requests;
        self.slow += slow;
        closed
    }

    /// Closes what is left at the end of the run.
    pub(crate) fn finish(&mut self, second: u64) -> Option<MinuteRow> {
        self.ledger.finish().map(|bad| self.take(second, bad))
    }

    pub(crate) fn counts(&self) -> MinuteCounts {
        self.ledger.counts()
    }

    fn take(&mut self, second: u64, bad: bool) -> MinuteRow {
        let row =
            MinuteRow { from_s: self.from_s, to_s: second, requests: self.requests, slow: self.slow, bad };
        (self.requests, self.slow) = (0, 0);
        row
    }
}
