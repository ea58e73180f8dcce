//! What the simulator predicts: replicas and latency second by second, with the real autoscaler's sync instants.

use std::sync::Arc;

use anyhow::Result;
use podpilot_autoscalers::hpa::{Hpa, HpaControllerConfig, HpaManifest};
use podpilot_core::{Autoscaler, MinuteLedger, RequestTotals, Span, Timestamp};
use podpilot_random::Seed;
use podpilot_service_model::latency_buckets;
use podpilot_simulator::{Fidelity, PreparedScenario, Simulation};
use podpilot_traffic::LoadSeries;

use super::comparison::Course;
use super::instants::{Instants, LEAD_S};

const SECOND: Span = Span::seconds(1);

/// The load as it was sent, second by second, preceded by `lead_rps` for [`LEAD_S`] seconds.
pub(crate) fn load_with_lead(sent: &[f64], lead_rps: f64) -> Result<LoadSeries> {
    let lead = std::iter::repeat_n(lead_rps, LEAD_S);
    Ok(LoadSeries::new(SECOND, lead.chain(sent.iter().copied()).collect())?)
}

/// Runs the simulator once, request by request, with decisions and collections at the given instants.
pub(crate) fn predict(
    prepared: &Arc<PreparedScenario>,
    manifest: &HpaManifest,
    load: &Arc<LoadSeries>,
    instants: &Instants,
    seed: Seed,
) -> Result<Course> {
    let mut hpa = Hpa::new("simulated", manifest, HpaControllerConfig::default())?;
    let mut simulation = Simulation::of(prepared, Fidelity::Request, Arc::clone(load), seed);
    simulation.watch(hpa.signals());
    simulation.collect_resource_metrics_after(Span::from_seconds(instants.first_collection_s));
    let mut record = Record::new(prepared.scenario().objective.latency.quantile);
    let mut syncs_s = instants.syncs_s.iter().peekable();
    let total_s = (load.duration() / SECOND) as usize;
    for second in 0..total_s {
        let before = simulation.measures().totals;
        let mut latency = vec![0.0; latency_buckets::COUNT];
        let mut at_s = second as f64;
        let end_s = at_s + 1.0;
        while let Some(&sync_s) = syncs_s.next_if(|sync_s| **sync_s < end_s) {
            advance(&mut simulation, sync_s - at_s, &mut latency);
            at_s = sync_s;
            decide(&mut hpa, &mut simulation);
        }
        advance(&mut simulation, end_s - at_s, &mut latency);
        if second >= LEAD_S {
            record.add_second(&simulation, before, &latency);
        }
    }
    Ok(record.finish())
}

/// Lets time pass and adds the latencies of the requests that ended.
fn advance(simulation: &mut Simulation, seconds: f64, latency: &mut [f64]) {
    simulation.advance(Span::from_seconds(seconds.max(0.0)));
    for (sum, count) in latency.iter_mut().zip(simulation.recent_latency().histogram()) {
        *sum += count;
    }
}

fn decide(hpa: &mut Hpa, simulation: &mut Simulation) {
    let bounds = simulation.prepared().scenario().bounds();
    if let Some(replicas) = hpa.decide(simulation.observe()).replicas {
        let outcome = simulation.scale(bounds.clamp(replicas));
        hpa.applied(&outcome);
    }
}

/// A course while it is written.
#[derive(Debug)]
struct Record {
    course: Course,
    ledger: MinuteLedger,
    minute: Vec<f64>,
    quantile: f64,
}

impl Record {
    fn new(quantile: f64) -> Self {
        let ledger = MinuteLedger::new(quantile, Timestamp(0));
        Self { course: Course::default(), ledger, minute: vec![0.0; latency_buckets::COUNT], quantile }
    }

    fn add_second(&mut self, simulation: &Simulation, before: RequestTotals, latency: &[f64]) {
        let course = &mut self.course;
        let after = simulation.measures().totals;
        let (requests, slow) = (after.requests - before.requests, after.slow - before.slow);
        self.ledger.record(Timestamp(0) + SECOND * course.replicas.len() as i64, requests, slow);
        course.replicas.push(f64::from(simulation.spec_replicas()));
        course.serving.push(f64::from(simulation.pod_counts().serving));
        course.requests.push(requests);
        course.slow.push(slow);
        for (sum, count) in self.minute.iter_mut().zip(latency) {
            *sum += count;
        }
        if course.replicas.len().is_multiple_of(60) {
            let p95_s = latency_buckets::quantile_s(&self.minute, self.quantile);
            course.minute_p95_ms.push(p95_s.map(|p95_s| 1e3 * p95_s));
            self.minute.fill(0.0);
        }
    }

    fn finish(mut self) -> Course {
        self.ledger.finish();
        self.course.bad_minutes = self.ledger.counts().bad;
        self.course.minutes = self.ledger.counts().bad + self.ledger.counts().good;
        self.course
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lead_comes_before_the_load() {
        let load = load_with_lead(&[9.0, 11.0], 10.0).unwrap();
        assert_eq!(load.rates_rps().len(), LEAD_S + 2);
        assert_eq!(load.rates_rps()[LEAD_S - 1..], [10.0, 9.0, 11.0]);
    }
}
