//! Requests as they end: counters, minute ledger, latency.

use std::sync::Arc;

use podpilot_core::{MinuteLedger, RequestTotals, Timestamp};

use crate::bins::Bins;
use crate::clients::Clients;
use crate::{LatencyRecord, Scenario};

/// A batch of requests that ended with latencies of one bin, or between two neighbouring bins.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Batch {
    pub(crate) count: f64,
    pub(crate) slow: f64,
    pub(crate) failed: f64,
    pub(crate) bin: u32,
    /// Share that belongs to bin `bin + 1`.
    pub(crate) weight_of_next: f64,
}

impl Batch {
    pub(crate) fn scaled(&self, factor: f64) -> Self {
        Self { count: self.count * factor, slow: self.slow * factor, failed: self.failed * factor, ..*self }
    }
}

/// Counts of requests since the run began.
#[derive(Debug, Clone)]
pub(crate) struct Tally {
    failed_bin: usize,
    /// Arrived in front of the pods.
    pub(crate) offered: f64,
    /// Ended.
    pub(crate) totals: RequestTotals,
    pub(crate) ledger: MinuteLedger,
    /// Since the last `advance` began.
    pub(crate) recent: LatencyRecord,
    /// Since the last scrape.
    pub(crate) unscraped: LatencyRecord,
    /// Who is told of failures and tries again.
    pub(crate) clients: Option<Box<Clients>>,
}

impl Tally {
    pub(crate) fn new(bins: &Arc<Bins>, scenario: &Scenario, start: Timestamp) -> Self {
        Self {
            failed_bin: bins.failed(),
            offered: 0.0,
            totals: RequestTotals::default(),
            ledger: MinuteLedger::new(scenario.objective.latency.quantile, start),
            recent: LatencyRecord::new(Arc::clone(bins)),
            unscraped: LatencyRecord::new(Arc::clone(bins)),
            clients: Clients::new(scenario).map(Box::new),
        }
    }

    pub(crate) fn restart(&mut self, quantile: f64, start: Timestamp) {
        self.offered = 0.0;
        self.totals = RequestTotals::default();
        self.ledger = MinuteLedger::new(quantile, start);
        self.recent.clear();
        self.unscraped.clear();
        if let Some(clients) = &mut self.clients {
            clients.restart();
        }
    }

    /// Counts requests that ended in the tick that began at `at`.
    #[inline]
    pub(crate) fn end(&mut self, at: Timestamp, batch: &Batch) {
        self.count(at, batch.count, batch.slow, batch.failed);
        let bin = batch.bin as usize;
        let in_next = batch.count * batch.weight_of_next;
        for record in [&mut self.recent, &mut self.unscraped] {
            record.add(bin, batch.count - in_next);
            if in_next > 0.0 {
                record.add(bin + 1, in_next);
            }
        }
    }

    /// Counts requests that failed without a served latency: refused, or lost with their pod.
    pub(crate) fn fail(&mut self, at: Timestamp, count: f64) {
        self.lose(at, count, 0.0);
    }

    /// As [`Tally::fail`]; for `foreseen` of them the clients know already when they will give up waiting.
    pub(crate) fn lose(&mut self, at: Timestamp, count: f64, foreseen: f64) {
        if count > 0.0 {
            self.count(at, count, count, count);
            self.recent.add(self.failed_bin, count);
            self.unscraped.add(self.failed_bin, count);
            if let Some(clients) = &mut self.clients {
                clients.see_failures(count - foreseen);
            }
        }
    }

    /// Tells clients that requests which arrived in this tick will time out.
    #[inline]
    pub(crate) fn foresee_time_outs(&mut self, count: f64) {
        if let Some(clients) = &mut self.clients {
            clients.will_time_out(count);
        }
    }

    fn count(&mut self, at: Timestamp, count: f64, slow: f64, failed: f64) {
        self.totals.requests += count;
        self.totals.slow += slow;
        self.totals.failed += failed;
        self.ledger.record(at, count, slow);
    }

    pub(crate) fn copy_from(&mut self, other: &Self) {
        self.offered = other.offered;
        self.totals = other.totals;
        self.ledger.clone_from(&other.ledger);
        self.recent.copy_from(&other.recent);
        self.unscraped.copy_from(&other.unscraped);
        if let (Some(mine), Some(other)) = (&mut self.clients, &other.clients) {
            mine.copy_from(other);
        }
    }
}
