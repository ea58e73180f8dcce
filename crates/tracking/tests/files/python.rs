//! The Python environment with W&B's and `TensorBoard`'s readers.

use std::ffi::OsStr;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What the script answers when there is no Python.
const ABSENT: i32 = 3;

fn scripts() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tracking/tests/python")
}

/// The interpreter; `None`, said where it is seen, if this machine has no Python.
fn interpreter() -> Option<String> {
    let made = Command::new("bash").arg(scripts().join("environment.sh")).output().expect("bash is there");
    let said = String::from_utf8_lossy(&made.stderr);
    if made.status.code() == Some(ABSENT) {
        // The test harness keeps what is printed with macros to itself.
        let _ = writeln!(std::io::stderr(), "SKIPPED: readers of W&B and TensorBoard: {}", said.trim());
        return None;
    }
    assert!(made.status.success(), "{said}");
    Some(String::from_utf8(made.stdout).expect("a path").trim().to_owned())
}

/// Compares a run directory's W&B and `TensorBoard` files with its JSON lines.
pub(crate) fn accept(directory: &Path, exit_code: i32) {
    accept_of(directory, exit_code, &[]);
}

/// The same after a command that has the run uploaded while it grows; without a command, `wandb sync` uploads it.
pub(crate) fn accept_of(directory: &Path, exit_code: i32, command: &[&OsStr]) {
    let Some(python) = interpreter() else { return };
    let compared = Command::new(python)
        .arg(scripts().join("accept_run.py"))
        .arg(directory)
        .arg(exit_code.to_string())
        .args(command)
        .output()
        .expect("Python starts");
    let (told, failed) =
        (String::from_utf8_lossy(&compared.stdout), String::from_utf8_lossy(&compared.stderr));
    assert!(compared.status.success(), "{told}{failed}");
    assert!(told.contains("equal the JSON lines"), "{told}");
}
