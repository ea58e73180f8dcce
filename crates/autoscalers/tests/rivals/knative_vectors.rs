//! The cases of `pkg/autoscaler/scaling/autoscaler_test.go`, as numbers.

use podpilot_autoscalers::knative::{Decider, DeciderSpec};
use podpilot_core::{ReasonList, Span, Timestamp};

use crate::world::at;

/// As the upstream tests have it: both rates 10, panic at twice the pods, a stable window of a minute.
fn spec(target_value: f64) -> DeciderSpec {
    DeciderSpec {
        target_value,
        max_scale_up_rate: 10.0,
        max_scale_down_rate: 10.0,
        panic_threshold: 2.0,
        stable_window: Span::seconds(60),
        activation_scale: 1,
        scale_down_delay: Span::ZERO,
    }
}

fn scale(decider: &mut Decider, now: Timestamp, ready: i32, stable: f64, panic: f64) -> i32 {
    decider.scale(now, ready, stable, panic, &mut ReasonList::new())
}

fn first(spec: DeciderSpec, ready: i32, stable: f64, panic: f64) -> i32 {
    scale(&mut Decider::new(spec, 1, at(0)), at(0), ready, stable, panic)
}

#[test]
fn single_decisions() {
    assert_eq!(first(spec(10.0), 1, 0.0, 0.0), 0, "no load");
    assert_eq!(first(spec(181.0), 1, 21.0, 26.0), 1);
    assert_eq!(first(spec(10.0), 1, 50.0, 49.0), 5);
    assert_eq!(first(spec(10.0), 1, 50.0, 50.0), 5);
    assert_eq!(first(spec(10.0), 5, 50.0, 50.0), 5, "already scaled");
    let slow_up = DeciderSpec { max_scale_up_rate: 1.1, ..spec(1.0) };
    assert_eq!(first(slow_up, 2, 3.0, 3.1), 3, "a small rate still adds a pod");
    let slow_down = DeciderSpec { max_scale_down_rate: 1.1, ..spec(10.0) };
    assert_eq!(first(slow_down, 100, 1.0, 1.0), 90);
    assert_eq!(first(spec(10.0), 1, 50.0, 100.0), 10, "the panic window takes precedence");
    assert_eq!(first(spec(10.0), 1, 1_000.0, 888.0), 10);
    assert_eq!(first(spec(10.0), 0, 1_000.0, 888.0), 10, "no ready pod counts as one");
}

#[test]
fn stable_mode_follows_the_stable_window() {
    let mut decider = Decider::new(spec(10.0), 1, at(0));
    assert_eq!(scale(&mut decider, at(0), 1, 50.0, 10.0), 5);
    assert_eq!(scale(&mut decider, at(0), 1, 100.0, 10.0), 10);
    let mut falling = Decider::new(spec(10.0), 1, at(0));
    assert_eq!(scale(&mut falling, at(0), 8, 100.0, 100.0), 10);
    assert_eq!(scale(&mut falling, at(0), 8, 50.0, 50.0), 5);
    let mut idle = Decider::new(spec(10.0), 1, at(0));
    assert_eq!(scale(&mut idle, at(0), 1, 1.0, 0.0), 1);
    assert_eq!(scale(&mut idle, at(0), 1, 0.0, 0.0), 0);
}

#[test]
fn rates_limit_both_ways() {
    let mut up = Decider::new(spec(10.0), 1, at(0));
    assert_eq!(scale(&mut up, at(0), 1, 1_000.0, 1_001.0), 10);
    assert_eq!(scale(&mut up, at(0), 10, 1_000.0, 1_001.0), 100);
    let mut down = Decider::new(spec(10.0), 1, at(0));
    assert_eq!(scale(&mut down, at(0), 100, 1.0, 1.0), 10);
    assert_eq!(scale(&mut down, at(0), 10, 1.0, 1.0), 1);
}

#[test]
fn activation_scale_applies_to_load_only() {
    let mut decider = Decider::new(DeciderSpec { activation_scale: 2, ..spec(10.0) }, 1, at(0));
    assert_eq!(scale(&mut decider, at(0), 1, 0.0, 0.0), 0);
    assert_eq!(scale(&mut decider, at(0), 1, 1.0, 0.0), 2);
}

#[test]
fn panic_tracks_an_exponential_rise() {
    let mut decider = Decider::new(spec(1.0), 1, at(0));
    assert_eq!(scale(&mut decider, at(0), 1, 6.0, 6.0), 6);
    for (second, ready, load) in [(1, 6, 36), (2, 36, 216), (3, 216, 1_296)] {
        assert_eq!(scale(&mut decider, at(second), ready, f64::from(load), f64::from(load)), load);
        assert_eq!(decider.panic_since(), Some(at(second)), "extended");
    }
    assert_eq!(scale(&mut decider, at(4), 1_296, 1_296.0, 1_296.0), 1_296);
}

#[test]
fn panic_takes_the_larger_window_and_removes_nothing() {
    for (stable, expected) in [(50.0, 50), (20.0, 30)] {
        // Five pods at the start: it begins in panic.
        let mut decider = Decider::new(spec(1.0), 5, at(0));
        assert!(decider.is_panicking());
        assert_eq!(scale(&mut decider, at(5), 5, stable, 30.0), expected);
    }
    let mut decider = Decider::new(spec(10.0), 1, at(0));
    assert_eq!(scale(&mut decider, at(0), 1, 100.0, 100.0), 10);
    assert_eq!(scale(&mut decider, at(100), 10, 100.0, 1_000.0), 100);
    assert_eq!(scale(&mut decider, at(130), 10, 1.0, 1.0), 100, "still in panic");
    assert_eq!(scale(&mut decider, at(161), 10, 1.0, 1.0), 1, "calm for more than the stable window");
}

#[test]
fn panic_ends_one_stable_window_after_the_threshold_was_last_crossed() {
    let mut decider = Decider::new(spec(1.0), 1, at(0));
    assert_eq!(scale(&mut decider, at(0), 10, 11.0, 25.0), 25);
    assert_eq!(scale(&mut decider, at(30), 40, 30.0, 41.0), 41);
    assert_eq!(decider.panic_since(), Some(at(0)), "not extended");
    assert_eq!(scale(&mut decider, at(62), 55, 50.0, 56.0), 50);
    assert!(!decider.is_panicking());

    let mut surging = Decider::new(spec(1.0), 1, at(0));
    assert_eq!(scale(&mut surging, at(0), 10, 11.0, 25.0), 25);
    assert_eq!(scale(&mut surging, at(30), 40, 30.0, 80.0), 80);
    assert_eq!(surging.panic_since(), Some(at(30)), "extended");
}

#[test]
fn it_begins_in_panic_with_more_than_one_pod() {
    for (ready, panics) in [(0, false), (1, false), (2, true)] {
        assert_eq!(Decider::new(spec(100.0), ready, at(0)).is_panicking(), panics, "{ready} pods");
    }
}

#[test]
fn scale_down_waits_for_the_delay() {
    let delayed = DeciderSpec { panic_threshold: 100.0, scale_down_delay: Span::minutes(5), ..spec(10.0) };
    let mut decider = Decider::new(delayed, 0, at(0));
    let mut at_load = |seconds: i64, load: f64| scale(&mut decider, at(seconds), 0, load, load);
    assert_eq!(at_load(2, 40.0), 4);
    assert_eq!(at_load(300, 0.0), 4);
    assert_eq!(at_load(302, 0.0), 0);
    assert_eq!(at_load(540, 40.0), 4);
    assert_eq!(at_load(600, 30.0), 4);
    assert_eq!(at_load(660, 0.0), 4);
    assert_eq!(at_load(840, 0.0), 3, "the 4 has left the window");
    assert_eq!(at_load(900, 0.0), 0);
    let mut undelayed = Decider::new(DeciderSpec { panic_threshold: 100.0, ..spec(10.0) }, 0, at(0));
    assert_eq!(scale(&mut undelayed, at(0), 0, 40.0, 40.0), 4);
    assert_eq!(scale(&mut undelayed, at(0) + Span::milliseconds(500), 0, 20.0, 20.0), 2);
}
