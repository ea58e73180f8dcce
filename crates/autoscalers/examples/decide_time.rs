//! How long one decision takes: 20 pods, CPU utilization, steady state.
//!
//! `cargo run --release -p podpilot-autoscalers --example decide_time`

#![expect(
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a measurement needs a clock and an output"
)]

use std::error::Error;
use std::hint::black_box;
use std::time::Instant;

use podpilot_autoscalers::hpa::manifest::Behavior;
use podpilot_autoscalers::{Hpa, HpaControllerConfig, HpaManifest};
use podpilot_core::{
    Autoscaler, ContainerObservation, ContainerUsage, Observation, PodId, PodPhase, PodTable, Readiness,
    ReadyCondition, ReplicaBounds, ReplicaCounts, Span, Timestamp,
};

const PODS: i32 = 20;
/// Short rounds, so that the best one was not interrupted.
const DECISIONS: u32 = 10_000;
const ROUNDS: usize = 1_000;
const START: Timestamp = Timestamp(1_800_000_000_000_000_000);

fn world() -> Observation {
    let mut pods = PodTable::default();
    let name = pods.intern("main");
    let started_at = Timestamp(START.0 - Span::minutes(60).0);
    for index in 0..PODS {
        let container = ContainerObservation {
            name,
            restartable_init: false,
            cpu_request_millicores: Some(100),
            cpu_limit_millicores: Some(200),
            memory_request_bytes: None,
            memory_limit_bytes: None,
            usage: Some(ContainerUsage {
                at: START,
                window: Span::seconds(15),
                cpu_nanocores: Some(78_000_000 + 123_457 * i64::from(index)),
                memory_bytes: Some(24 << 20),
            }),
        };
        let ready =
            ReadyCondition { status: Readiness::True, last_transition: started_at + Span::seconds(20) };
        pods.push(PodId(index as u64), PodPhase::Running, Some(started_at), Some(ready), None, &[container]);
    }
    Observation {
        now: START,
        replicas: ReplicaCounts { spec: PODS, status: PODS },
        pods,
        ..Observation::default()
    }
}

/// Nanoseconds for one decision, the best of several rounds.
fn measure(hpa: &mut Hpa) -> f64 {
    let mut seen = world();
    let mut best = f64::INFINITY;
    for _ in 0..ROUNDS {
        let start = Instant::now();
        for _ in 0..DECISIONS {
            seen.now += Span::seconds(15);
            let proposal = hpa.decide(black_box(&seen));
            black_box(&proposal);
        }
        best = best.min(start.elapsed().as_secs_f64() * 1e9 / f64::from(DECISIONS));
    }
    best
}

fn main() -> Result<(), Box<dyn Error>> {
    let bounds = ReplicaBounds { min: 1, max: 40 };
    let mut manifest = HpaManifest::cpu_utilization(80, bounds);
    let mut plain = Hpa::new("plain", &manifest, HpaControllerConfig::default())?;
    println!("{PODS} pods, CPU utilization, no behavior: {:.0} ns a decision", measure(&mut plain));
    manifest.spec.behavior = Some(Behavior::default());
    let mut behaved = Hpa::new("behaved", &manifest, HpaControllerConfig::default())?;
    println!("{PODS} pods, CPU utilization, default behavior: {:.0} ns a decision", measure(&mut behaved));
    Ok(())
}
