use super::*;
use crate::Options;
use crate::event::{Ended, Event};

fn recorded() -> Recorder {
    let mut recorder = Recorder::new(&Options::default());
    for (took_ms, failure) in [(30, None), (200, None), (201, None), (1, Some(FailureKind::Refused))] {
        let (intended, took) = (Span::ZERO, Span::milliseconds(took_ms));
        recorder.record(Event::Due { intended });
        recorder.record(Event::Sent { intended, at: Span::milliseconds(1) });
        recorder.record(Event::Ended(Ended { intended, at: took, was_sent: true, failure, body_bytes: 0 }));
    }
    recorder
}

#[test]
fn every_metric_has_its_value() {
    let text = exposition(&recorded(), 50.0, &Cpu { cores: 0.25, ..Cpu::default() }, true);
    for line in [
        "podpilot_load_intended_requests_total 4",
        "podpilot_load_completed_requests_total 3",
        "podpilot_load_failed_requests_total{kind=\"refused\"} 1",
        "podpilot_load_failed_requests_total{kind=\"timeout\"} 0",
        "podpilot_load_slow_requests_total 2",
        "podpilot_load_planned_requests_per_second 50",
        "podpilot_load_latency_seconds_bucket{le=\"0.05\"} 1",
        "podpilot_load_latency_seconds_bucket{le=\"0.2\"} 2",
        "podpilot_load_latency_seconds_bucket{le=\"0.3\"} 3",
        "podpilot_load_latency_seconds_bucket{le=\"+Inf\"} 4",
        "podpilot_load_latency_seconds_count 4",
        "podpilot_load_send_error_seconds{quantile=\"0.99\"} 0.001",
        "podpilot_load_cpu_cores 0.25",
        "podpilot_load_saturated 1",
    ] {
        assert!(text.lines().any(|present| present == line), "{line} is not in:\n{text}");
    }
}

#[test]
fn every_sample_follows_its_help_and_type() {
    let text = exposition(&recorded(), 0.0, &Cpu::default(), false);
    let mut family = String::new();
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix("# HELP ") {
            rest.split(' ').next().unwrap().clone_into(&mut family);
        } else if let Some(rest) = line.strip_prefix("# TYPE ") {
            assert_eq!(rest.split(' ').next().unwrap(), family);
        } else {
            let (name, value) = line.rsplit_once(' ').unwrap();
            assert!(name.starts_with(&family), "{name} under {family}");
            assert!(value.parse::<f64>().is_ok(), "{line}");
        }
    }
}

#[test]
fn buckets_never_fall() {
    let text = exposition(&recorded(), 0.0, &Cpu::default(), false);
    let counts: Vec<u64> = text
        .lines()
        .filter(|line| line.contains("_bucket"))
        .map(|line| line.rsplit(' ').next().unwrap().parse().unwrap())
        .collect();
    assert_eq!(counts.len(), EDGES_MS.len() + 1);
    assert!(counts.is_sorted(), "{counts:?}");
}
