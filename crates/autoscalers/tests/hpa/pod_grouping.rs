//! Which group a pod falls into, edge by edge.

use podpilot_autoscalers::hpa::{PodGroup, PodSample};
use podpilot_core::{PodId, PodPhase, PodTable, Readiness, ReadyCondition, Span, Timestamp};

use crate::world::{NOW, RULES, WINDOW, seconds_ago};

#[derive(Clone, Copy)]
struct Case {
    phase: PodPhase,
    started_at: Option<Timestamp>,
    ready: Option<(Readiness, Timestamp)>,
    sampled_at: Option<Timestamp>,
    deleted: bool,
}

const LONG_READY: Case = Case {
    phase: PodPhase::Running,
    started_at: Some(Timestamp(NOW.0 - Span::seconds(3_600).0)),
    ready: Some((Readiness::True, Timestamp(NOW.0 - Span::seconds(3_000).0))),
    sampled_at: Some(NOW),
    deleted: false,
};

/// Group for CPU and for any other metric.
fn groups(case: Case) -> (PodGroup, PodGroup) {
    let mut table = PodTable::default();
    let ready = case.ready.map(|(status, last_transition)| ReadyCondition { status, last_transition });
    table.push(PodId(0), case.phase, case.started_at, ready, case.deleted.then_some(NOW), &[]);
    let sample = case.sampled_at.map(|at| PodSample { value_milli: 1, at, window: WINDOW });
    let pod = &table.pods()[0];
    (RULES.group(pod, sample.as_ref(), true), RULES.group(pod, sample.as_ref(), false))
}

#[test]
fn phase_comes_before_everything() {
    use PodGroup::{Ignored, Missing, Ready, Unready};
    let with = |phase, deleted, sampled_at| groups(Case { phase, sampled_at, deleted, ..LONG_READY });
    assert_eq!(with(PodPhase::Running, false, Some(NOW)), (Ready, Ready));
    assert_eq!(with(PodPhase::Running, true, Some(NOW)), (Ignored, Ignored));
    assert_eq!(with(PodPhase::Pending, true, None), (Ignored, Ignored));
    assert_eq!(with(PodPhase::Failed, false, Some(NOW)), (Ignored, Ignored));
    assert_eq!(with(PodPhase::Pending, false, None), (Unready, Unready));
    assert_eq!(with(PodPhase::Pending, false, Some(NOW)), (Unready, Unready));
    assert_eq!(with(PodPhase::Running, false, None), (Missing, Missing));
    assert_eq!(with(PodPhase::Unknown, false, Some(NOW)), (Ready, Ready));
}

#[test]
fn only_cpu_asks_for_readiness() {
    use PodGroup::{Ready, Unready};
    assert_eq!(groups(Case { ready: None, ..LONG_READY }), (Unready, Ready));
    assert_eq!(groups(Case { started_at: None, ..LONG_READY }), (Unready, Ready));
}

#[test]
fn during_initialization_a_whole_window_must_lie_after_readiness() {
    use PodGroup::{Ready, Unready};
    let starting = |status, ready_s: i64, sampled_s: i64| {
        groups(Case {
            started_at: Some(seconds_ago(119)),
            ready: Some((status, seconds_ago(ready_s))),
            sampled_at: Some(seconds_ago(sampled_s)),
            ..LONG_READY
        })
        .0
    };
    assert_eq!(starting(Readiness::True, 100, 40), Ready, "exactly one window after");
    assert_eq!(starting(Readiness::True, 100, 41), Unready);
    assert_eq!(starting(Readiness::False, 100, 0), Unready);
    assert_eq!(starting(Readiness::Unknown, 100, 40), Ready);
}

#[test]
fn after_initialization_only_pods_never_ready_are_left_out() {
    use PodGroup::{Ready, Unready};
    let old = |started_s: i64, status, turned_s: i64| {
        groups(Case {
            started_at: Some(seconds_ago(started_s)),
            ready: Some((status, seconds_ago(turned_s))),
            sampled_at: Some(seconds_ago(3_000)),
            ..LONG_READY
        })
        .0
    };
    assert_eq!(old(120, Readiness::True, 0), Ready, "the period ends after exactly two minutes");
    assert_eq!(old(200, Readiness::False, 190), Ready, "turned unready exactly at the delay");
    assert_eq!(old(200, Readiness::False, 191), Unready, "within the delay: never was ready");
    assert_eq!(old(200, Readiness::Unknown, 200), Ready);
}
