//! Bad input through the real binary: one clear line that names what is wrong and where, exit code 2, nothing
//! half-written.

#![expect(clippy::expect_used, reason = "a test fails by panicking")]

use std::{fs, path::Path, process::Output};

use assert_cmd::Command;
use tempfile::TempDir;

fn podpilot(directory: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::cargo_bin("podpilot").expect("the binary is built with its tests");
    command.current_dir(directory).args(arguments).output().expect("the binary starts")
}

/// Runs in an empty directory holding `files`; the error must contain every one of `told`.
fn refused(files: &[(&str, &str)], arguments: &[&str], told: &[&str]) {
    let directory = TempDir::new().expect("a temporary directory");
    for (name, content) in files {
        fs::write(directory.path().join(name), content).expect("a file in the temporary directory");
    }
    let output = podpilot(directory.path(), arguments);
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{arguments:?} said: {error}");
    assert_eq!(error.trim_end().lines().count(), 1, "one line, but: {error}");
    assert!(error.starts_with("error: "), "{error}");
    for part in told {
        assert!(error.contains(part), "`{part}` is missing in: {error}");
    }
    assert!(output.stdout.is_empty(), "nothing on standard output");
    let left = fs::read_dir(directory.path()).expect("the temporary directory").count();
    assert_eq!(left, files.len(), "nothing may be left behind");
}

fn simulate_trace(name: &str, content: &str, told: &[&str]) {
    refused(&[(name, content)], &["simulate", "--trace", name], told);
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
    refused(&[], &["simulate", "--split", "1.5"], &["--split", "between 0 and 1"]);
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
    simulate_trace("word.csv", "t_seconds,rps\n0,5\n60,many\n", &["word.csv", "3", "many"]);
    simulate_trace("negative.csv", "t_seconds,rps\n0,5\n60,-1\n", &["negative.csv", "3", "-1"]);
    simulate_trace("nan.csv", "t_seconds,rps\n0,5\n60,NaN\n", &["nan.csv", "3"]);
    simulate_trace("infinite.csv", "t_seconds,rps\n0,5\n60,inf\n", &["infinite.csv", "3"]);
    simulate_trace("order.csv", "t_seconds,rps\n0,5\n60,5\n30,5\n", &["order.csv", "4"]);
}

#[test]
fn empty_traces_are_named() {
    simulate_trace("empty.csv", "", &["empty.csv"]);
    simulate_trace("header.csv", "t_seconds,rps\n", &["header.csv"]);
}

#[test]
fn malformed_prometheus_answer_is_named() {
    simulate_trace("query.json", r#"{"status":"error","error":"bad query"}"#, &["query.json"]);
}

#[test]
fn scenario_with_an_unknown_field() {
    let scenario = "schema: podpilot/scenario/v1\nname: mine\nlaod: {}\n";
    refused(&[("mine.yaml", scenario)], &["simulate", "--scenario", "mine.yaml"], &["mine.yaml", "laod"]);
}

#[test]
fn scenario_with_another_schema_or_no_yaml() {
    let scenario = "schema: podpilot/scenario/v9\nname: mine\n";
    refused(&[("mine.yaml", scenario)], &["simulate", "--scenario", "mine.yaml"], &["mine.yaml"]);
    refused(&[("text.yaml", "{{{")], &["simulate", "--scenario", "text.yaml"], &["text.yaml"]);
}

#[test]
fn scenario_with_an_impossible_value() {
    let shipped = concat!(env!("CARGO_MANIFEST_DIR"), "/../../scenarios/default.yaml");
    let scenario = fs::read_to_string(shipped).expect("the default scenario is in the repository");
    let broken = scenario.replace("bad_minutes: 0.005", "bad_minutes: 1.5");
    assert_ne!(broken, scenario, "the default scenario states its objective");
    refused(
        &[("mine.yaml", &broken)],
        &["simulate", "--scenario", "mine.yaml"],
        &["mine.yaml", "bad_minutes", "1.5"],
    );
}

#[test]
fn foreign_or_truncated_policy_is_named() {
    let arguments = ["simulate", "--policy", "mine.safetensors"];
    refused(&[("mine.safetensors", "not a policy")], &arguments, &["mine.safetensors"]);
    refused(&[("mine.safetensors", "")], &arguments, &["mine.safetensors"]);
}

#[test]
fn hpa_manifest_with_an_unknown_field() {
    let manifest = "apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: web}\nspec: {maxReplicaz: 3}\n";
    let arguments = ["simulate", "--autoscaler", "hpa=mine.yaml"];
    refused(&[("mine.yaml", manifest)], &arguments, &["mine.yaml", "maxReplicaz"]);
}

#[test]
fn output_directory_that_is_a_file() {
    let file = [("taken", "I am a file")];
    refused(&file, &["simulate", "--hours", "1", "--quiet", "--out", "taken"], &["taken"]);
    refused(&file, &["train", "--timesteps", "100", "--quiet", "--out", "taken/below"], &["taken"]);
}

#[test]
fn resume_of_a_directory_that_is_no_run() {
    let directory = TempDir::new().expect("a temporary directory");
    fs::create_dir(directory.path().join("other")).expect("a directory");
    let output = podpilot(directory.path(), &["train", "--resume", "other"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("other"));
}
