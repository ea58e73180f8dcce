//! Ctrl-C while training: the state is saved, the user is told how to go on, and going on works.

use std::fs;
use std::io::Read;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use crate::sandbox::{SMALL_LOAD, Sandbox};

/// Far more than is trained by the time of the first look at the metrics.
const STEPS: &str = "60000";

fn start(sandbox: &Sandbox) -> Child {
    Command::new(env!("CARGO_BIN_EXE_podpilot"))
        .current_dir(sandbox.path("."))
        .args(["train", "--timesteps", STEPS, "--episodes", "1", "--out", "run"])
        .args(SMALL_LOAD)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary starts")
}

fn wait_until_it_learns(sandbox: &Sandbox, child: &mut Child) {
    let metrics = sandbox.path("run/metrics.jsonl");
    while !fs::metadata(&metrics).is_ok_and(|file| file.len() > 0) {
        assert!(child.try_wait().expect("the child can be asked").is_none(), "it ended before it learnt");
        thread::sleep(Duration::from_millis(5));
    }
}

fn interrupt(child: &Child) {
    let sent = Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(sent.expect("kill is there").success());
}

#[test]
fn ctrl_c_saves_and_resume_goes_on() {
    let sandbox = Sandbox::with_load();
    let mut child = start(&sandbox);
    wait_until_it_learns(&sandbox, &mut child);
    interrupt(&child);
    let status = child.wait().expect("the child ends");
    let mut told = String::new();
    child.stderr.take().expect("a pipe").read_to_string(&mut told).expect("messages are UTF-8");
    assert_eq!(status.code(), Some(130), "{told}");
    assert!(told.contains("podpilot train --resume run"), "how to go on is missing in: {told}");
    assert!(sandbox.path("run/checkpoint.bin").exists());
    for unfinished in ["result.json", "report.html", "policy.safetensors"] {
        assert!(!sandbox.path("run").join(unfinished).exists(), "{unfinished} is half a run's");
    }
    let inspected = sandbox.done(&["inspect", "run"]);
    assert!(inspected.contains("can be resumed"), "{inspected}");

    let told = sandbox.run(&["train", "--resume", "run"]);
    let notes = String::from_utf8_lossy(&told.stderr);
    assert_eq!(told.status.code(), Some(0), "{notes}");
    assert!(notes.contains("resuming at step "), "{notes}");
    let shown = String::from_utf8_lossy(&told.stdout);
    assert!(shown.trim_end().ends_with("run"), "the last line is the run directory: {shown}");
    assert!(sandbox.path("run/result.json").exists() && sandbox.path("run/report.html").exists());
    assert!(!sandbox.path("run/checkpoint.bin").exists());
}
