//! Wrong manifests: one error each that names the field and says what would be right.

use podpilot_autoscalers::hpa::{Hpa, HpaControllerConfig, HpaManifest};

const HEAD: &str = "apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nspec:\n  maxReplicas: 10\n  \
                    scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}\n";

fn error_of(yaml: &str) -> String {
    let config = HpaControllerConfig { scale_to_zero: false, ..HpaControllerConfig::default() };
    match serde_saphyr::from_str::<HpaManifest>(yaml) {
        Err(error) => error.to_string(),
        Ok(manifest) => match Hpa::new("wrong", &manifest, config) {
            Err(error) => error.to_string(),
            Ok(_) => "no error".to_owned(),
        },
    }
}

#[test]
fn the_head_alone_is_right() {
    assert_eq!(error_of(HEAD), "no error");
}

#[test]
fn unknown_fields_of_the_spec_are_named() {
    let inside = [
        "  minReplica: 2\n",
        "  metrics: [{type: Resource, resource: {name: cpu, minReplica: 1, target: {type: Utilization, averageUtilization: 50}}}]\n",
        "  metrics: [{type: Resource, resource: {name: cpu, target: {type: Utilization, minReplica: 50}}}]\n",
        "  behavior: {scaleUp: {minReplica: 10}}\n",
        "  behavior: {scaleUp: {policies: [{type: Pods, value: 1, periodSeconds: 15, minReplica: 1}]}}\n",
    ];
    for fields in inside {
        let error = error_of(&format!("{HEAD}{fields}"));
        assert!(error.contains("unknown field") && error.contains("minReplica"), "{error}");
        assert!(error.contains("line"), "{error}");
    }
}

#[test]
fn wrong_kind_or_version() {
    let kind = HEAD.replace("HorizontalPodAutoscaler", "ScaledObject");
    assert_eq!(error_of(&kind), "kind: is `ScaledObject`, must be HorizontalPodAutoscaler");
    let version = HEAD.replace("autoscaling/v2", "autoscaling/v1");
    assert!(error_of(&version).starts_with("apiVersion: is `autoscaling/v1`, must be autoscaling/v2"));
}

#[test]
fn bounds_and_reference() {
    let cases = [
        ("minReplicas: 0", "spec.minReplicas: is 0, must be at least 1 (0 needs the feature HPAScaleToZero)"),
        ("minReplicas: -1", "spec.minReplicas: is -1, must be at least 1"),
        ("minReplicas: 11", "spec.maxReplicas: is 10, must not be below minReplicas, which is 11"),
    ];
    for (field, expected) in cases {
        assert_eq!(error_of(&format!("{HEAD}  {field}\n")), expected);
    }
    assert_eq!(
        error_of(&HEAD.replace("maxReplicas: 10", "maxReplicas: 0")),
        "spec.maxReplicas: is 0, must be at least 1"
    );
    assert_eq!(
        error_of(&HEAD.replace("name: web", "name: 'a/b'")),
        "spec.scaleTargetRef.name: is `a/b`, must not contain `/`"
    );
    assert_eq!(
        error_of(&HEAD.replace("kind: Deployment", "kind: ''")),
        "spec.scaleTargetRef.kind: is empty, must be a name"
    );
}

#[test]
fn zero_replicas_need_a_metric_that_works_there() {
    let manifest: HpaManifest = serde_saphyr::from_str(&format!("{HEAD}  minReplicas: 0\n")).unwrap();
    let error = Hpa::new("zero", &manifest, HpaControllerConfig::default()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "spec.metrics: must hold at least one Object or External metric, because minReplicas is 0"
    );
}

#[test]
fn metrics() {
    let cases = [
        ("{type: Resource}", "spec.metrics[0].resource: is missing, but type is Resource"),
        (
            "{type: Resource, pods: {metric: {name: x}, target: {type: AverageValue, averageValue: 1}}}",
            "spec.metrics[0].pods: does not belong to type Resource, which takes `resource` only",
        ),
        (
            "{type: Resource, resource: {name: gpu, target: {type: Utilization, averageUtilization: 50}}}",
            "spec.metrics[0].resource.name: is `gpu`, must be cpu or memory: the metrics API reports no other",
        ),
        (
            "{type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 0}}}",
            "spec.metrics[0].resource.target.averageUtilization: is 0, must be at least 1 per cent",
        ),
        (
            "{type: Resource, resource: {name: cpu, target: {type: Utilization}}}",
            "spec.metrics[0].resource.target.averageUtilization: is missing: set it, or averageValue",
        ),
        (
            "{type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 5, averageValue: 1}}}",
            "spec.metrics[0].resource.target.averageValue: must not be set together with averageUtilization",
        ),
        (
            "{type: ContainerResource, containerResource: {name: cpu, container: '', target: {type: Utilization, averageUtilization: 5}}}",
            "spec.metrics[0].containerResource.container: is empty, must be a name",
        ),
        (
            "{type: Pods, pods: {metric: {name: x}, target: {type: AverageValue, averageValue: '-1'}}}",
            "spec.metrics[0].pods.target.averageValue: is -1, must be above 0",
        ),
        (
            "{type: Pods, pods: {metric: {name: x}, target: {type: Value, value: 1}}}",
            "spec.metrics[0].pods.target.averageValue: is missing: a Pods metric has an average value as its target",
        ),
        (
            "{type: Object, object: {describedObject: {kind: Ingress, name: x}, metric: {name: y}, target: {type: Value, averageValue: 1}}}",
            "spec.metrics[0].object.target.value: is missing: target.type is Value",
        ),
        (
            "{type: Object, object: {describedObject: {kind: Ingress, name: x}, metric: {name: y}, target: {type: Utilization, value: 1}}}",
            "spec.metrics[0].object.target.type: is Utilization, must be Value or AverageValue for an Object metric",
        ),
        (
            "{type: External, external: {metric: {name: ''}, target: {type: Value, value: 1}}}",
            "spec.metrics[0].external.metric.name: is empty, must be a name",
        ),
        (
            "{type: External, external: {metric: {name: y}, target: {type: Value, value: 1, averageValue: 1}}}",
            "spec.metrics[0].external.target.value: must not be set together with averageValue",
        ),
        (
            "{type: External, external: {metric: {name: y}, target: {type: Value, value: 100E}}}",
            "spec.metrics[0].external.target.value: is 100E, must be at most 9223372036854775807m",
        ),
    ];
    for (metric, expected) in cases {
        assert_eq!(error_of(&format!("{HEAD}  metrics: [{metric}]\n")), expected);
    }
}

#[test]
fn texts_that_are_no_quantity_or_no_choice() {
    let metric = |value: &str, target_type: &str| {
        error_of(&format!(
            "{HEAD}  metrics: [{{type: External, external: {{metric: {{name: y}}, target: {{type: {target_type}, value: {value}}}}}}}]\n"
        ))
    };
    let error = metric("10MB", "Value");
    assert!(error.contains("`10MB` ends in the unknown suffix `MB`"), "{error}");
    let error = metric("1", "Values");
    assert!(error.contains("Values") && error.contains("AverageValue"), "{error}");
}

#[test]
fn behavior() {
    let cases = [
        (
            "scaleUp: {stabilizationWindowSeconds: 3601}",
            "spec.behavior.scaleUp.stabilizationWindowSeconds: is 3601, must be between 0 and 3600",
        ),
        (
            "scaleDown: {stabilizationWindowSeconds: -1}",
            "spec.behavior.scaleDown.stabilizationWindowSeconds: is -1, must be between 0 and 3600",
        ),
        (
            "scaleUp: {policies: []}",
            "spec.behavior.scaleUp.policies: is empty: leave it out for the default or state a policy",
        ),
        (
            "scaleUp: {policies: [{type: Pods, value: 0, periodSeconds: 15}]}",
            "spec.behavior.scaleUp.policies[0].value: is 0, must be at least 1",
        ),
        (
            "scaleDown: {policies: [{type: Pods, value: 1, periodSeconds: 15}, {type: Percent, value: 1, periodSeconds: 1801}]}",
            "spec.behavior.scaleDown.policies[1].periodSeconds: is 1801, must be between 1 and 1800",
        ),
        (
            "scaleDown: {tolerance: '-0.1'}",
            "spec.behavior.scaleDown.tolerance: is -100m, must not be negative",
        ),
    ];
    for (behavior, expected) in cases {
        assert_eq!(error_of(&format!("{HEAD}  behavior: {{{behavior}}}\n")), expected);
    }
}
