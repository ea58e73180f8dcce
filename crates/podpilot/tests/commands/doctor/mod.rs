//! `podpilot doctor` on objects of a real cluster. `healthy.json` is what the testbed's apiserver gave (Kubernetes 1.37.2, with
//! nginx, its gateway and an HPA at work). Each fault changes in it what a real cluster changes; `make check-doctor` injects
//! faults into a real control plane. No ingress controller runs there: its objects are written by hand.

mod faults;
mod ingress;
mod kubectl;

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::bad_input::refused;
use crate::sandbox::Sandbox;

const HEALTHY: &str = include_str!("healthy.json");

fn healthy() -> Value {
    serde_json::from_str(HEALTHY).expect("the recorded objects")
}

/// The recorded object of a kind whose name starts like this.
fn object<'a>(objects: &'a mut Value, kind: &str, name: &str) -> &'a mut Value {
    let items = objects["items"].as_array_mut().expect("a list");
    let is_meant = |it: &&mut Value| {
        it["kind"] == kind && it["metadata"]["name"].as_str().unwrap_or_default().starts_with(name)
    };
    items.iter_mut().find(is_meant).expect("the object is recorded")
}

fn add(objects: &mut Value, object: Value) {
    objects["items"].as_array_mut().expect("a list").push(object);
}

/// What doctor says of these objects, as one line a finding, and its exit code.
fn told(objects: &Value, more: &[&str]) -> (String, Option<i32>) {
    let sandbox = Sandbox::new();
    sandbox.write("objects.json", objects.to_string());
    let arguments = [&["doctor", "--objects", "objects.json", "--output", "json"], more].concat();
    let output = sandbox.run(&arguments);
    let findings: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let mut text = String::new();
    for finding in findings.as_array().expect("a list") {
        let part = |name: &str| finding[name].as_str().unwrap_or_default();
        let [level, check, subject] = ["level", "check", "subject"].map(part);
        writeln!(text, "{level}: {check} {subject}: {} > {}", part("message"), part("next"))
            .expect("a string");
    }
    (text, output.status.code())
}

/// Lines that say more than that all is well.
fn troubles(text: &str) -> Vec<&str> {
    text.lines().filter(|line| line.starts_with("problem") || line.starts_with("warning")).collect()
}

/// One fault must be found, with its remedy, and nothing else be blamed.
fn blames(objects: &Value, message: &str, next: &str) {
    let (text, code) = told(objects, &[]);
    assert_eq!(code, Some(1), "{text}");
    let found = troubles(&text);
    assert!(
        found.iter().any(|line| line.contains(message) && line.contains(next)),
        "{message} > {next}\n{text}"
    );
    assert_eq!(found.len(), 1, "{text}");
}

#[test]
fn a_healthy_cluster_has_no_finding() {
    let (text, code) = told(&healthy(), &[]);
    assert_eq!((troubles(&text), code), (Vec::new(), Some(0)), "{text}");
    for expected in [
        "ok: node node1: ready",
        "skipped: ingress controller -: no Ingress in this namespace, so none is needed",
        "ok: service demo/web: 1 ready endpoints",
        "ok: workload demo/gateway: 1 of 1 pods ready",
        "ok: autoscaler demo/web: scales Deployment web, 1 of at most 10 replicas",
        "ok: metrics v1beta1.metrics.k8s.io: the metrics API answers",
    ] {
        assert!(text.contains(expected), "{expected}\n{text}");
    }
}

#[test]
fn the_table_shows_the_command_to_run_next() {
    let mut objects = healthy();
    object(&mut objects, "APIService", "v1beta1")["status"]["conditions"][0]["status"] = json!("False");
    let sandbox = Sandbox::new();
    sandbox.write("objects.json", objects.to_string());
    let output = sandbox.run(&["doctor", "--objects", "objects.json"]);
    let text = String::from_utf8_lossy(&output.stdout);
    let found = "problem  metrics             v1beta1.metrics.k8s.io  the metrics API does not answer: Passed: all checks passed\n         next: kubectl logs -n kube-system deployment/metrics-server --tail=20\n";
    assert!(text.contains(found), "{text}");
    assert_eq!(String::from_utf8_lossy(&output.stderr), "error: 1 problem\n");
}

#[test]
fn files_that_hold_no_objects_are_refused() {
    let arguments = ["doctor", "--objects", "objects.json"];
    refused(&[], &arguments, &["objects.json", "No such file"]);
    refused(&[("objects.json", "{")], &arguments, &["objects.json", "is not JSON"]);
    refused(&[("objects.json", "{}")], &arguments, &["objects.json", "no list `items`"]);
}
