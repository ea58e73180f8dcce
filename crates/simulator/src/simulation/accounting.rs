//! Pod time, money, and minutes.

use podpilot_core::{MinuteLedger, RequestTotals, Span, Timestamp};

use super::Simulation;
use crate::pods::Pod;
use crate::tally::Tally;

const MINUTE: Span = Span::minutes(1);

/// Running sums that the measures are differences of.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Accounts {
    accounted_until: Timestamp,
    placed: f64,
    serving: f64,
    nodes: f64,
    node_price_per_hour: f64,
    totals_before: RequestTotals,
    offered_before: f64,
    retries_before: [f64; 2],
    served_before: f64,
    pub(super) minute_end: Timestamp,
    minute_cpu_s: f64,
    minute_serving_s: f64,
    minute_memory_over: bool,
}

impl Accounts {
    pub(super) fn at(now: Timestamp) -> Self {
        Self { accounted_until: now, minute_end: now + MINUTE, ..Self::default() }
    }
}

/// Retries, and requests that were given up, since the run began.
fn retries_of(tally: &Tally) -> [f64; 2] {
    tally.clients.as_ref().map_or([0.0; 2], |clients| [clients.retries, clients.given_up])
}

impl Simulation {
    /// Forgets the warm-up.
    pub(super) fn begin_measuring(&mut self) {
        self.settle();
        let quantile = self.prepared.scenario().objective.latency.quantile;
        self.tally.ledger = MinuteLedger::new(quantile, self.now);
        self.tally.recent.clear();
        self.measures.clear();
        self.accounts = Accounts {
            totals_before: self.tally.totals,
            offered_before: self.tally.offered,
            retries_before: retries_of(&self.tally),
            served_before: self.engine.served(),
            placed: self.accounts.placed,
            serving: self.accounts.serving,
            nodes: self.accounts.nodes,
            node_price_per_hour: self.accounts.node_price_per_hour,
            ..Accounts::at(self.now)
        };
        self.plan_next_event();
    }

    /// Counts pods anew after a change. What passed before must have been settled.
    pub(super) fn recount(&mut self) {
        self.pods.summarize();
        let summary = self.pods.summary();
        self.accounts.placed = f64::from(summary.placed);
        self.accounts.serving = f64::from(summary.counts.serving);
        self.accounts.nodes = f64::from(self.nodes.billed());
        self.accounts.node_price_per_hour = self.nodes.price_per_hour();
        self.engine.set_cluster_cores(self.nodes.cores());
    }

    /// Brings all measures up to now.
    pub(super) fn settle(&mut self) {
        self.engine.flush(self.last_tick(), &mut self.tally);
        let elapsed_s = (self.now - self.accounts.accounted_until).as_seconds();
        self.accounts.accounted_until = self.now;
        let (accounts, measures) = (&self.accounts, &mut self.measures);
        measures.elapsed_s += elapsed_s;
        measures.pod_seconds += accounts.placed * elapsed_s;
        measures.serving_pod_seconds += accounts.serving * elapsed_s;
        measures.spec_replica_seconds += f64::from(self.spec_replicas) * elapsed_s;
        measures.node_seconds += accounts.nodes * elapsed_s;
        measures.node_cost += accounts.node_price_per_hour * elapsed_s / 3_600.0;
        let totals = self.tally.totals;
        let before = accounts.totals_before;
        measures.totals = RequestTotals {
            requests: totals.requests - before.requests,
            slow: totals.slow - before.slow,
            failed: totals.failed - before.failed,
        };
        measures.offered = self.tally.offered - accounts.offered_before;
        let [retries, given_up] = retries_of(&self.tally);
        measures.retries = retries - accounts.retries_before[0];
        measures.given_up = given_up - accounts.retries_before[1];
        let served = self.engine.served() - accounts.served_before;
        measures.cpu_seconds = served * self.prepared.cpu_per_request_s();
        measures.minutes = self.tally.ledger.counts();
        self.note_memory();
    }

    /// Remembers whether memory is above its ceiling in this minute.
    pub(super) fn note_memory(&mut self) {
        if self.accounts.minute_memory_over || self.accounts.serving == 0.0 {
            return;
        }
        let scenario = self.prepared.scenario();
        let memory = scenario.service.memory;
        let finished =
            if memory.leak_kib_per_request > 0.0 { self.mean_of_serving(Self::finished_by) } else { 0.0 };
        let leaked_mib = if self.leakage.has_begun() { self.mean_of_serving(Self::leaked_by) } else { 0.0 };
        let ceiling_mib = scenario.objective.memory_of_limit * scenario.pod.memory_limit_mib;
        self.accounts.minute_memory_over =
            memory.used_mib(self.engine.mean_queue(), finished) + leaked_mib > ceiling_mib;
    }

    fn mean_of_serving(&self, value: fn(&Self, usize, &Pod) -> f64) -> f64 {
        let serving = self.pods.iter().filter(|(_, pod)| pod.in_engine);
        let (sum, count) =
            serving.fold((0.0, 0.0), |(sum, count), (slot, pod)| (sum + value(self, slot, pod), count + 1.0));
        if count > 0.0 { sum / count } else { 0.0 }
    }

    fn finished_by(&self, slot: usize, _pod: &Pod) -> f64 {
        self.engine.finished(slot)
    }

    fn leaked_by(&self, _slot: usize, pod: &Pod) -> f64 {
        self.leaked_mib(pod)
    }

    pub(super) fn close_minute_if_over(&mut self) {
        if self.now < self.accounts.minute_end {
            return;
        }
        // The verdict on the minute's latency, even if no request ends in the next.
        self.tally.ledger.record(self.now, 0.0, 0.0);
        self.measures.minutes = self.tally.ledger.counts();
        let cpu_s = self.measures.cpu_seconds - self.accounts.minute_cpu_s;
        let serving_s = self.measures.serving_pod_seconds - self.accounts.minute_serving_s;
        if serving_s > 0.0 {
            let scenario = self.prepared.scenario();
            let ceiling_cores = scenario.objective.cpu_of_limit * scenario.pod.cpu_ceiling_cores();
            self.measures.serving_minutes += 1;
            self.measures.cpu_over_minutes += u64::from(cpu_s / serving_s > ceiling_cores);
            self.measures.memory_over_minutes += u64::from(self.accounts.minute_memory_over);
        }
        self.accounts.minute_cpu_s = self.measures.cpu_seconds;
        self.accounts.minute_serving_s = self.measures.serving_pod_seconds;
        self.accounts.minute_memory_over = false;
        self.accounts.minute_end += MINUTE;
    }
}
