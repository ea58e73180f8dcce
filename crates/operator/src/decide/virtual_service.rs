use podpilot_core::{MinuteCounts, MinuteLedger, Span, Timestamp};

use crate::fit::ServiceModel;

/// Two standard errors: the cost that is used is above the true one 39 times in 40.
const ERRORS_ABOVE: f64 = 2.0;

/// A service on virtual replicas: bad minutes as an upper bound. The cost of a request is taken at the upper end of its
/// error, requests that find no capacity queue up, and while the queue lasts every request counts as slow.
#[derive(Debug, Clone)]
pub struct VirtualService {
    ledger: MinuteLedger,
    backlog: f64,
    last: Timestamp,
}

impl VirtualService {
    /// Starts with an empty queue.
    pub fn new(quantile: f64, now: Timestamp) -> Self {
        Self { ledger: MinuteLedger::new(quantile, now), backlog: 0.0, last: now }
    }

    /// The load since the last call, carried by `ready` replicas.
    pub fn advance(&mut self, now: Timestamp, rate_rps: f64, ready: i32, model: &ServiceModel) {
        let elapsed = now - self.last;
        if elapsed <= Span::ZERO {
            return;
        }
        self.last = now;
        let requests = rate_rps * elapsed.as_seconds();
        let slow = self.slow_share(rate_rps, elapsed, ready, model);
        self.ledger.record(now, requests, requests * slow);
    }

    /// Minutes so far.
    pub fn minutes(&self) -> MinuteCounts {
        self.ledger.counts()
    }

    fn slow_share(&mut self, rate_rps: f64, elapsed: Span, ready: i32, model: &ServiceModel) -> f64 {
        let dearer = 1.0 + ERRORS_ABOVE * model.relative_error;
        let table = model.tables.for_pods(ready.max(1) as u32);
        let carried_rps = table.capacity_rps() * f64::from(ready.max(0)) / dearer;
        self.backlog = (self.backlog + (rate_rps - carried_rps) * elapsed.as_seconds()).max(0.0);
        if self.backlog > 0.0 || carried_rps <= 0.0 {
            return 1.0;
        }
        table.slow_ratio_at(table.stationary_queue(rate_rps / carried_rps))
    }
}
