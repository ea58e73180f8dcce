use podpilot_core::{Autoscaler, Outcome, Proposal, RequestTotals, Span, Timestamp};

use crate::{LatencyRecord, PodCounts, Simulation};

/// One decision and the time up to the next.
#[derive(Debug, Clone, Copy)]
pub struct TickRecord<'a> {
    /// When it was decided.
    pub at: Timestamp,
    /// Until when the rest was counted.
    pub until: Timestamp,
    /// Mean rate of arrivals in between, requests per second.
    pub offered_rps: f64,
    /// Requests that ended in between.
    pub totals: RequestTotals,
    /// Their latency.
    pub latency: &'a LatencyRecord,
    /// Mean CPU use per serving pod, cores; `None` if none served.
    pub cpu_cores_per_pod: Option<f64>,
    /// `scale.spec.replicas` after the decision.
    pub replicas: i32,
    /// Pods by state at `until`.
    pub pods: PodCounts,
    /// What the autoscaler wanted, and why.
    pub proposal: Proposal,
    /// What became of it; `None` if nothing was written because the count was right or nothing could be decided.
    pub outcome: Option<Outcome>,
}

/// Lets `autoscaler` decide every period for `duration`, within the scenario's replica bounds.
pub fn run(
    simulation: &mut Simulation,
    autoscaler: &mut dyn Autoscaler,
    duration: Span,
    record: &mut dyn FnMut(&TickRecord<'_>),
) {
    let _ = (simulation, autoscaler, duration, record);
    unimplemented!()
}
