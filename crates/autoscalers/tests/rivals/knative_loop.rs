//! Knative's autoscaler from the counters of the queue proxies to the count.

use podpilot_autoscalers::{Knative, KnativeMetric, KnativeSettings};
use podpilot_core::{Autoscaler, ProxyTotals, Reason, Span};

use crate::world::{seen, with_proxies};

/// Pods that are ready at once, proxies that count, and an autoscaler that decides every two seconds.
struct Revision {
    autoscaler: Knative,
    totals: ProxyTotals,
    second: i64,
    pods: i32,
    reasons: Vec<Reason>,
}

impl Revision {
    fn new(settings: KnativeSettings, pods: i32) -> Self {
        let autoscaler = Knative::new("knative", settings).unwrap();
        Self { autoscaler, totals: ProxyTotals::default(), second: 0, pods, reasons: Vec::new() }
    }

    /// Lets time pass under a load.
    fn pass(&mut self, seconds: i64, concurrency: f64, rate_rps: f64) -> i32 {
        for _ in 0..seconds / 2 {
            self.second += 2;
            self.totals.in_flight_seconds += 2.0 * concurrency;
            self.totals.requests += 2.0 * rate_rps;
            self.decide(true);
        }
        self.pods
    }

    fn decide(&mut self, reported: bool) -> Option<i32> {
        let silent = seen(self.second, self.pods);
        let observation = if reported { with_proxies(silent, self.totals) } else { silent };
        let proposal = self.autoscaler.decide(&observation);
        self.pods = proposal.replicas.unwrap_or(self.pods);
        self.reasons = proposal.reasons.as_slice().to_vec();
        proposal.replicas
    }
}

fn settings() -> KnativeSettings {
    KnativeSettings { target_value: 7.0, min_scale: 1, max_scale: Some(20), ..KnativeSettings::default() }
}

#[test]
fn a_burst_is_met_in_the_panic_window_and_given_up_a_stable_window_later() {
    let mut revision = Revision::new(settings(), 1);
    assert_eq!(revision.pass(120, 6.0, 0.0), 1);
    assert_eq!(revision.pass(6, 70.0, 0.0), 10, "three buckets of the panic window");
    assert!(revision.reasons.contains(&Reason::Panicking { floor: 10 }), "{:?}", revision.reasons);
    assert_eq!(revision.pass(50, 6.0, 0.0), 10);
    assert_eq!(revision.pass(30, 6.0, 0.0), 1, "{:?}", revision.reasons);
}

#[test]
fn a_slow_rise_stays_stable() {
    // From one pod to two is always a panic at the default threshold of 200 %.
    let mut revision = Revision::new(KnativeSettings { min_scale: 3, ..settings() }, 3);
    revision.pass(100, 15.0, 0.0);
    for step in 15..=30 {
        revision.pass(20, f64::from(step), 0.0);
        assert!(!revision.reasons.iter().any(|reason| matches!(reason, Reason::Panicking { .. })), "{step}");
    }
    assert_eq!(revision.pass(60, 30.0, 0.0), 5);
}

#[test]
fn requests_per_second_can_be_the_metric() {
    let by_rate = KnativeSettings { metric: KnativeMetric::Rps, target_value: 140.0, ..settings() };
    let mut revision = Revision::new(by_rate, 1);
    assert_eq!(revision.pass(120, 0.1, 600.0), 5);
}

#[test]
fn bounds_hold_and_are_named() {
    let mut revision = Revision::new(settings(), 1);
    assert_eq!(revision.pass(60, 1_000.0, 0.0), 20);
    assert!(revision.reasons.contains(&Reason::TooManyReplicas { wanted: 143 }), "{:?}", revision.reasons);
    assert_eq!(revision.pass(180, 0.0, 0.0), 1);
}

#[test]
fn the_last_pod_goes_after_window_and_grace_and_returns_with_a_request() {
    let mut revision = Revision::new(KnativeSettings { min_scale: 0, ..settings() }, 1);
    revision.pass(60, 3.0, 1.0);
    assert_eq!(revision.pass(60, 0.0, 0.0), 1, "the stable window must run empty");
    assert_eq!(revision.pass(28, 0.0, 0.0), 1, "then the grace period passes");
    assert_eq!(revision.pass(6, 0.0, 0.0), 0);
    assert_eq!(revision.pass(2, 0.0, 0.5), 1, "a request waits in the activator");
}

#[test]
fn without_any_report_nothing_is_decided() {
    let mut revision = Revision::new(settings(), 4);
    assert_eq!(revision.decide(false), None);
    assert_eq!(revision.reasons, [Reason::NoUsableMetric]);
    revision.pass(30, 20.0, 0.0);
    for _ in 0..29 {
        revision.second += 2;
        assert!(
            revision.decide(false).is_none_or(|pods| pods >= 3),
            "20 in flight need three: silence is not zero"
        );
    }
    revision.second += 20;
    assert_eq!(revision.decide(false), None, "nothing in the whole window");
}

#[test]
fn the_initial_scale_holds_until_it_was_reached() {
    let mut revision = Revision::new(KnativeSettings { initial_scale: 3, ..settings() }, 1);
    assert_eq!(revision.pass(4, 1.0, 0.0), 3);
    assert_eq!(revision.pass(2, 1.0, 0.0), 1);
}

#[test]
fn it_decides_every_two_seconds() {
    assert_eq!(Knative::new("knative", settings()).unwrap().period(), Span::seconds(2));
}
