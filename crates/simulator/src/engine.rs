//! One face for both fidelities.

use std::sync::Arc;

use podpilot_core::{Span, Timestamp};
use podpilot_random::Seed;
use podpilot_traffic::ArrivalTick;

use crate::flow::Flow;
use crate::history::Reading;
use crate::requests::Requests;
use crate::tally::Tally;
use crate::{Fidelity, PreparedScenario, ProbeKind};

/// What carries requests to pods and through them.
#[derive(Debug, Clone)]
pub(crate) enum Engine {
    Fast(Flow),
    Request(Box<Requests>),
}

/// Calls the same method of whichever fidelity it is.
macro_rules! either {
    ($engine:expr, $inner:ident => $call:expr) => {
        match $engine {
            Engine::Fast($inner) => $call,
            Engine::Request($inner) => $call,
        }
    };
}

impl Engine {
    pub(crate) fn new(
        fidelity: Fidelity,
        prepared: &Arc<PreparedScenario>,
        slots: usize,
        reach: Span,
        now: Timestamp,
    ) -> Self {
        match fidelity {
            Fidelity::Fast => Self::Fast(Flow::new(prepared, slots, reach, now)),
            Fidelity::Request => Self::Request(Box::new(Requests::new(prepared, slots, reach, now))),
        }
    }

    pub(crate) fn restart(&mut self, seed: Seed, now: Timestamp) {
        match self {
            Self::Fast(flow) => flow.restart(now),
            Self::Request(requests) => requests.restart(seed, now),
        }
    }

    #[inline]
    pub(crate) fn tick(&mut self, at: Timestamp, arrival: ArrivalTick, tally: &mut Tally) {
        either!(self, inner => inner.tick(at, arrival, tally));
    }

    /// Hands over counts that were held back; `at` is the beginning of the last tick.
    pub(crate) fn flush(&mut self, at: Timestamp, tally: &mut Tally) {
        if let Self::Fast(flow) = self {
            flow.flush(at, tally);
        }
    }

    #[inline]
    pub(crate) fn needs_attention(&self) -> bool {
        either!(self, inner => inner.needs_attention())
    }

    pub(crate) fn served(&self) -> f64 {
        either!(self, inner => inner.served())
    }

    pub(crate) fn in_flight(&self) -> f64 {
        either!(self, inner => inner.in_flight())
    }

    pub(crate) fn mean_queue(&self) -> f64 {
        either!(self, inner => inner.mean_queue())
    }

    pub(crate) fn join(&mut self, slot: usize) {
        either!(self, inner => inner.join(slot));
    }

    pub(crate) fn leave(&mut self, slot: usize) {
        either!(self, inner => inner.leave(slot));
    }

    pub(crate) fn rejoin(&mut self, slot: usize) {
        either!(self, inner => inner.rejoin(slot));
    }

    pub(crate) fn is_drained(&self, slot: usize) -> bool {
        either!(self, inner => inner.is_drained(slot))
    }

    pub(crate) fn remove(&mut self, slot: usize, at: Timestamp, tally: &mut Tally) -> f64 {
        either!(self, inner => inner.remove(slot, at, tally))
    }

    pub(crate) fn change_black_holes(&mut self, change: i32) {
        either!(self, inner => inner.change_black_holes(change));
    }

    /// CPU of the nodes that pods run on, cores.
    pub(crate) fn set_cluster_cores(&mut self, cores: f64) {
        either!(self, inner => inner.set_cluster_cores(cores));
    }

    pub(crate) fn can_merge(&self) -> bool {
        matches!(self, Self::Fast(flow) if flow.can_merge())
    }

    pub(crate) fn merge(&mut self) {
        if let Self::Fast(flow) = self {
            flow.merge();
        }
    }

    pub(crate) fn finished(&self, slot: usize) -> f64 {
        either!(self, inner => inner.finished(slot))
    }

    /// Requests in a pod; `deviation` is its place among the pods of its group, in standard deviations.
    pub(crate) fn queue(&self, slot: usize, deviation: f64) -> f64 {
        match self {
            Self::Fast(flow) => flow.queue(slot, deviation),
            Self::Request(requests) => requests.queue(slot),
        }
    }

    #[inline]
    pub(crate) fn reading(&self, slot: usize, at: Timestamp) -> Reading {
        either!(self, inner => inner.reading(slot, at))
    }

    /// Whether a probe sent now would be answered in time.
    pub(crate) fn answers_probe(&self, prepared: &PreparedScenario, slot: usize, deviation: f64) -> bool {
        match self {
            Self::Request(requests) => requests.answers_probe(slot),
            Self::Fast(flow) => {
                let queue = flow.queue(slot, deviation);
                let table = prepared.tables().for_pods(1);
                match prepared.scenario().probe.kind {
                    ProbeKind::Http => queue <= prepared.scenario().probe.timeout_s * table.capacity_rps(),
                    ProbeKind::Tcp | ProbeKind::None => queue < table.queue_limit(),
                }
            }
        }
    }

    pub(crate) fn copy_from(&mut self, other: &Self) {
        match (self, other) {
            (Self::Fast(mine), Self::Fast(other)) => mine.copy_from(other),
            (mine, other) => mine.clone_from(other),
        }
    }
}
