//! What the commands print.

use serde_json::Value;

use crate::sandbox::{SMALL_LOAD, Sandbox};

const MANIFEST: &str = "\
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: web}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
  maxReplicas: 12
  metrics: [{type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 60}}}]
";

fn json(text: &str) -> Value {
    serde_json::from_str(text).expect("one JSON document on standard output")
}

#[test]
fn simulate_tells_replicas_cost_and_reasons_of_a_users_hpa() {
    let sandbox = Sandbox::with_load();
    sandbox.write("my-hpa.yaml", MANIFEST);
    let arguments = ["simulate", "--autoscaler", "hpa=my-hpa.yaml", "--trace", "load.csv"];
    let table = sandbox.done(&arguments);
    for part in [
        "hpa would cost",
        "cost",
        "a day",
        "minutes would be bad",
        "hpa pods",
        " → ",
        "of its target asks for",
    ] {
        assert!(table.contains(part), "`{part}` is missing in: {table}");
    }
    let result = json(&sandbox.done(&[&arguments[..], &["--output", "json"]].concat()));
    assert_eq!(result["schema"], "podpilot/simulation/v1");
    let csv = sandbox.done(&[&arguments[..], &["--output", "csv"]].concat());
    assert_eq!(csv.lines().next(), Some("t_seconds,load_rps,autoscaler,ready,pending,p95_ms,bad_minute"));
    assert_eq!(csv.lines().count(), 1 + 600, "a row a minute");
    assert_eq!(sandbox.names(), ["load.csv", "my-hpa.yaml"], "nothing is written without --out");
}

#[test]
fn the_mark_of_a_missed_objective_is_explained_where_it_stands() {
    let sandbox = Sandbox::with_load();
    let shown = |autoscaler| sandbox.done(&["simulate", "--autoscaler", autoscaler, "--trace", "load.csv"]);
    let starved = shown("fixed-1");
    assert!(starved.contains(" % *"), "{starved}");
    assert!(starved.contains("* misses the objective of at most 0.5 % bad minutes; cost at 0.02 a pod-hour"));
    let ample = shown("fixed-40");
    assert!(!ample.contains('*'), "{ample}");
    assert!(ample.contains("\ncost at 0.02 a pod-hour"), "{ample}");
}

#[test]
fn hours_end_the_simulation_early() {
    let sandbox = Sandbox::with_load();
    let csv = sandbox.done(&["simulate", "--trace", "load.csv", "--hours", "2", "--output", "csv"]);
    assert_eq!(csv.lines().count(), 1 + 120);
}

#[test]
fn train_shows_what_the_judgement_rests_on_and_ends_with_the_run_directory() {
    let sandbox = Sandbox::with_load();
    let shown = sandbox.train(&[]);
    assert_eq!(shown.lines().last(), Some("run"));
    let first_words: Vec<_> = shown.lines().filter_map(|line| line.split_whitespace().next()).collect();
    for row in ["ppo", "clone", "quantile", "hpa-80"] {
        assert!(first_words.contains(&row), "{row} is missing in: {shown}");
    }
    // Rows of tables have wide gaps; sentences may be longer, a terminal wraps them.
    let mut rows = shown.lines().filter(|line| line.trim().contains("   "));
    assert!(rows.all(|row| row.chars().count() <= 120), "{shown}");
    let hpa_rows = first_words.iter().filter(|word| word.starts_with("hpa-")).count();
    assert!((1..=4).contains(&hpa_rows), "{hpa_rows} HPA rows in: {shown}");
    assert!(shown.contains("more HPA targets: see result.json and report.html in run"), "{shown}");
    assert!(shown.contains("cost at 0.02 a pod-hour"), "{shown}");
    let marked = shown.lines().any(|line| line.contains(" % *"));
    assert_eq!(shown.contains("* misses the objective of at most 0.5 % bad minutes"), marked, "{shown}");
    assert_eq!(shown.matches("HPA at any CPU target with default behaviour").count(), 1, "{shown}");
    assert!(shown.contains("Caution: only 1 distinct day of load"), "{shown}");
    let files = [
        "metrics.jsonl",
        "policy.safetensors",
        "report.html",
        "result.json",
        "scenario.yaml",
        "settings.json",
    ];
    let mut left: Vec<_> = std::fs::read_dir(sandbox.path("run"))
        .expect("the run directory")
        .flatten()
        .map(|entry| entry.file_name())
        .collect();
    left.sort();
    // There only if the agent was not admitted.
    left.retain(|name| name != "refused.safetensors");
    assert_eq!(left, files);
}

#[test]
fn json_of_train_and_evaluate_is_what_result_json_holds() {
    let sandbox = Sandbox::with_load();
    let trained = sandbox.train(&["--output", "json", "--agent", "dqn"]);
    assert_eq!(trained.as_bytes(), sandbox.read("run/result.json"));
    let arguments = ["evaluate", "--policy", "run/policy.safetensors", "--episodes", "1", "--output", "json"];
    let evaluated = sandbox.done(&[&arguments[..], &SMALL_LOAD, &["--out", "again"]].concat());
    assert_eq!(evaluated.as_bytes(), sandbox.read("again/result.json"));
    let row = |text: &str| json(text)["autoscalers"][0].clone();
    assert_eq!(row(&trained)["name"], "dqn");
    assert_eq!(row(&evaluated), row(&trained), "a saved policy evaluates to the same numbers");
}

#[test]
fn csv_of_evaluate_has_every_row() {
    let sandbox = Sandbox::with_load();
    let arguments = ["evaluate", "--autoscaler", "fixed-5", "--episodes", "1", "--output", "csv", "--quiet"];
    let csv = sandbox.done(&[&arguments[..], &SMALL_LOAD].concat());
    assert!(csv.starts_with("name,pod_hours,"), "{csv}");
    let names: Vec<_> = csv.lines().skip(1).filter_map(|line| line.split(',').next()).collect();
    for target in (20..=95).step_by(5) {
        assert!(names.contains(&format!("hpa-{target}").as_str()), "hpa-{target} is missing in {names:?}");
    }
    assert_eq!(names[..2], ["quantile", "fixed-5"]);
}

#[test]
fn quiet_says_nothing_but_the_result() {
    let sandbox = Sandbox::with_load();
    let arguments = [&["simulate", "--autoscaler", "hpa-80", "--quiet"][..], &SMALL_LOAD].concat();
    assert!(sandbox.run(&arguments).stderr.is_empty());
    let noted = sandbox.run(&arguments.iter().copied().filter(|word| *word != "--quiet").collect::<Vec<_>>());
    assert!(String::from_utf8_lossy(&noted.stderr).contains("load scaled by"), "the factor is printed");
}

#[test]
fn inspect_knows_what_podpilot_writes_and_reads() {
    let sandbox = Sandbox::with_load();
    sandbox.train(&[]);
    sandbox.done(&["simulate", "--trace", "load.csv", "--out", "simulated"]);
    let scenario = concat!(env!("CARGO_MANIFEST_DIR"), "/../../scenarios/spike.yaml");
    let cases = [
        ("run", "run"),
        ("run/result.json", "run"),
        ("run/policy.safetensors", "policy"),
        ("run/scenario.yaml", "scenario"),
        ("simulated", "simulation"),
        ("simulated/result.json", "simulation"),
        ("load.csv", "trace"),
        (scenario, "scenario"),
    ];
    for (path, kind) in cases {
        let shown = sandbox.done(&["inspect", path]);
        assert_eq!(shown.lines().next(), Some(kind), "{path}");
        assert!(shown.lines().count() > 3, "{path}: {shown}");
    }
}
