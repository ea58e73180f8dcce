//! The controller's pass as a whole: published vectors and the order of its steps.

use podpilot_autoscalers::hpa::manifest::{
    Behavior, ExternalSource, MetricIdentifier, MetricSourceType, MetricSpec, MetricTarget, MetricTargetType,
    PolicyType, ScalingPolicy, ScalingRules,
};
use podpilot_autoscalers::hpa::{ConditionKind, ConditionReason, Hpa, HpaControllerConfig, HpaManifest};
use podpilot_core::{
    Autoscaler, Observation, Outcome, Reason, ReplicaBounds, Signal, SignalSet, Span, WriteResult,
};

use crate::world::State::Live;
use crate::world::{Containers, NOW, external, observation, pod, table};

pub(crate) fn cpu_manifest(target_percent: i32, min: i32, max: i32) -> HpaManifest {
    HpaManifest::cpu_utilization(target_percent, ReplicaBounds { min, max })
}

pub(crate) fn external_spec(metric: &str, target: &str, target_type: MetricTargetType) -> MetricSpec {
    let quantity = Some(target.parse().unwrap());
    let is_value = target_type == MetricTargetType::Value;
    MetricSpec {
        source_type: MetricSourceType::External,
        resource: None,
        external: Some(ExternalSource {
            metric: MetricIdentifier { name: metric.to_owned(), selector: None },
            target: MetricTarget {
                target_type,
                value: quantity.filter(|_| is_value),
                average_value: quantity.filter(|_| !is_value),
                average_utilization: None,
            },
        }),
        ..MetricSpec::cpu_utilization(1)
    }
}

pub(crate) fn hpa(manifest: &HpaManifest) -> Hpa {
    Hpa::new("under-test", manifest, HpaControllerConfig::default()).unwrap()
}

/// Pods of two containers with this request and usage each, in millicores.
pub(crate) fn loaded(spec: i32, request: i64, usage: &[Option<i64>]) -> Observation {
    let pods: Vec<_> = usage.iter().map(|&usage| pod(Live, request, usage)).collect();
    observation(spec, usage.len() as i32, table(&pods, Containers::Alike))
}

pub(crate) fn reason(hpa: &Hpa, kind: ConditionKind) -> Option<(bool, ConditionReason)> {
    hpa.conditions().get(kind).map(|condition| (condition.status, condition.reason))
}

pub(crate) fn applied(from: i32, to: i32) -> Outcome {
    Outcome { at: NOW, from, to, result: WriteResult::Applied }
}

fn percent_up(value: i32, period_seconds: i32) -> Behavior {
    let policies = vec![ScalingPolicy { policy_type: PolicyType::Percent, value, period_seconds }];
    Behavior {
        scale_up: Some(ScalingRules { policies: Some(policies), ..ScalingRules::default() }),
        scale_down: None,
    }
}

#[test]
fn rate_rule_and_upper_bound() {
    for (max, expected, limit) in
        [(100, 24, ConditionReason::ScaleUpLimit), (20, 20, ConditionReason::TooManyReplicas)]
    {
        let mut manifest = cpu_manifest(10, 2, max);
        manifest.spec.behavior = Some(percent_up(700, 60));
        let mut hpa = hpa(&manifest);
        let proposal = hpa.decide(&loaded(3, 100, &[Some(100), Some(200), Some(300)]));
        assert_eq!(proposal.replicas, Some(expected));
        assert_eq!(reason(&hpa, ConditionKind::ScalingLimited), Some((true, limit)));
    }
}

#[test]
fn a_stray_pod_does_not_scale() {
    let mut hpa = hpa(&cpu_manifest(50, 1, 10));
    let mut at_target = loaded(4, 1_000, &[Some(500); 5]);
    at_target.replicas.status = 5;
    let proposal = hpa.decide(&at_target);
    assert_eq!(proposal.replicas, Some(4));
    assert!(proposal.reasons.as_slice().contains(&Reason::WithinTolerance));
}

#[test]
fn missing_samples_soften_a_scale_down() {
    let config =
        HpaControllerConfig { downscale_stabilization: Span::ZERO, ..HpaControllerConfig::default() };
    let mut hpa = Hpa::new("soft", &cpu_manifest(100, 2, 6), config).unwrap();
    let mut seen = loaded(4, 1_000, &[Some(400), Some(95), None, None]);
    hpa.decide(&seen);
    // The initial recommendation of 4 leaves the window of length zero with the next tick.
    seen.now = NOW + Span::seconds(15);
    assert_eq!(hpa.decide(&seen).replicas, Some(3));
}

#[test]
fn a_failing_metric_blocks_scaling_down_only() {
    let mut manifest = cpu_manifest(50, 1, 10);
    manifest.spec.metrics.as_mut().unwrap().push(external_spec("queue", "10", MetricTargetType::Value));
    let mut up = hpa(&manifest);
    let proposal = up.decide(&loaded(3, 1_000, &[Some(650); 3]));
    assert_eq!(proposal.replicas, Some(4));
    assert!(proposal.reasons.as_slice().contains(&Reason::MetricFailed { index: 1 }));
    assert_eq!(reason(&up, ConditionKind::ScalingActive), Some((true, ConditionReason::ValidMetricFound)));

    let mut down = hpa(&manifest);
    let proposal = down.decide(&loaded(5, 1_000, &[Some(100); 5]));
    assert_eq!(proposal.replicas, None, "stays at 5");
    assert_eq!(proposal.reasons.as_slice(), [Reason::MetricFailed { index: 1 }, Reason::NoUsableMetric]);
    assert_eq!(
        reason(&down, ConditionKind::ScalingActive),
        Some((false, ConditionReason::FailedGetExternalMetric))
    );
}

#[test]
fn the_highest_proposal_wins() {
    let mut manifest = cpu_manifest(50, 1, 10);
    manifest.spec.metrics.as_mut().unwrap().push(external_spec(
        "queue",
        "10",
        MetricTargetType::AverageValue,
    ));
    let mut hpa = hpa(&manifest);
    let mut seen = loaded(3, 1_000, &[Some(500); 3]);
    seen.metrics.push(external("queue", &[30_000, 25_000]));
    let proposal = hpa.decide(&seen);
    assert_eq!(proposal.replicas, Some(6));
    let chosen = Reason::MetricChosen { index: 1, replicas: 6, usage_ratio: 55.0 / 30.0 };
    assert_eq!(proposal.reasons.as_slice(), [chosen]);
    let signals = SignalSet::EMPTY.with(Signal::Pods).with(Signal::ResourceUsage).with(Signal::NamedMetrics);
    assert_eq!(hpa.signals(), signals);
}

#[test]
fn bounds_apply_at_once_and_without_metrics() {
    let mut hpa = hpa(&cpu_manifest(50, 2, 10));
    for (spec, expected) in [(15, 10), (1, 2)] {
        let proposal = hpa.decide(&observation(spec, spec, table(&[], Containers::Alike)));
        assert_eq!(proposal.replicas, Some(expected));
    }
    assert_eq!(reason(&hpa, ConditionKind::ScalingActive), None, "metrics were not looked at");
}

#[test]
fn after_a_restart_the_present_count_holds_for_one_window() {
    let mut hpa = hpa(&cpu_manifest(50, 1, 10));
    let mut idle = loaded(8, 1_000, &[Some(10); 8]);
    for (second, expected) in [(0, 8), (15, 8), (300, 8), (315, 1)] {
        idle.now = NOW + Span::seconds(second);
        assert_eq!(hpa.decide(&idle).replicas, Some(expected), "after {second} s");
    }
}

#[test]
fn without_behavior_a_step_at_most_doubles() {
    let mut hpa = hpa(&cpu_manifest(10, 1, 100));
    let proposal = hpa.decide(&loaded(3, 1_000, &[Some(1_000); 3]));
    assert_eq!(proposal.replicas, Some(6));
    assert_eq!(proposal.reasons.as_slice().last(), Some(&Reason::ScaleUpLimit { wanted: 30 }));
}

#[test]
fn events_count_only_after_a_successful_write() {
    let mut manifest = cpu_manifest(10, 1, 100);
    manifest.spec.behavior = Some(percent_up(100, 60));
    let mut hpa = hpa(&manifest);
    let full = |spec: i32| loaded(spec, 1_000, &vec![Some(1_000); spec as usize]);
    assert_eq!(hpa.decide(&full(3)).replicas, Some(6));
    for result in [WriteResult::Conflict, WriteResult::Failed, WriteResult::Unchanged] {
        hpa.applied(&Outcome { at: NOW, from: 3, to: 6, result });
        assert_eq!(hpa.decide(&full(3)).replicas, Some(6), "{result:?} records nothing");
    }
    hpa.applied(&applied(3, 6));
    assert_eq!(hpa.decide(&full(6)).replicas, Some(6), "the period began at 3");
    let mut later = full(6);
    later.now = NOW + Span::seconds(60);
    assert_eq!(hpa.decide(&later).replicas, Some(12));
}

#[test]
fn zero_by_someone_elses_hand_is_respected() {
    let mut hpa = hpa(&cpu_manifest(50, 1, 10));
    let proposal = hpa.decide(&observation(0, 0, table(&[], Containers::Alike)));
    assert_eq!(proposal.replicas, Some(0));
    assert_eq!(proposal.reasons.as_slice(), [Reason::ScalingDisabled]);
    assert_eq!(reason(&hpa, ConditionKind::ScalingActive), Some((false, ConditionReason::ScalingDisabled)));
}

fn queue_manifest(min: i32) -> HpaManifest {
    let mut manifest = cpu_manifest(50, min, 10);
    manifest.spec.metrics = Some(vec![external_spec("queue", "10", MetricTargetType::AverageValue)]);
    manifest
}

fn queue(spec: i32, milli: i64) -> Observation {
    let mut seen = loaded(spec, 1_000, &vec![Some(1); spec as usize]);
    seen.metrics.push(external("queue", &[milli]));
    seen
}

#[test]
fn to_zero_and_back() {
    let config =
        HpaControllerConfig { downscale_stabilization: Span::seconds(1), ..HpaControllerConfig::default() };
    let mut hpa = Hpa::new("zero", &queue_manifest(0), config).unwrap();
    let mut empty = queue(2, 0);
    hpa.decide(&empty);
    empty.now = NOW + Span::seconds(15);
    assert_eq!(hpa.decide(&empty).replicas, Some(0));
    hpa.applied(&applied(2, 0));
    assert_eq!(reason(&hpa, ConditionKind::ScaledToZero), Some((true, ConditionReason::ScaledToZero)));
    assert_eq!(hpa.decide(&queue(0, 25_000)).replicas, Some(3));
    hpa.applied(&applied(0, 3));
    assert_eq!(reason(&hpa, ConditionKind::ScaledToZero), Some((false, ConditionReason::NotScaledToZero)));
    assert_eq!(hpa.decide(&queue(0, 25_000)).replicas, Some(0), "now zero is someone else's");
}

#[test]
fn a_lower_bound_raised_while_at_zero_is_reached() {
    let behavior = Some(Behavior::default());
    for behavior in [None, behavior] {
        let mut before = hpa(&queue_manifest(0));
        before.decide(&queue(2, 0));
        before.applied(&applied(2, 0));
        let mut manifest = queue_manifest(3);
        manifest.spec.behavior = behavior;
        let mut after = hpa(&manifest);
        after.restore(&before.snapshot()).unwrap();
        let mut seen = queue(0, 0);
        seen.now = NOW + Span::minutes(10);
        assert_eq!(after.decide(&seen).replicas, Some(3));
    }
}

#[test]
fn without_the_feature_zero_is_final() {
    let config = HpaControllerConfig { scale_to_zero: false, ..HpaControllerConfig::default() };
    assert!(Hpa::new("zero", &queue_manifest(0), config).is_err());
    let mut hpa = Hpa::new("zero", &queue_manifest(1), config).unwrap();
    hpa.applied(&applied(2, 0));
    assert_eq!(reason(&hpa, ConditionKind::ScaledToZero), None);
    assert_eq!(hpa.decide(&queue(0, 25_000)).replicas, Some(0));
}

#[test]
fn a_thousand_autoscalers_do_not_influence_each_other() {
    let mut crowd: Vec<Hpa> = (0..1_000).map(|_| hpa(&cpu_manifest(50, 1, 1_000))).collect();
    for (index, hpa) in crowd.iter_mut().enumerate() {
        let pods = 1 + index % 7;
        let proposal = hpa.decide(&loaded(pods as i32, 1_000, &vec![Some(1_000); pods]));
        assert_eq!(proposal.replicas, Some(2 * pods as i32));
    }
}
