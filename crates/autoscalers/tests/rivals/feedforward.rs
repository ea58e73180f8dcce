//! The feed-forward autoscaler from the request rate to the count.

use podpilot_autoscalers::{FeedForward, FeedForwardParameters};
use podpilot_core::{Autoscaler, Reason, Sample, Span};

use crate::world::{at, facts, seen, with_rate};

fn autoscaler(parameters: FeedForwardParameters) -> FeedForward {
    FeedForward::new("feedforward", &parameters, &facts()).unwrap()
}

#[test]
fn steady_load_gets_the_inverse_times_headroom() {
    let facts = facts();
    for (rate, headroom) in [(20.0, 1.0), (100.0, 1.0), (100.0, 1.5), (300.0, 1.15)] {
        let mut autoscaler = autoscaler(FeedForwardParameters { headroom, ..Default::default() });
        let mut last = None;
        for step in 0..20 {
            last = autoscaler.decide(&with_rate(seen(15 * step, 5), rate)).replicas;
        }
        let expected = (facts.inverse.pods_for(rate) * headroom).ceil() as i32;
        assert_eq!(last, Some(expected), "{rate} rps");
        assert!(facts.inverse.rate_for(expected) >= rate);
    }
}

#[test]
fn a_ramp_is_met_before_it_arrives() {
    let facts = facts();
    let parameters = FeedForwardParameters { headroom: 1.0, half_life_s: 5.0, ..Default::default() };
    let mut autoscaler = autoscaler(parameters);
    let rate_at = |second: i64| 50.0 + 2.0 * second as f64;
    let mut count = 0;
    for step in 0..40 {
        count = autoscaler.decide(&with_rate(seen(15 * step, 5), rate_at(15 * step))).replicas.unwrap();
    }
    let (now, in_forty_seconds) = (rate_at(585), rate_at(625));
    assert!(count > facts.inverse.pods_for(now).ceil() as i32, "{count} pods are those of now");
    assert!(facts.inverse.rate_for(count) > in_forty_seconds * 0.97, "{count} pods in 40 s");
}

#[test]
fn up_at_once_and_down_after_the_hold() {
    let parameters =
        FeedForwardParameters { half_life_s: 1.0, trend_gain: 0.0, hold_s: 120.0, ..Default::default() };
    let mut autoscaler = autoscaler(parameters);
    let mut decide = |second: i64, rate: f64| {
        let proposal = autoscaler.decide(&with_rate(seen(second, 5), rate));
        (proposal.replicas.unwrap(), proposal.reasons.as_slice().to_vec())
    };
    let low = decide(0, 50.0).0;
    let high = decide(15, 300.0).0;
    assert!(high > low, "up at once");
    for second in (30..=120).step_by(15) {
        let (count, reasons) = decide(second, 50.0);
        assert_eq!(count, high, "at {second}");
        assert!(reasons.contains(&Reason::ScaleDownHold { wanted: low }), "{reasons:?}");
    }
    assert_eq!(decide(135, 50.0).0, low);
}

#[test]
fn a_remembered_day_is_expected_again() {
    let day_s = 86_400;
    let yesterday = |second: i64| if second < 43_200 { 500.0 } else { 1_000.0 };
    let parameters = FeedForwardParameters {
        yesterday_weight: 1.0,
        horizon_s: 180.0,
        headroom: 1.0,
        ..Default::default()
    };
    let decide = |with_history: bool| {
        let mut autoscaler = autoscaler(parameters);
        if with_history {
            let minutes = (0..1_440).map(|minute| Sample {
                value: yesterday(60 * minute),
                at: at(60 * minute),
                window: Span::minutes(1),
            });
            autoscaler.recall(&mut minutes.into_iter());
        }
        let mut count = 0;
        for step in 0..30 {
            let second = day_s + 42_600 + 15 * step;
            count = autoscaler.decide(&with_rate(seen(second, 5), 500.0)).replicas.unwrap();
        }
        count
    };
    assert!(decide(true) > decide(false), "{} and {}", decide(true), decide(false));
}

#[test]
fn stale_and_missing_rates_decide_nothing() {
    let mut autoscaler = autoscaler(FeedForwardParameters::default());
    assert_eq!(autoscaler.decide(&seen(0, 5)).replicas, None);
    let mut old = with_rate(seen(600, 5), 50.0);
    old.service.request_rate_rps = Some(Sample { value: 50.0, at: at(500), window: Span::seconds(15) });
    let proposal = autoscaler.decide(&old);
    assert_eq!((proposal.replicas, proposal.reasons.as_slice()), (None, &[Reason::NoUsableMetric][..]));
}

#[test]
fn nonsense_is_refused() {
    let parameters = FeedForwardParameters { headroom: f64::NAN, ..Default::default() };
    let error = FeedForward::new("x", &parameters, &facts()).unwrap_err().to_string();
    assert_eq!(error, "headroom: is NaN, must be between 0.1 and 100");
}
