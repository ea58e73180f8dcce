//! A temporary folder to run the binary in.

use std::ffi::OsStr;
use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;
use std::process::Output;

use assert_cmd::Command;
use tempfile::TempDir;

/// What every run on the small load starts with.
pub(crate) const SMALL_LOAD: [&str; 4] = ["--trace", "load.csv", "--peak-replicas", "6"];

/// A folder that goes with the test.
pub(crate) struct Sandbox(TempDir);

impl Sandbox {
    pub(crate) fn new() -> Self {
        Self(TempDir::new().expect("a temporary directory"))
    }

    /// With `load.csv`: ten hours, a row a minute.
    pub(crate) fn with_load() -> Self {
        let sandbox = Self::new();
        let mut text = "t_seconds,rps\n".to_owned();
        for minute in 0..600 {
            let burst = if minute % 97 < 6 { 60 } else { 0 };
            let wave = 40 + (minute % 300_i32 - 150).abs() / 3;
            writeln!(text, "{},{}", minute * 60, wave + burst).expect("writing to a string");
        }
        sandbox.write("load.csv", &text);
        sandbox
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        fs::write(self.path(name), content).expect("a file in the temporary directory");
    }

    pub(crate) fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.path(name)).expect("the run wrote this file")
    }

    /// Names of what lies in the folder.
    pub(crate) fn names(&self) -> Vec<String> {
        self.names_in(".")
    }

    /// Names of what lies in a folder of it.
    pub(crate) fn names_in(&self, folder: &str) -> Vec<String> {
        let entries = fs::read_dir(self.path(folder)).expect("a folder in the temporary directory");
        let mut names: Vec<_> =
            entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    pub(crate) fn run(&self, arguments: &[impl AsRef<OsStr>]) -> Output {
        self.run_with(arguments, &[])
    }

    /// With these variables in the environment.
    pub(crate) fn run_with(&self, arguments: &[impl AsRef<OsStr>], variables: &[(&str, &str)]) -> Output {
        let mut command = Command::cargo_bin("podpilot").expect("the binary is built with its tests");
        command.current_dir(self.0.path()).envs(variables.iter().copied());
        command.args(arguments).output().expect("the binary starts")
    }

    /// Runs what must end well; returns standard output.
    pub(crate) fn done(&self, arguments: &[impl AsRef<OsStr>]) -> String {
        let output = self.run(arguments);
        let error = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(0), "{error}");
        String::from_utf8(output.stdout).expect("output is UTF-8")
    }

    /// Trains on the small load into `run`; returns standard output.
    pub(crate) fn train(&self, more: &[&str]) -> String {
        let fixed = ["train", "--timesteps", "3000", "--episodes", "1", "--out", "run"];
        self.done(&[&fixed[..], &SMALL_LOAD, more].concat())
    }
}
