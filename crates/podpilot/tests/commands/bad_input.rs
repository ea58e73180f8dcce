//! Bad input: one clear line that names what is wrong and where, exit code 2, nothing half-written.

use std::fs;

use crate::sandbox::{SMALL_LOAD, Sandbox};

const DEFAULT_SCENARIO: &str = include_str!("../../../../scenarios/default.yaml");

/// Runs in a folder holding `files`; the error must contain every one of `told`.
pub(crate) fn refused(files: &[(&str, &str)], arguments: &[&str], told: &[&str]) {
    let sandbox = Sandbox::new();
    for (name, content) in files {
        sandbox.write(name, content);
    }
    refused_in(&sandbox, arguments, told);
}

fn refused_in(sandbox: &Sandbox, arguments: &[&str], told: &[&str]) {
    let before = sandbox.names();
    let output = sandbox.run(arguments);
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{arguments:?} said: {error}");
    assert_eq!(error.trim_end().lines().count(), 1, "one line, but: {error}");
    assert!(error.starts_with("error: "), "{error}");
    for part in told {
        assert!(error.contains(part), "`{part}` is missing in: {error}");
    }
    assert!(output.stdout.is_empty(), "nothing on standard output");
    assert_eq!(sandbox.names(), before, "nothing may be left behind");
}

/// Both the command that only reads and the one that makes a run directory.
fn trace_refused(name: &str, content: &str, told: &[&str]) {
    refused(&[(name, content)], &["simulate", "--trace", name], told);
    refused(&[(name, content)], &["train", "--trace", name, "--timesteps", "1000"], told);
}

/// The default scenario with one thing changed.
fn scenario_refused(part: &str, replacement: &str, told: &[&str]) {
    let broken = DEFAULT_SCENARIO.replacen(part, replacement, 1);
    assert_ne!(broken, DEFAULT_SCENARIO, "the default scenario has no `{part}`");
    let told = [&["mine.yaml"], told].concat();
    refused(&[("mine.yaml", &broken)], &["simulate", "--scenario", "mine.yaml"], &told);
    refused(&[("mine.yaml", &broken)], &["train", "--scenario", "mine.yaml", "--timesteps", "1000"], &told);
}

#[test]
fn unknown_agent() {
    refused(&[], &["train", "--agent", "sac"], &["sac", "--agent", "ppo", "dqn"]);
}

#[test]
fn timesteps_not_a_number() {
    refused(&[], &["train", "--timesteps", "abc"], &["abc", "--timesteps", "whole number"]);
    refused(&[], &["train", "--timesteps", "0"], &["--timesteps", "from 1"]);
}

#[test]
fn numbers_out_of_range() {
    refused(&[], &["train", "--episodes", "-3"], &["--episodes"]);
    refused(&[], &["train", "--seed", "x"], &["--seed", "whole number"]);
    refused(&[], &["simulate", "--split", "1.5"], &["--split", "between 0 and 1", "40d"]);
    refused(&[], &["simulate", "--hours", "NaN"], &["--hours", "above 0"]);
}

#[test]
fn training_on_a_cluster_does_not_exist_yet() {
    refused(&[], &["train", "--env-mode", "real"], &["--env-mode real", "--env-mode simulate"]);
}

#[test]
fn unknown_flag_with_a_tip() {
    refused(&[], &["train", "--agnet", "ppo"], &["--agnet", "--agent"]);
}

#[test]
fn unknown_autoscaler() {
    refused(&[], &["simulate", "--autoscaler", "keda-9"], &["keda-9", "hpa"]);
    refused(&[], &["simulate", "--autoscaler", "hpa="], &["--autoscaler", "NAME=MANIFEST"]);
}

#[test]
fn missing_files_are_named() {
    refused(&[], &["simulate", "--trace", "gone.csv"], &["gone.csv"]);
    refused(&[], &["simulate", "--policy", "gone.safetensors"], &["gone.safetensors"]);
    refused(&[], &["simulate", "--autoscaler", "hpa=gone.yaml"], &["gone.yaml"]);
    refused(&[], &["simulate", "--scenario", "gone.yaml"], &["gone.yaml"]);
    refused(&[], &["train", "--resume", "gone"], &["gone"]);
    refused(&[], &["inspect", "gone"], &["gone"]);
}

#[test]
fn malformed_traces_name_file_and_line() {
    trace_refused("word.csv", "t_seconds,rps\n0,5\n60,many\n", &["word.csv:3", "rps is `many`", "number"]);
    trace_refused("negative.csv", "t_seconds,rps\n0,5\n60,-1\n", &["negative.csv:3", "rps is -1"]);
    trace_refused("nan.csv", "t_seconds,rps\n0,5\n60,NaN\n", &["nan.csv:3", "rps is NaN"]);
    trace_refused("infinite.csv", "t_seconds,rps\n0,5\n60,inf\n", &["infinite.csv:3", "rps is infinite"]);
    trace_refused("order.csv", "t_seconds,rps\n0,5\n60,5\n30,5\n", &["order.csv:4", "out of order"]);
    trace_refused("arrivals.csv", "t_seconds\n0\n1\nx\n", &["arrivals.csv:4", "`x`"]);
    trace_refused("header.csv", "time,load\n0,5\n", &["header.csv:1", "t_seconds,rps"]);
    trace_refused(
        "grafana.csv",
        "\"Time\",\"req\"\n2026-01-05 00:00:00,1\n2026-01-05 00:01:00,x\n",
        &["grafana.csv:3", "`x`"],
    );
}

#[test]
fn empty_traces_are_named() {
    trace_refused("empty.csv", "", &["empty.csv"]);
    trace_refused("header.csv", "t_seconds,rps\n", &["header.csv"]);
}

#[test]
fn malformed_prometheus_answers_are_named() {
    let answer = |values: &str| {
        format!(
            r#"{{"status":"success","data":{{"resultType":"matrix","result":[{{"metric":{{}},"values":{values}}}]}}}}"#
        )
    };
    let answer = |values| ("query.json", answer(values));
    for (name, content) in [
        answer(r#"[[0,"1"],[15,"NaN"],[30,"1"]]"#),
        answer(r#"[[0,"1"],[15,"-1"],[30,"1"]]"#),
        answer(r#"[[0,"1"],[15,"+Inf"],[30,"1"]]"#),
        answer(r#"[[0,"1"],[30,"1"],[15,"1"]]"#),
    ] {
        trace_refused(name, &content, &["query.json:1", "15"]);
    }
    trace_refused("query.json", &answer("[]").1, &["query.json", "no samples"]);
    trace_refused("query.json", r#"{"status":"error","error":"bad query"}"#, &["query.json", "bad query"]);
    trace_refused("query.json", r#"{"status":"succ"#, &["query.json:1"]);
}

#[test]
fn scenario_with_an_unknown_field() {
    scenario_refused("load:", "laod:", &["line 5", "laod"]);
    scenario_refused("mean_rps", "mean_rsp", &["line 5", "mean_rsp", "mean_rps"]);
    scenario_refused("workers: 1", "workers: 1, threads: 2", &["line 7", "threads", "workers"]);
    scenario_refused("threshold_ms", "treshold_ms", &["line 11", "treshold_ms", "threshold_ms"]);
    scenario_refused("hpa: ", "keda: ", &["line 13", "keda", "hpa"]);
}

#[test]
fn scenario_with_a_value_of_the_wrong_kind() {
    scenario_refused("workers: 1", "workers: -1", &["line 7", "workers is `-1`", "whole number"]);
    scenario_refused("cv: 0.1", "cv: some", &["line 7", "cv is `some`", "a number"]);
    scenario_refused("mean_rps: 120", "mean_rps: many", &["line 5", "load.mean_rps", "many"]);
    scenario_refused("balancer: random", "balancer: fair", &["line 7", "fair", "least_connections"]);
    scenario_refused("shape: daily", "shape: dayly", &["line 5", "load.shape", "dayly"]);
}

#[test]
fn scenario_with_an_impossible_value() {
    scenario_refused("bad_minutes: 0.005", "bad_minutes: 1.5", &["objective.bad_minutes", "1.5"]);
    scenario_refused("mean_rps: 120", "mean_rps: -1", &["load.mean_rps is -1", "positive"]);
    scenario_refused("mean: 3.8", "mean: .nan", &["service.cpu_ms_per_request.mean is NaN"]);
    scenario_refused("min_replicas: 1", "min_replicas: 50", &["cluster.min_replicas is 50", "max_replicas"]);
    scenario_refused("cpu_limit_m: 200", "cpu_limit_m: 50", &["pod.cpu_limit_m is 50", "cpu_request_m"]);
    scenario_refused("node_cpu_m: 8000", "node_cpu_m: 50", &["cluster.node_cpu_m is 50"]);
    scenario_refused("p95: 35", "p95: 5", &["pod.startup_s.p95 is 5", "median"]);
}

#[test]
fn scenario_with_another_schema_or_no_yaml() {
    scenario_refused("scenario/v1", "scenario/v9", &["scenario/v9", "podpilot/scenario/v1"]);
    refused(&[("text.yaml", "{{{")], &["simulate", "--scenario", "text.yaml"], &["text.yaml"]);
    refused(&[("empty.yaml", "")], &["simulate", "--scenario", "empty.yaml"], &["empty.yaml", "empty"]);
}

#[test]
fn scenario_whose_files_are_missing() {
    let arguments = ["simulate", "--hours", "1", "--scenario", "mine.yaml"];
    refused(
        &[("mine.yaml", DEFAULT_SCENARIO)],
        &arguments,
        &["mine.yaml: baseline.hpa", "deployments/hpa.yaml"],
    );
    let of_a_trace = DEFAULT_SCENARIO.replace("load: {shape: daily", "load: {trace: gone.csv} #");
    refused(&[("mine.yaml", &of_a_trace)], &arguments, &["gone.csv"]);
}

#[test]
fn peak_replicas_without_a_trace() {
    refused(&[], &["simulate", "--peak-replicas", "9"], &["--peak-replicas", "--trace"]);
}

#[test]
fn foreign_policy_is_named() {
    for arguments in
        [["simulate", "--policy", "mine.safetensors"], ["evaluate", "--policy", "mine.safetensors"]]
    {
        refused(&[("mine.safetensors", "not a policy")], &arguments, &["mine.safetensors"]);
        refused(&[("mine.safetensors", "")], &arguments, &["mine.safetensors"]);
    }
}

#[test]
fn truncated_policy_and_policy_of_another_schema_are_named() {
    let sandbox = Sandbox::with_load();
    sandbox.train(&[]);
    let whole = sandbox.read("run/policy.safetensors");
    let evaluate = [&["evaluate", "--policy", "mine.safetensors", "--out", "new"][..], &SMALL_LOAD].concat();
    let simulate = ["simulate", "--policy", "mine.safetensors", "--out", "new"];
    let refused_with = |content: &[u8], told: &[&str]| {
        sandbox.write("mine.safetensors", content);
        let told = [&["mine.safetensors"], told].concat();
        refused_in(&sandbox, &evaluate, &told);
        refused_in(&sandbox, &simulate, &told);
    };
    for kept in [7, 300, whole.len() / 2, whole.len() - 1] {
        refused_with(&whole[..kept], &[]);
    }
    // A header keeps its length when one character of a schema's name changes.
    for (name, other, told) in [
        ("encoding/v", "encoding/w", "encoding schema"),
        ("residual/v", "residual/w", "action schema"),
        ("podpilot/policy/v", "podpilot/policy/w", "podpilot/policy/v"),
    ] {
        refused_with(&replaced(&whole, name, other), &[other, told]);
    }
    sandbox.write("mine.safetensors", &whole);
    sandbox.done(&simulate);
}

/// The first occurrence of a text replaced by another one of equal length.
fn replaced(bytes: &[u8], text: &str, other: &str) -> Vec<u8> {
    let at = bytes.windows(text.len()).position(|window| window == text.as_bytes());
    let at = at.expect("the text is there");
    let mut bytes = bytes.to_vec();
    bytes[at..at + text.len()].copy_from_slice(other.as_bytes());
    bytes
}

#[test]
fn hpa_manifest_with_an_unknown_field() {
    let manifest = "apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: web}\nspec: {maxReplicaz: 3}\n";
    let arguments = ["simulate", "--autoscaler", "hpa=mine.yaml"];
    refused(&[("mine.yaml", manifest)], &arguments, &["mine.yaml", "maxReplicaz"]);
}

#[test]
fn hpa_manifest_with_an_impossible_value() {
    let manifest = include_str!("../../../../deployments/hpa.yaml");
    let crossed =
        manifest.replace("minReplicas: 1", "minReplicas: 20").replace("Replicas: 40", "Replicas: 10");
    let told = ["mine.yaml: spec.maxReplicas: is 10", "minReplicas, which is 20"];
    for command in ["simulate", "evaluate"] {
        refused(&[("mine.yaml", &crossed)], &[command, "--autoscaler", "hpa=mine.yaml"], &told);
    }
    refused(&[("mine.yaml", &crossed)], &["inspect", "mine.yaml"], &told);
    let scenario = DEFAULT_SCENARIO.replace("../deployments/hpa.yaml", "hpa.yaml");
    let files = [("mine.yaml", scenario.as_str()), ("hpa.yaml", crossed.as_str())];
    let told = ["mine.yaml: baseline.hpa: hpa.yaml: spec.maxReplicas: is 10"];
    refused(&files, &["simulate", "--scenario", "mine.yaml"], &told);
}

#[test]
fn manifest_of_another_kind_or_version() {
    let arguments = ["simulate", "--autoscaler", "hpa=mine.yaml"];
    let manifest = |head: &str| format!("{head}\nmetadata: {{name: web}}\n");
    let deployment = manifest("apiVersion: apps/v1\nkind: Deployment");
    refused(&[("mine.yaml", &deployment)], &arguments, &["kind: is `Deployment`", "HorizontalPodAutoscaler"]);
    let older = manifest("apiVersion: autoscaling/v1\nkind: HorizontalPodAutoscaler");
    refused(&[("mine.yaml", &older)], &arguments, &["apiVersion: is `autoscaling/v1`", "autoscaling/v2"]);
    let several = format!("{deployment}---\n{deployment}");
    refused(&[("mine.yaml", &several)], &arguments, &["0 of the 2 documents are a HorizontalPodAutoscaler"]);
}

#[test]
fn output_directory_that_cannot_be_written() {
    let file = [("taken", "I am a file")];
    let train = ["train", "--timesteps", "100", "--out"];
    for out in ["taken", "taken/below"] {
        refused(&file, &["simulate", "--hours", "1", "--out", out], &[out]);
        refused(&file, &["evaluate", "--episodes", "1", "--out", out], &[out]);
        refused(&file, &[&train[..], &[out]].concat(), &[out]);
    }
    // Not even the superuser makes folders here.
    refused(&[], &[&train[..], &["/proc/podpilot/run"]].concat(), &["/proc/podpilot/run"]);
}

#[test]
fn output_directory_that_holds_files_already() {
    let file = [("settings.json", "{}")];
    let told = ["holds a run already", "--resume ."];
    refused(&file, &["train", "--timesteps", "100", "--out", "."], &told);
    refused(&file, &["evaluate", "--episodes", "1", "--out", "."], &told);
    refused(&file, &["simulate", "--hours", "1", "--out", "."], &told);
    let file = [("scenario.yaml", DEFAULT_SCENARIO)];
    refused(&file, &["train", "--timesteps", "100", "--out", "."], &["scenario.yaml", "--out"]);
}

#[test]
fn resume_of_a_directory_that_is_no_run() {
    let sandbox = Sandbox::new();
    fs::create_dir(sandbox.path("other")).expect("a directory");
    refused_in(&sandbox, &["train", "--resume", "other"], &["other/settings.json"]);
    sandbox.write("other/settings.json", r#"{"schema": "podpilot/training/v0"}"#);
    refused_in(&sandbox, &["train", "--resume", "other"], &["other/settings.json"]);
}
