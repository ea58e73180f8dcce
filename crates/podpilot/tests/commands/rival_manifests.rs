//! Manifests of KEDA, Knative and podpilot's own format, through the command line.

use crate::bad_input::refused;
use crate::sandbox::Sandbox;

const SCALED_OBJECT: &str = include_str!("../../../../deployments/keda-scaledobject.yaml");
const KNATIVE_SERVICE: &str = include_str!("../../../../deployments/knative-service.yaml");
const SCHEDULE: &str = include_str!("../../../../deployments/schedule.yaml");

fn manifest_refused(name: &str, content: &str, told: &[&str]) {
    let choice = format!("{name}=mine.yaml");
    let told = [&["mine.yaml: "], told].concat();
    refused(&[("mine.yaml", content)], &["simulate", "--autoscaler", &choice], &told);
}

#[test]
fn every_rival_runs_with_its_defaults_and_with_its_ready_manifest() {
    let sandbox = Sandbox::new();
    sandbox.write("keda.yaml", SCALED_OBJECT);
    sandbox.write("knative.yaml", KNATIVE_SERVICE);
    sandbox.write("schedule.yaml", SCHEDULE);
    let mut arguments = vec!["simulate", "--hours", "1", "--output", "json"];
    let autoscalers = [
        "keda",
        "knative",
        "feedforward",
        "threshold",
        "static-peak",
        "schedule=schedule.yaml",
        "own-keda=keda.yaml",
        "own-knative=knative.yaml",
    ];
    for autoscaler in autoscalers {
        arguments.extend(["--autoscaler", autoscaler]);
    }
    let output = sandbox.done(&arguments);
    let result: serde_json::Value = serde_json::from_str(&output).expect("JSON");
    let rows = result["autoscalers"].as_array().expect("rows");
    assert_eq!(rows.len(), autoscalers.len());
    let events = result["events"].as_array().expect("events");
    for (autoscaler, reason) in [
        ("own-keda", "requests_per_second at"),
        ("own-knative", "over the panic window"),
        ("feedforward", "is expected at"),
        ("static-peak", "the train part's peak"),
        ("schedule", "of the schedule holds"),
    ] {
        let says = |event: &serde_json::Value| event["why"].as_str().is_some_and(|why| why.contains(reason));
        let told = events.iter().any(|event| event["autoscaler"] == autoscaler && says(event));
        assert!(told, "no change of {autoscaler} says `{reason}`");
    }
}

#[test]
fn scaled_objects_that_cannot_be_followed() {
    let changed = |part: &str, other: &str| {
        let text = SCALED_OBJECT.replacen(part, other, 1);
        assert_ne!(text, SCALED_OBJECT, "{part}");
        text
    };
    manifest_refused("keda", &changed("pollingInterval", "pollInterval"), &["line", "pollInterval"]);
    manifest_refused(
        "keda",
        &changed("maxReplicaCount: 40", "maxReplicaCount: 0"),
        &["spec.maxReplicaCount: is 0"],
    );
    manifest_refused(
        "keda",
        &changed("type: prometheus", "type: kafka"),
        &["spec.triggers[0].type: is `kafka`"],
    );
    manifest_refused("keda", &changed("sum(rate(", "sum(delta("), &["spec.triggers[0].metadata.query"]);
    manifest_refused("keda", &changed("v1alpha1", "v1"), &["apiVersion: is `keda.sh/v1`"]);
    let formula = changed("  triggers:", "  advanced: {scalingModifiers: {formula: a}}\n  triggers:");
    manifest_refused("keda", &formula, &["spec.advanced.scalingModifiers: is not supported"]);
    let unknown =
        changed("query: sum(rate(http_requests_total{service=\"web\"}[30s]))", "query: queue_length");
    manifest_refused("keda", &unknown, &["no metric \"queue_length\" in simulation"]);
}

#[test]
fn knative_services_that_cannot_be_followed() {
    let changed = |part: &str, other: &str| {
        let text = KNATIVE_SERVICE.replacen(part, other, 1);
        assert_ne!(text, KNATIVE_SERVICE, "{part}");
        text
    };
    manifest_refused(
        "knative",
        &changed("window: 60s", "window: 60"),
        &["window]: is `60`, must be a duration"],
    );
    manifest_refused(
        "knative",
        &changed("window: 60s", "window: 2s"),
        &["window: is 2, must be between 6 and 3600"],
    );
    manifest_refused("knative", &changed("/metric: rps", "/metric: cpu"), &["/metric]: is `cpu`"]);
    manifest_refused("knative", &changed("/max-scale", "/maximum"), &["is no annotation of the autoscaler"]);
}

#[test]
fn own_files_that_cannot_be_followed() {
    let file = |autoscaler: &str, parameters: &str| {
        format!("schema: podpilot/autoscaler/v1\nautoscaler: {autoscaler}\nparameters: {parameters}\n")
    };
    manifest_refused("mine", &file("fedforward", "{}"), &["autoscaler: there is no autoscaler `fedforward`"]);
    manifest_refused("mine", &file("feedforward", "{headrom: 2}"), &["line 3", "headrom"]);
    manifest_refused("mine", &file("feedforward", "{headroom: 0}"), &["headroom: is 0, must be between"]);
    manifest_refused(
        "mine",
        &file("schedule", "{entries: [{cron: 0 6 * *, replicas: 3}]}"),
        &["has 4 fields"],
    );
    manifest_refused("mine", &file("hpa", "{}").replace("/v1", "/v2"), &["must be podpilot/autoscaler/v1"]);
}

#[test]
fn names_and_manifests_must_agree() {
    let files = [("mine.yaml", SCALED_OBJECT)];
    let told = ["autoscaler `knative` cannot follow a manifest of keda"];
    refused(&files, &["simulate", "--autoscaler", "knative=mine.yaml"], &told);
    refused(&[], &["simulate", "--autoscaler", "schedule"], &["needs its table: schedule=FILE"]);
    let two = format!("{SCALED_OBJECT}---\n{SCALED_OBJECT}");
    manifest_refused("keda", &two, &["several documents are autoscalers"]);
}
