//! What the simulator predicts: replicas and latency second by second, with the real autoscaler's sync instants.

use std::sync::Arc;

use anyhow::Result;
use podpilot_autoscalers::hpa::{Hpa, HpaControllerConfig, HpaManifest};
use podpilot_core::{Autoscaler, MinuteLedger, Span, Timestamp};
use podpilot_random::Seed;
use podpilot_service_model::latency_buckets;
use podpilot_simulator::{Fidelity, PreparedScenario, Simulation};
use podpilot_traffic::LoadSeries;

use super::comparison::Course;

const SECOND: Span = Span::seconds(1);

/// The load as it was sent, second by second, preceded by `lead_rps` for `lead_s` seconds.
pub(crate) fn load_with_lead(sent: &[f64], lead_rps: f64, lead_s: usize) -> Result<LoadSeries> {
    let lead = std::iter::repeat_n(lead_rps, lead_s);
    Ok(LoadSeries::new(SECOND, lead.chain(sent.iter().copied()).collect())?)
}

/// Runs the simulator once, request by request. The autoscaler decides at the start of the lead and every period.
pub(crate) fn predict(
    prepared: &Arc<PreparedScenario>,
    manifest: &HpaManifest,
    load: &Arc<LoadSeries>,
    lead_s: usize,
    seed: Seed,
) -> Result<Course> {
    let mut hpa = Hpa::new("simulated", manifest, HpaControllerConfig::default())?;
    let mut simulation = Simulation::of(prepared, Fidelity::Request, Arc::clone(load), seed);
    simulation.watch(hpa.signals());
    let bounds = prepared.scenario().bounds();
    let period_s = (hpa.period() / SECOND) as usize;
    let total_s = (load.duration() / SECOND) as usize;
    let quantile = prepared.scenario().objective.latency.quantile;
    let mut course = Course::default();
    let mut ledger = MinuteLedger::new(quantile, Timestamp(0));
    let mut minute = vec![0.0; latency_buckets::COUNT];
    for second in 0..total_s {
        if second % period_s == 0 {
            let proposal = hpa.decide(simulation.observe());
            if let Some(replicas) = proposal.replicas {
                let outcome = simulation.scale(bounds.clamp(replicas));
                hpa.applied(&outcome);
            }
        }
        let before = simulation.measures().totals;
        simulation.advance(SECOND);
        let Some(counted) = second.checked_sub(lead_s) else { continue };
        let after = simulation.measures().totals;
        let (requests, slow) = (after.requests - before.requests, after.slow - before.slow);
        ledger.record(Timestamp(0) + SECOND * counted as i64, requests, slow);
        course.replicas.push(f64::from(simulation.spec_replicas()));
        course.serving.push(f64::from(simulation.pod_counts().serving));
        course.requests.push(requests);
        course.slow.push(slow);
        for (sum, count) in minute.iter_mut().zip(simulation.recent_latency().histogram()) {
            *sum += count;
        }
        if (counted + 1) % 60 == 0 {
            course
                .minute_p95_ms
                .push(latency_buckets::quantile_s(&minute, quantile).map(|p95_s| 1e3 * p95_s));
            minute.fill(0.0);
        }
    }
    ledger.finish();
    course.bad_minutes = ledger.counts().bad;
    course.minutes = ledger.counts().bad + ledger.counts().good;
    Ok(course)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lead_comes_before_the_load() {
        let load = load_with_lead(&[9.0, 11.0], 10.0, 3).unwrap();
        assert_eq!(load.rates_rps(), [10.0, 10.0, 10.0, 9.0, 11.0]);
    }
}
