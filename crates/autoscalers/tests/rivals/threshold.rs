//! Threshold rules.

use podpilot_autoscalers::{Threshold, ThresholdParameters};
use podpilot_core::{Autoscaler, Observation, Outcome, Reason, ReplicaBounds, WatchedQuantity, WriteResult};

use crate::world::{at, seen, with_latency, with_rate, with_usage};

const BOUNDS: ReplicaBounds = ReplicaBounds { min: 2, max: 10 };

fn rules() -> Threshold {
    Threshold::new("threshold", ThresholdParameters::default(), BOUNDS).unwrap()
}

fn service(second: i64, pods: i32, p95_ms: f64, cpu_percent: f64, memory_percent: f64) -> Observation {
    with_latency(with_usage(seen(second, pods), cpu_percent, memory_percent), p95_ms)
}

fn decided(observation: &Observation) -> (Option<i32>, Vec<Reason>) {
    let proposal = rules().decide(observation);
    (proposal.replicas, proposal.reasons.as_slice().to_vec())
}

#[test]
fn each_quantity_alone_adds_a_pod() {
    let above = |quantity, value, threshold| vec![Reason::AboveThreshold { quantity, value, threshold }];
    let slow = decided(&service(0, 4, 201.0, 50.0, 50.0));
    assert_eq!(slow, (Some(5), above(WatchedQuantity::LatencyMs, 201.0, 200.0)));
    assert_eq!(
        decided(&service(0, 4, 90.0, 90.0, 50.0)),
        (Some(5), above(WatchedQuantity::CpuPercent, 90.0, 85.0))
    );
    let (count, reasons) = decided(&service(0, 4, 90.0, 50.0, 87.5));
    assert_eq!((count, reasons), (Some(5), above(WatchedQuantity::MemoryPercent, 87.5, 85.0)));
}

#[test]
fn pods_go_only_while_cpu_is_low_and_nothing_is_high() {
    assert_eq!(decided(&service(0, 4, 90.0, 30.0, 50.0)).0, Some(3));
    assert_eq!(decided(&service(0, 4, 90.0, 60.0, 50.0)), (Some(4), vec![Reason::WithinTolerance]));
    assert_eq!(decided(&service(0, 4, 250.0, 30.0, 50.0)).0, Some(5));
}

#[test]
fn bounds_hold() {
    assert_eq!(decided(&service(0, 10, 900.0, 99.0, 50.0)).0, Some(10));
    assert_eq!(decided(&service(0, 2, 9.0, 1.0, 1.0)).0, Some(2));
}

#[test]
fn nothing_is_removed_within_the_cooldown() {
    let mut rules = rules();
    rules.applied(&Outcome { at: at(0), from: 3, to: 4, result: WriteResult::Applied });
    let mut at_second = |second| {
        let proposal = rules.decide(&service(second, 4, 90.0, 10.0, 10.0));
        (proposal.replicas, proposal.reasons.as_slice().contains(&Reason::Cooldown))
    };
    assert_eq!(at_second(45), (Some(4), true));
    assert_eq!(at_second(60), (Some(3), false));
}

#[test]
fn what_is_missing_is_neither_low_nor_high() {
    let unknown = |observation: &Observation| decided(observation) == (None, vec![Reason::NoUsableMetric]);
    assert!(unknown(&seen(0, 4)));
    assert!(unknown(&with_latency(seen(0, 4), 90.0)));
    assert!(unknown(&with_rate(with_usage(seen(0, 4), 10.0, 10.0), 5.0)), "requests, but no latency");
    assert_eq!(decided(&with_latency(seen(0, 4), 900.0)).0, Some(5), "one that is high is enough");
    assert_eq!(decided(&with_rate(with_usage(seen(0, 4), 10.0, 10.0), 0.0)).0, Some(3), "nobody asks");
}

#[test]
fn nonsense_is_refused() {
    let wrong = ThresholdParameters { up_step: 0, ..Default::default() };
    let error = Threshold::new("x", wrong, BOUNDS).unwrap_err().to_string();
    assert_eq!(error, "up_step: is 0, must be above 0");
}
