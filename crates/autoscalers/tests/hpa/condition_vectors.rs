//! Conditions and their reasons, step by step.

use podpilot_autoscalers::hpa::manifest::{Behavior, MetricTargetType, ScalingRules};
use podpilot_autoscalers::hpa::{Blocker, ConditionKind, ConditionReason, MetricError};
use podpilot_core::{Autoscaler, Outcome, Span, WriteResult};

use crate::whole_loop::{applied, cpu_manifest, external_spec, hpa, loaded, reason};
use crate::world::NOW;

const ABLE: ConditionKind = ConditionKind::AbleToScale;
const ACTIVE: ConditionKind = ConditionKind::ScalingActive;
const LIMITED: ConditionKind = ConditionKind::ScalingLimited;

#[test]
fn within_range() {
    let mut hpa = hpa(&cpu_manifest(50, 1, 10));
    hpa.decide(&loaded(3, 1_000, &[Some(600); 3]));
    assert_eq!(reason(&hpa, ABLE), Some((true, ConditionReason::ReadyForNewScale)));
    assert_eq!(reason(&hpa, ACTIVE), Some((true, ConditionReason::ValidMetricFound)));
    assert_eq!(reason(&hpa, LIMITED), Some((false, ConditionReason::DesiredWithinRange)));
    hpa.applied(&applied(3, 4));
    assert_eq!(reason(&hpa, ABLE), Some((true, ConditionReason::SucceededRescale)));
}

#[test]
fn stabilized_both_ways() {
    let mut legacy = hpa(&cpu_manifest(50, 1, 10));
    legacy.decide(&loaded(5, 1_000, &[Some(10); 5]));
    assert_eq!(reason(&legacy, ABLE), Some((true, ConditionReason::ScaleDownStabilized)));

    let mut manifest = cpu_manifest(50, 1, 10);
    let rules = ScalingRules { stabilization_window_seconds: Some(300), ..ScalingRules::default() };
    manifest.spec.behavior = Some(Behavior { scale_up: Some(rules), scale_down: None });
    let mut slow = hpa(&manifest);
    assert_eq!(slow.decide(&loaded(5, 1_000, &[Some(1_000); 5])).replicas, Some(5));
    assert_eq!(reason(&slow, ABLE), Some((true, ConditionReason::ScaleUpStabilized)));
    slow.decide(&loaded(5, 1_000, &[Some(10); 5]));
    assert_eq!(reason(&slow, ABLE), Some((true, ConditionReason::ScaleDownStabilized)));
}

#[test]
fn limits() {
    let mut wide = hpa(&cpu_manifest(10, 4, 100));
    wide.decide(&loaded(5, 1_000, &[Some(1_000); 5]));
    assert_eq!(reason(&wide, LIMITED), Some((true, ConditionReason::ScaleUpLimit)));
    let mut narrow = hpa(&cpu_manifest(10, 1, 7));
    narrow.decide(&loaded(5, 1_000, &[Some(1_000); 5]));
    assert_eq!(reason(&narrow, LIMITED), Some((true, ConditionReason::TooManyReplicas)));
    let mut idle = loaded(5, 1_000, &[Some(10); 5]);
    wide.decide(&idle);
    idle.now = NOW + Span::minutes(10);
    wide.decide(&idle);
    assert_eq!(reason(&wide, LIMITED), Some((true, ConditionReason::TooFewReplicas)));

    let mut manifest = cpu_manifest(10, 1, 100);
    let rules = ScalingRules {
        stabilization_window_seconds: Some(0),
        policies: Some(vec![podpilot_autoscalers::hpa::manifest::ScalingPolicy {
            policy_type: podpilot_autoscalers::hpa::manifest::PolicyType::Pods,
            value: 1,
            period_seconds: 60,
        }]),
        ..ScalingRules::default()
    };
    manifest.spec.behavior = Some(Behavior { scale_up: None, scale_down: Some(rules) });
    let mut careful = hpa(&manifest);
    assert_eq!(careful.decide(&loaded(5, 1_000, &[Some(1); 5])).replicas, Some(4));
    assert_eq!(reason(&careful, LIMITED), Some((true, ConditionReason::ScaleDownLimit)));
}

#[test]
fn failures() {
    let mut resource = hpa(&cpu_manifest(50, 1, 10));
    assert_eq!(resource.decide(&loaded(2, 1_000, &[None, None])).replicas, None);
    assert_eq!(reason(&resource, ACTIVE), Some((false, ConditionReason::FailedGetResourceMetric)));
    assert_eq!(reason(&resource, ABLE), Some((true, ConditionReason::SucceededGetScale)));
    assert_eq!(resource.metric_results(), [Some(Err(MetricError::NoValue))]);

    let mut manifest = cpu_manifest(50, 1, 10);
    manifest.spec.metrics = Some(vec![external_spec("queue", "1", MetricTargetType::Value)]);
    let mut external = hpa(&manifest);
    external.decide(&loaded(2, 1_000, &[Some(1), Some(1)]));
    assert_eq!(reason(&external, ACTIVE), Some((false, ConditionReason::FailedGetExternalMetric)));

    let failed = Outcome { at: NOW, from: 2, to: 3, result: WriteResult::Failed };
    external.applied(&failed);
    assert_eq!(reason(&external, ABLE), Some((false, ConditionReason::FailedUpdateScale)));
}

#[test]
fn blockers_are_noted() {
    let mut hpa = hpa(&cpu_manifest(50, 1, 10));
    hpa.scale_unreadable(NOW);
    assert_eq!(reason(&hpa, ABLE), Some((false, ConditionReason::FailedGetScale)));
    let seen = loaded(2, 1_000, &[Some(1), Some(1)]);
    for (blocker, noted) in [
        (Blocker::InvalidSelector, ConditionReason::InvalidSelector),
        (Blocker::AmbiguousSelector, ConditionReason::AmbiguousSelector),
    ] {
        assert_eq!(hpa.decide_blocked(blocker, &seen).replicas, None);
        assert_eq!(reason(&hpa, ABLE), Some((true, ConditionReason::SucceededGetScale)));
        assert_eq!(reason(&hpa, ACTIVE), Some((false, noted)));
    }
}

#[test]
fn the_time_of_transition_moves_only_with_the_status() {
    let mut hpa = hpa(&cpu_manifest(50, 1, 10));
    let mut seen = loaded(3, 1_000, &[Some(500); 3]);
    hpa.decide(&seen);
    seen.now = NOW + Span::seconds(15);
    hpa.decide(&seen);
    assert_eq!(hpa.conditions().get(ACTIVE).unwrap().last_transition, NOW);
    let mut blind = loaded(3, 1_000, &[None; 3]);
    blind.now = NOW + Span::seconds(30);
    hpa.decide(&blind);
    assert_eq!(hpa.conditions().get(ACTIVE).unwrap().last_transition, blind.now);
    assert_eq!(hpa.conditions().iter().count(), 3);
}
