//! The published tables on rate rules.

use podpilot_autoscalers::hpa::manifest::{PolicyType, ScalingPolicy, SelectPolicy};
use podpilot_autoscalers::hpa::{
    Limit, RateRules, ScaleEvent, ScaleEvents, ScaleHistory, limit_by_policies, limit_without_policies,
};
use podpilot_core::{ReplicaBounds, Span};

use crate::world::NOW;

const SPREAD_S: i64 = 120;

fn pods(value: i32, period_seconds: i32) -> ScalingPolicy {
    ScalingPolicy { policy_type: PolicyType::Pods, value, period_seconds }
}

fn percent(value: i32, period_seconds: i32) -> ScalingPolicy {
    ScalingPolicy { policy_type: PolicyType::Percent, value, period_seconds }
}

/// Changes spread evenly over the last two minutes.
fn spread(changes: &[i32]) -> ScaleEvents {
    let mut events = ScaleEvents::default();
    for (index, &change) in (1_i64..).zip(changes) {
        let age_s = SPREAD_S * index / (changes.len() as i64 + 1);
        events.push(ScaleEvent { change, at: NOW - Span::seconds(age_s), is_outdated: false });
    }
    events
}

struct Row {
    current: i32,
    desired: i32,
    bounds: (i32, i32),
    policies: Vec<ScalingPolicy>,
    up: &'static [i32],
    down: &'static [i32],
    expected: (i32, Limit),
}

impl Row {
    fn check(&self) {
        let rules = RateRules { select: SelectPolicy::Max, policies: &self.policies };
        let history = ScaleHistory { up: &spread(self.up), down: &spread(self.down), now: NOW };
        let bounds = ReplicaBounds { min: self.bounds.0, max: self.bounds.1 };
        let limited = limit_by_policies(self.current, self.desired, bounds, rules, rules, &history);
        assert_eq!(limited, self.expected, "{} -> {} by {:?}", self.current, self.desired, self.policies);
    }
}

#[test]
fn scaling_up() {
    use Limit::{ScaleUp, TooManyReplicas};
    type Short = (i32, i32, i32, Vec<ScalingPolicy>, &'static [i32], &'static [i32], (i32, Limit));
    let default = || vec![pods(4, 15), percent(100, 15)];
    let rows: Vec<Short> = vec![
        (10, 50, 1_000, default(), &[], &[], (20, ScaleUp)),
        (10, 500, 1_000, vec![pods(100, 60), percent(100, 60)], &[], &[], (110, ScaleUp)),
        (10, 500, 1_000, vec![pods(2, 60), percent(100, 60)], &[], &[], (20, ScaleUp)),
        (10, 50, 1_000, vec![pods(30, 60)], &[], &[], (40, ScaleUp)),
        (10, 50, 1_000, vec![percent(200, 60)], &[], &[], (30, ScaleUp)),
        (3, 1_000, 2_000, vec![percent(1, 60)], &[], &[], (4, ScaleUp)),
        (20, 1_000, 10, default(), &[], &[], (10, TooManyReplicas)),
        (100, 500, 200, vec![pods(300, 60)], &[1, 5, 9], &[], (200, TooManyReplicas)),
        (100, 500, 1_000, vec![pods(5, 120)], &[1, 5, 9], &[], (100, ScaleUp)),
        (100, 500, 1_000, vec![pods(150, 120)], &[1, 5, 9], &[], (235, ScaleUp)),
        (100, 500, 1_000, vec![percent(200, 120)], &[1, 5, 9], &[], (255, ScaleUp)),
        (6, 24, 1_000, vec![percent(300, 300)], &[4], &[2], (16, ScaleUp)),
    ];
    for (current, desired, max, policies, up, down, expected) in rows {
        Row { current, desired, bounds: (1, max), policies, up, down, expected }.check();
    }
}

#[test]
fn scaling_down() {
    use Limit::{ScaleDown, TooFewReplicas, WithinRange};
    type Short = (i32, i32, i32, Vec<ScalingPolicy>, &'static [i32], &'static [i32], (i32, Limit));
    let rows: Vec<Short> = vec![
        (100, 2, 1, vec![pods(20, 60), percent(1, 60)], &[], &[], (80, ScaleDown)),
        (100, 2, 1, vec![pods(2, 60), percent(1, 60)], &[], &[], (98, ScaleDown)),
        (10, 0, 1, vec![pods(100, 60)], &[], &[], (1, TooFewReplicas)),
        (10, 2, 5, vec![percent(100, 60)], &[], &[], (5, TooFewReplicas)),
        (10, 2, 1, vec![pods(5, 60)], &[], &[], (5, ScaleDown)),
        (10, 5, 1, vec![percent(50, 60)], &[], &[], (5, WithinRange)),
        (100, 2, 1, vec![pods(5, 120)], &[], &[1, 5, 9], (100, ScaleDown)),
        (100, 0, 1, vec![percent(50, 120)], &[], &[2, 4, 6], (56, ScaleDown)),
        (10, 1, 1, vec![percent(50, 180)], &[2], &[4], (6, ScaleDown)),
        (100, 0, 1, vec![percent(10, 120)], &[], &[10, 10, 10], (100, ScaleDown)),
        (10, 5, 1, vec![percent(1_000, 120)], &[], &[10, 10, 10], (5, WithinRange)),
    ];
    for (current, desired, min, policies, up, down, expected) in rows {
        Row { current, desired, bounds: (min, 1_000), policies, up, down, expected }.check();
    }
}

#[test]
fn limits_alone() {
    let none = ScaleEvents::default();
    let history = ScaleHistory { up: &none, down: &none, now: NOW };
    let policies = [pods(2, 60), percent(50, 60)];
    let limits = |select, current| {
        let rules = RateRules { select, policies: &policies };
        (rules.up_limit(current, &history), rules.down_limit(current, &history))
    };
    assert_eq!(limits(SelectPolicy::Min, 1).0, 2);
    assert_eq!(limits(SelectPolicy::Min, 5).1, 3);
    assert_eq!(limits(SelectPolicy::Max, 5), (8, 2));
    assert_eq!(limits(SelectPolicy::Disabled, 5), (5, 5));
}

#[test]
fn an_unchanged_count_is_not_limited() {
    let row = Row {
        current: 7,
        desired: 7,
        bounds: (1, 10),
        policies: vec![pods(1, 60)],
        up: &[9],
        down: &[],
        expected: (7, Limit::WithinRange),
    };
    row.check();
}

#[test]
fn without_policies() {
    let limit =
        |current, desired, min, max| limit_without_policies(current, desired, ReplicaBounds { min, max });
    assert_eq!(limit(3, 1_000, 1, 2_000), (6, Limit::ScaleUp));
    assert_eq!(limit(1, 1_000, 1, 2_000), (4, Limit::ScaleUp));
    assert_eq!(limit(3, 1_000, 1, 6), (6, Limit::TooManyReplicas));
    assert_eq!(limit(1, 0, 0, 10), (0, Limit::WithinRange));
    assert_eq!(limit(1, 0, 1, 10), (1, Limit::TooFewReplicas));
    assert_eq!(limit(9, 2, 1, 10), (2, Limit::WithinRange), "down at once");
}
