//! The search on disk: one line a finished trial, so that nothing is lost and nothing run twice.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::LabError;
use crate::run_directory::{RunDirectory, file};

/// A trial that is done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TrialRecord {
    /// Its number, from 0.
    pub(super) trial: usize,
    /// Where it lies in the search space.
    pub(super) positions: Vec<f64>,
    /// What the policy costs more than the base policy on held-out days (lower is better); `None`: given up or failed.
    pub(super) score: Option<f64>,
    /// Mean return at the marks it came to.
    pub(super) marks: Vec<f64>,
    /// `finished`, `pruned`, or why it failed.
    pub(super) outcome: String,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    /// What the trials belong to.
    search: String,
}

/// Trials that are known, and the file that new ones are appended to.
#[derive(Debug)]
pub(super) struct Store {
    path: PathBuf,
    file: File,
    known: BTreeMap<usize, TrialRecord>,
}

impl Store {
    /// Opens the file, made anew if absent. Trials of another search are refused.
    pub(super) fn open(run: &RunDirectory, search: &str) -> Result<Self, LabError> {
        let path = run.file(file::TRIALS);
        let known = if path.exists() { read(run, search)? } else { BTreeMap::new() };
        // Rewritten whole, so that half a line at the end, left by a crash, is gone.
        let mut text = line(&Header { search: search.to_owned() })?;
        for trial in known.values() {
            text.push_str(&line(trial)?);
        }
        run.write(file::TRIALS, text.as_bytes())?;
        let file = OpenOptions::new()
            .append(true)
            .open(&path)
            .map_err(|source| LabError::NotWritable { path: path.clone(), source })?;
        Ok(Self { path, file, known })
    }

    pub(super) fn trial(&self, index: usize) -> Option<&TrialRecord> {
        self.known.get(&index)
    }

    pub(super) fn append(&mut self, trial: TrialRecord) -> Result<(), LabError> {
        let text = line(&trial)?;
        let written = self.file.write_all(text.as_bytes()).and_then(|()| self.file.flush());
        self.known.insert(trial.trial, trial);
        written.map_err(|source| LabError::NotWritable { path: self.path.clone(), source })
    }
}

fn read(run: &RunDirectory, search: &str) -> Result<BTreeMap<usize, TrialRecord>, LabError> {
    let bytes = run.read(file::TRIALS)?;
    let text = String::from_utf8_lossy(&bytes);
    let mut lines = text.lines();
    let header: Option<Header> = lines.next().and_then(|first| serde_json::from_str(first).ok());
    if header.is_none_or(|header| header.search != search) {
        let shown = run.file(file::TRIALS);
        return Err(LabError::BadInput(format!(
            "{}: belongs to a search over another load, scenario, agent, budget or seed; choose another --out",
            shown.display()
        )));
    }
    // A line that a crash cut short is run again.
    let trials = lines.filter_map(|line| serde_json::from_str::<TrialRecord>(line).ok());
    Ok(trials.map(|trial| (trial.trial, trial)).collect())
}

fn line<T: Serialize>(value: &T) -> Result<String, LabError> {
    serde_json::to_string(value).map(|text| text + "\n").map_err(|error| LabError::Failed(error.to_string()))
}
