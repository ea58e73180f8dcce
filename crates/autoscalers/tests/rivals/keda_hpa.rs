//! KEDA's part between one and many: the HPA that it makes, what it serves to it, and fallbacks.

use podpilot_autoscalers::{Hpa, HpaControllerConfig, HpaManifest, Keda};
use podpilot_core::{Autoscaler, Reason};

use crate::keda_operator::{RATE, Target, object};
use crate::world::{seen, with_metric, with_usage};

#[test]
fn it_decides_as_its_hpa_would() {
    let manifest: HpaManifest = serde_saphyr::from_str(
        "apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nspec:\n  scaleTargetRef: {kind: Deployment, name: web}\n  \
         minReplicas: 1\n  maxReplicas: 100\n  metrics: [{type: External, external: {metric: {name: requests_per_second}, \
         target: {type: AverageValue, averageValue: \"10\"}}}]\n",
    )
    .unwrap();
    let mut hpa = Hpa::new("hpa", &manifest, HpaControllerConfig::default()).unwrap();
    let mut target = Target::of(&object("minReplicaCount: 1, ", "", &[RATE]), 1);
    for step in 0..400_i64 {
        let rate = 20.0 + f64::from((step * 7_919 % 97) as i32) * (1.0 + step as f64 / 100.0);
        let observation = with_metric(seen(15 * step, target.pods), "requests_per_second", rate);
        let expected = hpa.decide(&observation);
        assert_eq!(target.decide(&observation), expected.replicas, "step {step}");
        assert_eq!(target.reasons, expected.reasons.as_slice(), "step {step}");
    }
}

#[test]
fn polling_does_not_slow_the_hpa_unless_metrics_are_cached() {
    let fresh = object("minReplicaCount: 1, pollingInterval: 120, ", "", &[RATE]);
    let cached = RATE.replace("type: prometheus,", "type: prometheus, useCachedMetrics: true,");
    let cached = object("minReplicaCount: 1, pollingInterval: 120, ", "", &[&cached]);
    for (object, at_fifteen) in [(fresh, 4), (cached, 1)] {
        let mut target = Target::of(&object, 1);
        target.until(0, Some(5.0));
        assert_eq!(target.until(15, Some(40.0)), at_fifteen);
        assert_eq!(target.until(120, Some(40.0)), 4);
    }
}

#[test]
fn cpu_and_memory_are_read_by_the_hpa() {
    let cpu = "{type: cpu, metricType: Utilization, metadata: {value: \"50\"}}";
    let mut target = Target::of(&object("minReplicaCount: 1, ", "", &[cpu]), 4);
    // 50 % of the limit is 100 % of the request.
    assert_eq!(target.decide(&with_usage(seen(0, 4), 50.0, 10.0)), Some(8));
    assert_eq!(target.keda.metric_names(), ["cpu"]);
    let named = cpu.replace("value: \"50\"", "value: \"50\", containerName: app");
    let mut one = Target::of(&object("minReplicaCount: 1, ", "", &[&named]), 4);
    assert_eq!(one.decide(&with_usage(seen(0, 4), 50.0, 10.0)), Some(8));
    let memory = "{type: memory, metricType: AverageValue, metadata: {value: 256Mi}}";
    let mut by_memory = Target::of(&object("minReplicaCount: 1, ", "", &[memory]), 4);
    assert_eq!(by_memory.decide(&with_usage(seen(0, 4), 1.0, 50.0)), Some(8));
}

#[test]
fn the_highest_trigger_wins_and_one_that_fails_blocks_only_scale_down() {
    let cron = "{type: cron, name: office, metadata: {timezone: UTC, start: 0 0 * * *, end: 0 12 * * *, desiredReplicas: \"5\"}}";
    let triggers = object("minReplicaCount: 1, ", "", &[RATE, cron]);
    let mut target = Target::of(&triggers, 2);
    assert_eq!(target.until(0, Some(30.0)), 4, "the limit of a step");
    assert_eq!(target.until(30, Some(30.0)), 5, "the window's count, above the rate's 3");
    assert!(target.reasons.iter().any(|reason| matches!(reason, Reason::MetricChosen { index: 1, .. })));
    let mut failing = Target::of(&triggers, 2);
    assert_eq!(failing.until(30, None), 5);
    let mut high = Target::of(&triggers, 9);
    assert_eq!(high.until(900, None), 9);
}

#[test]
fn fallback_applies_after_more_failures_than_the_threshold() {
    let with = |behavior: &str| {
        object(
            &format!("minReplicaCount: 1, fallback: {{failureThreshold: 3, replicas: 6{behavior}}}, "),
            "",
            &[RATE],
        )
    };
    let mut target = Target::of(&with(""), 3);
    assert_eq!(target.until(30, None), 3, "the third failure in a row");
    assert_eq!(target.until(45, None), 6, "the fourth");
    assert!(target.reasons.contains(&Reason::Fallback { index: 0, replicas: 6 }), "{:?}", target.reasons);
    assert_eq!(target.until(60, Some(30.0)), 6, "stabilization of the HPA");
    assert_eq!(target.until(420, Some(30.0)), 3);
    for (behavior, pods, expected) in [
        ("static", 3, 6),
        ("currentReplicas", 3, 3),
        ("currentReplicasIfHigher", 3, 6),
        ("currentReplicasIfHigher", 9, 9),
        ("currentReplicasIfLower", 3, 3),
    ] {
        let mut target = Target::of(&with(&format!(", behavior: {behavior}")), pods);
        assert_eq!(target.until(120, None), expected, "{behavior} at {pods}");
    }
    let mut lower = Target::of(&with(", behavior: currentReplicasIfLower"), 9);
    assert_eq!(lower.until(600, None), 6);
}

#[test]
fn fallback_works_for_whole_values_too() {
    let value = RATE.replace("type: prometheus,", "type: prometheus, metricType: Value,");
    let spec = "minReplicaCount: 1, fallback: {failureThreshold: 0, replicas: 6}, ";
    let mut target = Target::of(&object(spec, "", &[&value]), 3);
    assert_eq!(target.until(0, None), 6);
}

#[test]
fn without_a_fallback_failures_freeze_the_count() {
    let mut target = Target::of(&object("minReplicaCount: 1, ", "", &[RATE]), 7);
    assert_eq!(target.until(3_600, None), 7);
    assert!(target.reasons.contains(&Reason::MetricFailed { index: 0 }), "{:?}", target.reasons);
}

#[test]
fn an_empty_answer_is_zero_only_where_the_object_says_so() {
    use podpilot_core::{MetricKey, MetricSeries};
    let key = MetricKey::External { metric: "requests_per_second".to_owned() };
    let empty = |second| {
        let mut observation = seen(second, 8);
        observation.metrics.push(MetricSeries { key: key.clone(), values: vec![] });
        observation
    };
    let strict = RATE.replace("threshold: \"10\"", "threshold: \"10\", ignoreNullValues: \"false\"");
    let mut target = Target::of(&object("minReplicaCount: 1, ", "", &[&strict]), 8);
    assert_eq!(target.decide(&empty(0)), None);
    let mut lenient = Target::of(&object("minReplicaCount: 1, ", "", &[RATE]), 8);
    assert_eq!(lenient.decide(&empty(0)), Some(8), "held by stabilization");
    assert!(lenient.reasons.contains(&Reason::ScaleDownStabilized { wanted: 0 }), "{:?}", lenient.reasons);
}

#[test]
fn its_period_fits_both_intervals() {
    let period = |polling: i32| {
        let object = object(&format!("pollingInterval: {polling}, "), "", &[RATE]);
        Keda::new("keda", &object, HpaControllerConfig::default()).unwrap().period().as_seconds()
    };
    assert_eq!((period(30), period(20), period(7), period(5)), (15.0, 5.0, 1.0, 5.0));
}
