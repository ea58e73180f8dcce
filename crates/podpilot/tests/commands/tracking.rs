//! What `podpilot train` records, read by W&B's and `TensorBoard`'s own tools: finished, stopped, killed, resumed, live.

use std::ffi::OsStr;
use std::fs;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use crate::python::{accept, accept_of};
use crate::sandbox::{SMALL_LOAD, Sandbox};

const TRAIN: [&str; 5] = ["train", "--episodes", "1", "--out", "run"];

/// Started in the background, far longer than is needed to see it learn.
fn start(sandbox: &Sandbox) -> Child {
    Command::new(env!("CARGO_BIN_EXE_podpilot"))
        .current_dir(sandbox.path("."))
        .args(TRAIN)
        .args(["--timesteps", "60000", "--experience", "single-path"])
        .args(SMALL_LOAD)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the binary starts")
}

fn rows(sandbox: &Sandbox) -> usize {
    fs::read(sandbox.path("run/metrics.jsonl"))
        .map_or(0, |text| text.split(|byte| *byte == b'\n').count() - 1)
}

/// Lets it learn for a few rows, then sends the signal; returns the rows that were there before.
fn signal(sandbox: &Sandbox, child: &mut Child, signal: &str) -> usize {
    while rows(sandbox) < 5 {
        assert!(child.try_wait().expect("the child can be asked").is_none(), "it ended before it learnt");
        thread::sleep(Duration::from_millis(5));
    }
    let before = rows(sandbox);
    let sent = Command::new("kill").args([signal, &child.id().to_string()]).status();
    assert!(sent.expect("kill is there").success());
    child.wait().expect("the child ends");
    before
}

#[test]
fn a_finished_training_is_accepted_by_wandb_and_tensorboard() {
    let sandbox = Sandbox::with_load();
    let arguments = ["--timesteps", "3000", "--tags", "a,b", "--group", "g"];
    let told = sandbox.run(&[&TRAIN[..], &arguments, &SMALL_LOAD].concat());
    assert!(told.status.success());
    let notes = String::from_utf8_lossy(&told.stderr);
    assert!(notes.contains("W&B: `wandb sync run/wandb/offline-run-"), "{notes}");
    accept(&sandbox.path("run"), 0);
}

#[test]
fn a_killed_training_is_whole_up_to_its_end_and_can_be_resumed() {
    let sandbox = Sandbox::with_load();
    let mut child = start(&sandbox);
    let before = signal(&sandbox, &mut child, "-KILL");
    assert!(rows(&sandbox) >= before);
    accept(&sandbox.path("run"), 1);
    sandbox.done(&["train", "--resume", "run"]);
    accept(&sandbox.path("run"), 0);
}

#[test]
fn a_stopped_training_is_shown_as_killed_and_can_be_resumed() {
    let sandbox = Sandbox::with_load();
    let mut child = start(&sandbox);
    signal(&sandbox, &mut child, "-INT");
    accept(&sandbox.path("run"), 255);
    sandbox.done(&["train", "--resume", "run"]);
    accept(&sandbox.path("run"), 0);
}

#[test]
fn an_online_training_is_uploaded_while_it_runs() {
    let sandbox = Sandbox::with_load();
    let binary = OsStr::new(env!("CARGO_BIN_EXE_podpilot"));
    let (load, out) = (sandbox.path("load.csv"), sandbox.path("run"));
    let mut command = vec![binary];
    command
        .extend(["train", "--timesteps", "3000", "--episodes", "1", "--peak-replicas", "6"].map(OsStr::new));
    command.extend([OsStr::new("--trace"), load.as_os_str(), OsStr::new("--out"), out.as_os_str()]);
    accept_of(&out, 0, &command);
}

#[test]
fn online_without_the_tool_is_one_line_and_the_file_is_there() {
    let sandbox = Sandbox::with_load();
    let told = sandbox.run_with(
        &[&TRAIN[..], &["--timesteps", "1500"], &SMALL_LOAD].concat(),
        &[("WANDB_MODE", "online"), ("PATH", "/nowhere")],
    );
    assert!(told.status.success());
    let notes = String::from_utf8_lossy(&told.stderr);
    let line = "W&B online: the tool `wandb` is not on the PATH";
    assert_eq!(notes.matches(line).count(), 1, "{notes}");
    accept(&sandbox.path("run"), 0);
}

#[test]
fn the_environment_decides_about_wandb() {
    let sandbox = Sandbox::with_load();
    let train = [&TRAIN[..], &["--timesteps", "1500"], &SMALL_LOAD].concat();
    let wrong = sandbox.run_with(&train, &[("WANDB_MODE", "ofline")]);
    assert_eq!(wrong.status.code(), Some(2));
    assert!(
        String::from_utf8_lossy(&wrong.stderr)
            .contains("WANDB_MODE=ofline: must be offline, online or disabled")
    );
    assert!(!sandbox.path("run").exists(), "nothing is half-written");
    assert!(sandbox.run_with(&train, &[("WANDB_MODE", "disabled")]).status.success());
    assert!(sandbox.path("run/tracking.jsonl").exists() && !sandbox.path("run/wandb").exists());
    let elsewhere = sandbox.run_with(
        &[
            "train",
            "--timesteps",
            "1500",
            "--episodes",
            "1",
            "--out",
            "other",
            "--track",
            "wandb",
            "--trace",
            "load.csv",
        ],
        &[("WANDB_DIR", "elsewhere")],
    );
    assert!(elsewhere.status.success());
    assert!(sandbox.path("elsewhere/wandb").exists() && !sandbox.path("other/wandb").exists());
    assert!(
        !sandbox.names_in("other").iter().any(|name| name.starts_with("events.out")),
        "TensorBoard was not asked for"
    );
}

#[test]
fn a_training_stops_early_when_nothing_is_gained_and_always_at_the_same_step() {
    let sandbox = Sandbox::with_load();
    let arguments =
        ["--timesteps", "60000", "--experience", "single-path", "--early-stop", "2000", "--track", "none"];
    let told = sandbox.run(&[&TRAIN[..], &arguments, &SMALL_LOAD].concat());
    let notes = String::from_utf8_lossy(&told.stderr);
    assert!(told.status.success(), "{notes}");
    assert!(notes.contains("stopped early at step "), "{notes}");
    let metrics = sandbox.read("run/metrics.jsonl");
    let tracking = String::from_utf8(sandbox.read("run/tracking.jsonl")).expect("UTF-8");
    assert!(tracking.contains("\"convergence/state\":\"converged\""), "{tracking}");
    // The same again from the settings of the run: the end is part of what a run is.
    fs::remove_file(sandbox.path("run/result.json")).expect("a result");
    sandbox.done(&["train", "--resume", "run"]);
    assert_eq!(sandbox.read("run/metrics.jsonl"), metrics);
}

#[test]
fn runs_are_listed_shown_compared_and_plotted() {
    let sandbox = Sandbox::with_load();
    let train = |out: &str, more: &[&str]| {
        let fixed =
            ["train", "--timesteps", "3000", "--episodes", "1", "--experience", "single-path", "--out", out];
        sandbox.done(&[&fixed[..], &SMALL_LOAD, more].concat());
    };
    train("runs/a", &["--tags", "first"]);
    train("runs/b", &["--seed", "2", "--track", "none"]);
    let listed = sandbox.done(&["runs", "list"]);
    assert_eq!(listed.matches("finished").count(), 2, "{listed}");
    assert!(listed.contains("first") && listed.contains("runs/b"), "{listed}");
    let shown = sandbox.done(&["runs", "show", "runs/a"]);
    for expected in
        ["learner.gamma", "train/approx_kl", "eval/ppo/cost_per_day", "wandb sync runs/a/wandb", "model"]
    {
        assert!(shown.contains(expected), "{expected} is missing in {shown}");
    }
    let compared = sandbox.done(&["runs", "compare", "runs/a", "runs/b", "--output", "json"]);
    let compared: serde_json::Value = serde_json::from_str(&compared).expect("JSON");
    let differing: Vec<_> =
        compared["settings"].as_array().expect("a list").iter().map(|row| row[0].as_str()).collect();
    assert_eq!(differing, [Some("seed")]);
    let plotted = sandbox.done(&["runs", "plot", "runs/a", "runs/b", "--metric", "train/approx_kl"]);
    assert!(plotted.contains('•') && plotted.contains("× runs/b"), "{plotted}");
    sandbox.done(&["runs", "plot", "runs/a", "--metric", "train/approx_kl", "--out", "kl.svg"]);
    assert!(sandbox.read("kl.svg").starts_with(b"<svg"));
    let wrong = sandbox.run(&["runs", "plot", "runs/a", "--metric", "loss"]);
    assert_eq!(wrong.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&wrong.stderr).contains("has no measure `loss`; it has "));
    let wrong = sandbox.run(&["runs", "show", "runs"]);
    assert!(String::from_utf8_lossy(&wrong.stderr).contains("not a run directory"));
}
