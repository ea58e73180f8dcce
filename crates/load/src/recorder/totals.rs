use podpilot_core::Span;

use crate::FailureCounts;
use crate::event::Ended;
use crate::histogram::TimeHistogram;

/// Counts and distributions over many requests.
#[derive(Debug)]
pub(crate) struct Totals {
    pub(crate) intended: u64,
    pub(crate) sent: u64,
    pub(crate) completed: u64,
    pub(crate) slow: u64,
    pub(crate) failures: FailureCounts,
    pub(crate) body_bytes: u64,
    /// Requests that ended and had been sent.
    pub(crate) ended_after_sending: u64,
    /// Of all that ended, failed ones at the time-out.
    pub(crate) latency: TimeHistogram,
    /// Of those that ended well.
    pub(crate) completed_latency: TimeHistogram,
    pub(crate) send_error: TimeHistogram,
}

impl Totals {
    pub(super) fn new() -> Self {
        Self {
            intended: 0,
            sent: 0,
            completed: 0,
            slow: 0,
            failures: FailureCounts::default(),
            body_bytes: 0,
            ended_after_sending: 0,
            latency: TimeHistogram::new(),
            completed_latency: TimeHistogram::new(),
            send_error: TimeHistogram::new(),
        }
    }

    pub(super) fn add_sent(&mut self, error: Span) {
        self.sent += 1;
        self.send_error.record(error);
    }

    pub(super) fn add_ended(&mut self, ended: &Ended, latency: Span, slow: bool) {
        if let Some(kind) = ended.failure {
            self.failures.add(kind);
        } else {
            self.completed += 1;
            self.completed_latency.record(latency);
        }
        self.latency.record(latency);
        self.slow += u64::from(slow);
        self.body_bytes += ended.body_bytes;
        self.ended_after_sending += u64::from(ended.was_sent);
    }

    /// Requests that ended.
    pub(crate) fn ended(&self) -> u64 {
        self.completed + self.failures.total()
    }
}
