//! The result does not depend on how many processors there are.

use std::io::Write;
use std::process::Command;

use crate::sandbox::{SMALL_LOAD, Sandbox};

#[test]
#[cfg(target_os = "linux")]
fn one_processor_and_all_give_the_same_json() {
    let sandbox = Sandbox::with_load();
    let arguments = [&["evaluate", "--episodes", "3", "--output", "json"][..], &SMALL_LOAD].concat();
    let everywhere = sandbox.done(&arguments);
    let pinned = Command::new("taskset")
        .args(["--cpu-list", "0", env!("CARGO_BIN_EXE_podpilot")])
        .args(&arguments)
        .current_dir(sandbox.path("."))
        .output();
    match pinned {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            // Straight to the stream: the test harness hides what passing tests print.
            let note = b"SKIPPED one_processor_and_all_give_the_same_json: taskset is absent\n";
            std::io::stderr().write_all(note).expect("standard error is open");
        }
        Err(error) => unreachable!("taskset does not start: {error}"),
        Ok(output) => {
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            assert!(String::from_utf8_lossy(&output.stdout) == everywhere, "the results differ");
        }
    }
}
