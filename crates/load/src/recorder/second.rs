use std::collections::VecDeque;

use podpilot_core::Span;

use crate::event::Ended;
use crate::{FailureCounts, SecondRow};

/// What happened in one second.
#[derive(Debug, Default)]
pub(crate) struct Second {
    pub(super) intended: u64,
    pub(super) sent: u64,
    /// Largest delay of sending.
    send_error: Option<Span>,
    completed: u64,
    slow: u64,
    failed: FailureCounts,
    /// Requests that ended and had been sent.
    pub(super) ended_after_sending: u64,
    /// Requests that ended and count, that is were intended after the warm-up.
    pub(super) counted_requests: u64,
    /// Those that were slow.
    pub(super) counted_slow: u64,
    latencies: Vec<Span>,
}

impl Second {
    pub(super) fn add_sent(&mut self, error: Span) {
        self.sent += 1;
        self.send_error = self.send_error.max(Some(error));
    }

    pub(super) fn add_ended(&mut self, ended: &Ended, latency: Span, slow: bool, counted: bool) {
        match ended.failure {
            Some(kind) => self.failed.add(kind),
            None => self.completed += 1,
        }
        self.slow += u64::from(slow);
        self.ended_after_sending += u64::from(ended.was_sent);
        self.counted_requests += u64::from(counted);
        self.counted_slow += u64::from(counted && slow);
        self.latencies.push(latency);
    }

    /// The row; planned rate and CPU are left to the caller.
    pub(super) fn row(&self, t_s: u64, warm_up: bool, in_flight: u64) -> SecondRow {
        let mut sorted = self.latencies.clone();
        sorted.sort_unstable();
        let quantile = |q| nearest_rank(&sorted, q).map(milliseconds);
        SecondRow {
            t_s,
            warm_up,
            planned_rps: 0.0,
            intended: self.intended,
            sent: self.sent,
            completed: self.completed,
            slow: self.slow,
            failed: self.failed,
            in_flight,
            p50_ms: quantile(0.5),
            p95_ms: quantile(0.95),
            p99_ms: quantile(0.99),
            max_ms: quantile(1.0),
            send_error_max_ms: self.send_error.map(milliseconds),
            cpu_cores: 0.0,
        }
    }
}

/// Latencies of the last few seconds: one alone is too few for a quantile at small rates.
#[derive(Debug, Default)]
pub(crate) struct Recent {
    seconds: VecDeque<Second>,
}

const RECENT_SECONDS: usize = 5;

impl Recent {
    pub(super) fn push(&mut self, second: Second) {
        self.seconds.push_back(second);
        if self.seconds.len() > RECENT_SECONDS {
            self.seconds.pop_front();
        }
    }

    pub(super) fn p50_and_p95_ms(&self) -> Option<(f64, f64)> {
        let mut sorted: Vec<Span> =
            self.seconds.iter().flat_map(|second| second.latencies.iter().copied()).collect();
        sorted.sort_unstable();
        let quantile = |q| nearest_rank(&sorted, q).map(milliseconds);
        quantile(0.5).zip(quantile(0.95))
    }
}

/// The value that a share `q` of the values does not exceed.
fn nearest_rank(sorted: &[Span], q: f64) -> Option<Span> {
    let rank = (q * sorted.len() as f64 - 1e-9).ceil().max(1.0) as usize;
    sorted.get(rank.min(sorted.len()).checked_sub(1)?).copied()
}

/// Milliseconds, rounded to the microsecond.
fn milliseconds(span: Span) -> f64 {
    (span.0 as f64 / 1_000.0).round() / 1_000.0
}
