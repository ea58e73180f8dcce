//! Manifests that KEDA would refuse, or that cannot be simulated.

use podpilot_autoscalers::{HpaControllerConfig, Keda, ScaledObject};

use crate::keda_operator::{RATE, object};

fn refused(object: &ScaledObject) -> String {
    Keda::new("keda", object, HpaControllerConfig::default()).unwrap_err().to_string()
}

fn trigger_refused(trigger: &str) -> String {
    refused(&object("minReplicaCount: 1, ", "", &[trigger]))
}

#[test]
fn defaults_are_those_of_keda() {
    let object = object("", "", &[RATE]);
    let bounds = Keda::bounds_of(&object);
    assert_eq!((bounds.min, bounds.max), (0, 100));
    let keda = Keda::new("keda", &object, HpaControllerConfig::default()).unwrap();
    assert_eq!(keda.hpa().bounds().min, 1, "the HPA never goes to zero");
    assert_eq!(keda.metric_names(), ["requests_per_second"]);
}

#[test]
fn unknown_fields_are_refused() {
    let text = "apiVersion: keda.sh/v1alpha1\nkind: ScaledObject\nspec: {scaleTargetRef: {name: web}, cooldown: 3, triggers: []}\n";
    let error = serde_saphyr::from_str::<ScaledObject>(text).unwrap_err().to_string();
    assert!(error.contains("cooldown"), "{error}");
}

#[test]
fn impossible_counts_and_times() {
    let spec = |spec: &str| refused(&object(spec, "", &[RATE]));
    assert_eq!(spec("pollingInterval: 0, "), "spec.pollingInterval: is 0, must be at least 1 s");
    assert_eq!(spec("cooldownPeriod: -1, "), "spec.cooldownPeriod: is -1, must be at least 0 s");
    assert_eq!(
        spec("minReplicaCount: 5, maxReplicaCount: 3, "),
        "spec.maxReplicaCount: is 3, must be at least 5"
    );
    assert_eq!(
        spec("minReplicaCount: 5, idleReplicaCount: 2, "),
        "spec.idleReplicaCount: is 2, must be 0: the HPA undoes any other count"
    );
    assert_eq!(
        spec("idleReplicaCount: 0, "),
        "spec.idleReplicaCount: must be below minReplicaCount, which is 0"
    );
    assert_eq!(
        spec("fallback: {failureThreshold: -1, replicas: 2}, "),
        "spec.fallback.failureThreshold: is -1, must be at least 0"
    );
}

#[test]
fn formulas_are_refused_in_one_sentence() {
    let spec = "advanced: {scalingModifiers: {formula: a + b, target: \"2\"}}, ";
    assert_eq!(
        refused(&object(spec, "", &[RATE])),
        "spec.advanced.scalingModifiers: is not supported: formulas over triggers cannot be simulated, use triggers without it"
    );
    let spec = "fallback: {failureThreshold: 1, replicas: 2, behavior: scalingModifiers}, ";
    assert!(refused(&object(spec, "", &[RATE])).starts_with("spec.fallback.behavior: is scalingModifiers"));
}

#[test]
fn triggers_name_the_field_that_is_wrong() {
    let field = "spec.triggers[0]";
    let kafka = trigger_refused("{type: kafka, metadata: {}}");
    assert!(kafka.starts_with(&format!("{field}.type: is `kafka`, must be prometheus, cpu, memory or cron")));
    let without = |name: &str| trigger_refused(&RATE.replace(&format!("{name}: "), "namespace: "));
    assert_eq!(without("query"), format!("{field}.metadata.query: is missing"));
    assert_eq!(without("threshold"), format!("{field}.metadata.threshold: is missing"));
    let query = trigger_refused(&RATE.replace("requests_per_second", "sum(a) / sum(b)"));
    assert!(
        query.starts_with(&format!("{field}.metadata.query: is `sum(a) / sum(b)`, which has no counterpart"))
    );
    assert_eq!(
        trigger_refused(&RATE.replace("\"10\"", "\"many\"")),
        format!("{field}.metadata.threshold: is `many`, must be a number")
    );
    assert_eq!(
        trigger_refused(&RATE.replace("\"10\"", "\"0\"")),
        format!("{field}.metadata.threshold: must be above 0")
    );
    let unknown = trigger_refused(&RATE.replace("threshold:", "treshold:"));
    assert!(unknown.starts_with(&format!("{field}.metadata.treshold: is unknown, known are serverAddress")));
    assert_eq!(
        trigger_refused("{type: cpu, metadata: {value: \"50\"}}"),
        format!("{field}.metricType: is missing, must be Utilization or AverageValue")
    );
    assert_eq!(
        trigger_refused("{type: cpu, metricType: Utilization, metadata: {value: 5m}}"),
        format!("{field}.metadata.value: is `5m`, must be a whole number of per cent")
    );
}

#[test]
fn cron_triggers_are_checked() {
    let cron = |timezone: &str, start: &str, end: &str| {
        trigger_refused(&format!(
            "{{type: cron, metadata: {{timezone: {timezone}, start: \"{start}\", end: \"{end}\", desiredReplicas: \"2\"}}}}"
        ))
    };
    let field = "spec.triggers[0].metadata";
    let zone = cron("Asia/Kolkata", "0 6 * * *", "0 8 * * *");
    assert!(
        zone.starts_with(&format!("{field}.timezone: is `Asia/Kolkata`, must be a zone without summer time"))
    );
    assert!(
        cron("UTC", "0 6 * *", "0 8 * * *").starts_with(&format!("{field}.start: `0 6 * *` has 4 fields"))
    );
    assert_eq!(
        cron("UTC", "0 6 * * *", "0 6 * * *"),
        format!("{field}.end: is `0 6 * * *`, must differ from start")
    );
}

#[test]
fn cpu_alone_cannot_wake_anything() {
    let cpu = "{type: cpu, metricType: Utilization, metadata: {value: \"50\"}}";
    assert_eq!(
        refused(&object("", "", &[cpu])),
        "spec.minReplicaCount: is 0, must be at least 1: cpu and memory alone cannot wake a target without pods"
    );
}

#[test]
fn misspelt_annotations_are_noticed() {
    let told = |annotation: &str| refused(&object("", annotation, &[RATE]));
    assert!(told("autoscaling.keda.sh/pause: \"true\"").contains("is unknown, known are paused"));
    assert!(told("autoscaling.keda.sh/paused: \"yes\"").contains("is `yes`, must be true or false"));
    assert!(told("autoscaling.keda.sh/paused-replicas: \"-1\"").contains("must be a whole number"));
}
