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
    /// What became of it; `None` if nothing could be decided.
    pub outcome: Option<Outcome>,
}

/// Lets `autoscaler` decide every period for `duration`, within the scenario's replica bounds.
pub fn run(
    simulation: &mut Simulation,
    autoscaler: &mut dyn Autoscaler,
    duration: Span,
    record: &mut dyn FnMut(&TickRecord<'_>),
) {
    simulation.watch(autoscaler.signals());
    let period = autoscaler.period();
    let mut left = duration;
    while left > Span::ZERO {
        let at = simulation.now();
        let (proposal, outcome) = decide(simulation, autoscaler);
        let replicas = simulation.spec_replicas();
        let before = **simulation.measures();
        simulation.advance(period.min(left));
        left = left - period;
        let sums = simulation.measures();
        let serving_s = sums.serving_pod_seconds - before.serving_pod_seconds;
        let cpu_s = sums.cpu_seconds - before.cpu_seconds;
        record(&TickRecord {
            at,
            until: simulation.now(),
            offered_rps: (sums.offered - before.offered) / (simulation.now() - at).as_seconds(),
            totals: RequestTotals {
                requests: sums.totals.requests - before.totals.requests,
                slow: sums.totals.slow - before.totals.slow,
                failed: sums.totals.failed - before.totals.failed,
            },
            latency: simulation.recent_latency(),
            cpu_cores_per_pod: (serving_s > 0.0).then(|| cpu_s / serving_s),
            replicas,
            pods: simulation.pod_counts(),
            proposal,
            outcome,
        });
    }
}

/// One decision: observe, decide, write, tell.
fn decide(simulation: &mut Simulation, autoscaler: &mut dyn Autoscaler) -> (Proposal, Option<Outcome>) {
    let bounds = simulation.prepared().scenario().bounds();
    let proposal = autoscaler.decide(simulation.observe());
    let outcome = proposal.replicas.map(|replicas| simulation.scale(bounds.clamp(replicas)));
    if let Some(outcome) = outcome {
        autoscaler.applied(&outcome);
    }
    (proposal, outcome)
}
