//! A search of an agent's settings: killed in the middle and resumed, it finds the same.

use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use crate::sandbox::{SMALL_LOAD, Sandbox};

const TRIALS: &str = "50";
const SEARCH: [&str; 9] = [
    "tune",
    "--agent=ppo",
    "--experience=single-path",
    "--trials",
    TRIALS,
    "--timesteps",
    "8192",
    "--seed=1",
    "--track=none",
];

fn trials(sandbox: &Sandbox, run: &str) -> usize {
    let text = std::fs::read_to_string(sandbox.path(run).join("trials.jsonl")).unwrap_or_default();
    text.lines().count().saturating_sub(1)
}

#[test]
fn a_search_of_fifty_trials_killed_in_the_middle_finds_the_same() {
    let sandbox = Sandbox::with_load();
    let whole = sandbox.done(&[&SEARCH[..], &SMALL_LOAD, &["--out", "whole", "--output", "json"]].concat());
    let whole: serde_json::Value = serde_json::from_str(&whole).expect("JSON");
    assert_eq!(trials(&sandbox, "whole"), 50);
    assert!(whole["pruned"].as_u64() > Some(0), "nothing was given up early: {whole}");
    assert!(whole["best_score"].as_f64() <= whole["default_score"].as_f64(), "{whole}");

    let mut child = Command::new(env!("CARGO_BIN_EXE_podpilot"))
        .current_dir(sandbox.path("."))
        .args(SEARCH)
        .args(SMALL_LOAD)
        .args(["--out", "parted"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the binary starts");
    while trials(&sandbox, "parted") < 22 {
        assert!(child.try_wait().expect("the child can be asked").is_none(), "it ended too early");
        thread::sleep(Duration::from_millis(5));
    }
    child.kill().expect("SIGKILL");
    child.wait().expect("the child ends");
    assert!(trials(&sandbox, "parted") < 50, "it was to be killed in the middle");
    let resumed = sandbox.done(&["tune", "--resume", "parted", "--track", "none", "--output", "json"]);
    let resumed: serde_json::Value = serde_json::from_str(&resumed).expect("JSON");
    for field in ["finished", "pruned", "best_trial", "best_score", "default_score", "learner"] {
        assert_eq!(resumed[field], whole[field], "{field}");
    }

    let load = &SMALL_LOAD[..];
    let train = [
        "train",
        "--timesteps",
        "2000",
        "--episodes",
        "1",
        "--track",
        "none",
        "--experience",
        "single-path",
        "--out",
        "run",
    ];
    sandbox.done(&[&train[..], load, &["--hyperparameters", "whole/best.json"]].concat());
    let settings: serde_json::Value =
        serde_json::from_slice(&sandbox.read("run/settings.json")).expect("JSON");
    assert_eq!(settings["learner"]["gamma"], whole["learner"]["gamma"]);
    let wrong = sandbox.run(
        &[&train[..9], load, &["--agent", "dqn", "--out", "no", "--hyperparameters", "whole/best.json"]]
            .concat(),
    );
    let told = String::from_utf8_lossy(&wrong.stderr);
    assert_eq!(wrong.status.code(), Some(2), "{told}");
    assert!(told.contains("whole/best.json: learner.") && !sandbox.path("no").exists(), "{told}");
}
