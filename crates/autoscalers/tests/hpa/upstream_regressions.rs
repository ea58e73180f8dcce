//! Where our HPA once differed from Kubernetes 1.37.2, found by `make hpa-oracle`: one vector for each.

use podpilot_autoscalers::hpa::manifest::{
    Behavior, ContainerResourceSource, MetricSourceType, MetricSpec, MetricTargetType, PolicyType,
    ScalingPolicy, ScalingRules,
};
use podpilot_autoscalers::hpa::replica_calculator::{
    MetricProposal, Tolerances, external_sum_per_pod, external_value_per_pod_replicas,
    object_value_per_pod_replicas, value_replicas,
};
use podpilot_autoscalers::hpa::{
    Blocker, ConditionKind, ConditionReason, ContainerChoice, MetricError, Resource, ResourceMetric,
};
use podpilot_core::{Autoscaler, Outcome, PodId, PodTable, Span, WriteResult};

use crate::whole_loop::{applied, cpu_manifest, external_spec, hpa, loaded, reason};
use crate::world::State::{Live, Succeeded};
use crate::world::{Containers, NOW, RULES, bare_table, external, observation, pod, table, value};

const TOLERANCES: Tolerances = Tolerances { scale_up: 0.1, scale_down: 0.1 };

#[test]
fn a_succeeded_pod_counts_like_one_that_runs() {
    let pods = [pod(Live, 1_000, Some(500)), pod(Succeeded, 1_000, Some(900)), pod(Succeeded, 1_000, None)];
    let metric = ResourceMetric { resource: Resource::Cpu, containers: ContainerChoice::All };
    let tally = metric.tally_with_requests(&table(&pods, Containers::Alike), &RULES, 50).unwrap();
    assert_eq!((tally.ready.pods, tally.missing.pods, tally.ready.usage_milli), (2, 1, 2_800));
}

/// Two pods of one container `main` each; the second lacks what `without` says.
fn second_pod_without(without_container: bool) -> PodTable {
    let mut pods = table(&[pod(Live, 1_000, Some(900)), pod(Live, 1_000, Some(900))], Containers::Alike);
    let [first, second] = [pods.pods()[0], pods.pods()[1]].map(|pod| pods.containers(&pod).to_vec());
    let mut kept = if without_container { second[1..].to_vec() } else { second };
    if !without_container {
        kept[0].usage = None;
    }
    pods.clear();
    crate::world::push(&mut pods, 0, Live, &first);
    crate::world::push(&mut pods, 1, Live, &kept);
    pods
}

fn of_main(pods: &PodTable) -> ResourceMetric {
    ResourceMetric { resource: Resource::Cpu, containers: ContainerChoice::Named(pods.find_name("main")) }
}

#[test]
fn a_container_that_the_metrics_do_not_list_is_missing_not_an_error() {
    let pods = second_pod_without(false);
    let tally = of_main(&pods).tally_with_requests(&pods, &RULES, 50).unwrap();
    assert_eq!((tally.ready.pods, tally.missing.pods), (1, 1));
}

#[test]
fn a_pod_without_the_named_container_fails_utilization_but_not_an_average() {
    let pods = second_pod_without(true);
    let failed = of_main(&pods).tally_with_requests(&pods, &RULES, 50);
    assert_eq!(failed, Err(MetricError::ContainerAbsent { pod: PodId(1) }));
    let tally = of_main(&pods).tally_plain(&pods, &RULES, 500).unwrap();
    assert_eq!((tally.ready.pods, tally.missing.pods), (1, 1));
}

#[test]
fn a_container_metric_whose_container_is_nowhere_fails_as_one_without_samples() {
    let mut manifest = cpu_manifest(50, 1, 10);
    let target = manifest.spec.metrics.as_ref().unwrap()[0].resource.as_ref().unwrap().target.clone();
    let source = ContainerResourceSource { name: "cpu".to_owned(), container: "nowhere".to_owned(), target };
    manifest.spec.metrics = Some(vec![MetricSpec {
        source_type: MetricSourceType::ContainerResource,
        resource: None,
        container_resource: Some(source),
        ..MetricSpec::cpu_utilization(1)
    }]);
    let mut hpa = hpa(&manifest);
    assert_eq!(hpa.decide(&loaded(2, 1_000, &[Some(900); 2])).replicas, None);
    let expected = Some((false, ConditionReason::FailedGetContainerResourceMetric));
    assert_eq!(reason(&hpa, ConditionKind::ScalingActive), expected);
}

#[test]
fn an_object_value_beyond_32_bits_of_replicas_asks_for_the_lowest_integer() {
    let per_pod = |usage| object_value_per_pod_replicas(1, usage, 1, TOLERANCES).replicas;
    assert_eq!((per_pod(2_147_483_647), per_pod(2_147_483_648)), (i32::MAX, i32::MIN));
    let from_zero = |usage| value_replicas(0, usage, 1, &bare_table(&[]), TOLERANCES).unwrap().replicas;
    assert_eq!((from_zero(2_147_483_647), from_zero(2_147_483_648)), (i32::MAX, i32::MIN));
}

#[test]
fn an_external_value_per_pod_is_capped_and_so_is_what_the_status_shows() {
    let shown = |proposal: MetricProposal| (proposal.replicas, proposal.usage_milli);
    assert_eq!(shown(external_value_per_pod_replicas(2, i64::MAX - 1, 1, TOLERANCES)), (i32::MAX, i64::MAX));
    assert_eq!(shown(object_value_per_pod_replicas(1, i64::MAX - 1, 1, TOLERANCES)), (i32::MIN, i64::MIN));
}

#[test]
fn a_negative_partial_sum_of_external_series_per_pod_is_taken_for_an_overflow() {
    let sum = |milli: &[i64]| {
        external_sum_per_pod(&milli.iter().map(|&milli| value(None, milli)).collect::<Vec<_>>())
    };
    assert_eq!(sum(&[5, -2]), 3);
    assert_eq!(sum(&[-2, 5]), i64::MAX);
    let mut manifest = cpu_manifest(50, 1, 10);
    manifest.spec.metrics = Some(vec![external_spec("queue", "10", MetricTargetType::AverageValue)]);
    let mut seen = observation(3, 3, table(&[], Containers::Alike));
    seen.metrics.push(external("queue", &[-1]));
    assert_eq!(hpa(&manifest).decide(&seen).replicas, Some(6), "to the legacy limit, not to 1");
}

#[test]
fn a_percent_policy_beyond_32_bits_holds_the_count() {
    let policy = ScalingPolicy { policy_type: PolicyType::Percent, value: i32::MAX, period_seconds: 60 };
    let rules = ScalingRules { policies: Some(vec![policy]), ..ScalingRules::default() };
    let mut manifest = cpu_manifest(10, 1, 100_000);
    manifest.spec.behavior = Some(Behavior { scale_up: Some(rules), scale_down: None });
    let mut hpa = hpa(&manifest);
    let mut seen = loaded(200, 1_000, &[Some(1_000); 200]);
    assert_eq!(hpa.decide(&seen).replicas, Some(200));
    seen.replicas.spec = 20;
    assert_eq!(hpa.decide(&seen).replicas, Some(2_000), "20 times 21474837.47 still fits");
}

#[test]
fn a_useless_selector_does_not_keep_a_count_out_of_bounds() {
    let mut hpa = hpa(&cpu_manifest(50, 2, 10));
    let blocked = |hpa: &mut podpilot_autoscalers::hpa::Hpa, spec| {
        hpa.decide_blocked(Blocker::AmbiguousSelector, &loaded(spec, 1_000, &[Some(1)])).replicas
    };
    assert_eq!(blocked(&mut hpa, 12), Some(10));
    assert_eq!(blocked(&mut hpa, 0), Some(0));
    assert_eq!(blocked(&mut hpa, 5), None);
}

#[test]
fn an_edited_manifest_keeps_recommendations_events_and_conditions() {
    let mut manifest = cpu_manifest(50, 1, 10);
    manifest.spec.behavior = Some(Behavior::default());
    let mut hpa = hpa(&manifest);
    assert_eq!(hpa.decide(&loaded(4, 1_000, &[Some(1_000); 4])).replicas, Some(8));
    hpa.applied(&applied(4, 8));
    manifest.spec.max_replicas = 6;
    hpa.follow(&manifest).unwrap();
    assert!(hpa.metric_results().iter().all(Option::is_none));
    let mut seen = loaded(8, 1_000, &[Some(10); 8]);
    seen.now = NOW + Span::seconds(15);
    assert_eq!(hpa.decide(&seen).replicas, Some(6), "out of bounds");
    let outcome = Outcome { at: seen.now, from: 8, to: 6, result: WriteResult::Applied };
    hpa.applied(&outcome);
    let active = hpa.conditions().get(ConditionKind::ScalingActive).unwrap();
    assert_eq!((active.status, active.last_transition), (true, NOW), "kept from before the edit");
    seen.replicas.spec = 6;
    seen.now = NOW + Span::seconds(30);
    assert_eq!(hpa.decide(&seen).replicas, Some(6), "the recommendation of 8 still holds the count");
    manifest.spec.max_replicas = 0;
    assert!(hpa.follow(&manifest).is_err());
}
