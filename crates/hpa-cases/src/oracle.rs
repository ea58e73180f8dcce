//! Kubernetes' own controller as a child process: lines of JSON to it and from it.

use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde::Deserialize;

use crate::answer::Answer;
use crate::case::Case;

/// What went wrong with the oracle.
#[derive(Debug, thiserror::Error)]
pub enum OracleError {
    /// It did not start, or its pipes broke.
    #[error("the oracle's process: {0}")]
    Process(#[from] io::Error),
    /// It said something that is no answer.
    #[error("the oracle's answer `{line}`: {source}")]
    Malformed {
        /// What it said.
        line: String,
        /// Why that is no answer.
        source: serde_json::Error,
    },
    /// It answered another case.
    #[error("the oracle answered case {found} instead of {expected}")]
    OutOfStep {
        /// The case that was asked.
        expected: u64,
        /// The case that was answered.
        found: u64,
    },
}

/// Who answers.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Introduction {
    /// Version of Kubernetes.
    pub kubernetes: String,
    /// Version of Go.
    pub go: String,
    /// Architecture, on which conversions of numbers out of range depend.
    pub architecture: String,
}

/// The controller of Kubernetes in a process of its own, which ends with this value.
#[derive(Debug)]
pub struct Oracle {
    child: Child,
    input: BufWriter<ChildStdin>,
    output: BufReader<ChildStdout>,
    introduction: Introduction,
}

impl Oracle {
    /// Starts the binary that `testbed/hpa-oracle/build.sh` built.
    pub fn start(binary: &Path) -> Result<Self, OracleError> {
        let mut child = Command::new(binary)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()?;
        let closed = || io::Error::other("a pipe is missing");
        let input = BufWriter::new(child.stdin.take().ok_or_else(closed)?);
        let mut output = BufReader::new(child.stdout.take().ok_or_else(closed)?);
        let introduction = read_line(&mut output)?;
        Ok(Self { child, input, output, introduction })
    }

    /// Who answers.
    pub fn introduction(&self) -> &Introduction {
        &self.introduction
    }

    /// Sends a batch. The oracle works on it until [`Oracle::receive`] fetches its answers; one batch at a time.
    pub fn send(&mut self, cases: &[Case]) -> Result<(), OracleError> {
        for case in cases {
            serde_json::to_writer(&mut self.input, case).map_err(io::Error::from)?;
            self.input.write_all(b"\n")?;
        }
        self.input.write_all(b"\n")?;
        Ok(self.input.flush()?)
    }

    /// The answers to the batch that was sent, which is `cases`.
    pub fn receive(&mut self, cases: &[Case]) -> Result<Vec<Answer>, OracleError> {
        let answer = |case: &Case| {
            let answer: Answer = read_line(&mut self.output)?;
            if answer.id == case.id {
                Ok(answer)
            } else {
                Err(OracleError::OutOfStep { expected: case.id, found: answer.id })
            }
        };
        cases.iter().map(answer).collect()
    }

    /// The answer to one case.
    pub fn ask(&mut self, case: &Case) -> Result<Answer, OracleError> {
        let batch = std::slice::from_ref(case);
        self.send(batch)?;
        Ok(self.receive(batch)?.remove(0))
    }
}

impl Drop for Oracle {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn read_line<T: for<'de> Deserialize<'de>>(output: &mut impl BufRead) -> Result<T, OracleError> {
    let mut line = String::new();
    output.read_line(&mut line)?;
    serde_json::from_str(&line).map_err(|source| OracleError::Malformed { line, source })
}
