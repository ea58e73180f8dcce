//! The search on disk: one line a trial, so that nothing is lost and nothing run twice.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::evaluation::Trial;
use crate::LabError;
use crate::run_directory::{RunDirectory, file};

/// Trials that are known, and the file that new ones are appended to.
#[derive(Debug)]
pub(crate) struct Store {
    directory: PathBuf,
    path: PathBuf,
    file: File,
    known: BTreeMap<(usize, usize), Trial>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    rung: usize,
    #[serde(flatten)]
    trial: TrialFields,
}

/// `deny_unknown_fields` and `flatten` exclude each other, so the trial is read as it is.
type TrialFields = serde_json::Map<String, serde_json::Value>;

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    /// What the trials belong to.
    search: String,
}

impl Store {
    /// Opens the file, made anew if absent. Trials of another search (other load, scenario, seed or budget) are refused.
    pub(super) fn open(run: &RunDirectory, search: &str) -> Result<Self, LabError> {
        let path = run.file(file::TRIALS);
        let known = if path.exists() { read(run, &path, search)? } else { BTreeMap::new() };
        let unwritable = |source| LabError::NotWritable { path: path.clone(), source };
        // Rewritten whole, so that half a line at the end, left by a crash, is gone.
        let mut text = json(&Header { search: search.to_owned() })?;
        for ((rung, _), trial) in &known {
            text.push_str(&line(*rung, trial)?);
        }
        run.write(file::TRIALS, text.as_bytes())?;
        let file = OpenOptions::new().append(true).open(&path).map_err(unwritable)?;
        Ok(Self { directory: run.path().to_owned(), path, file, known })
    }

    pub(super) fn directory(&self) -> &Path {
        &self.directory
    }

    pub(super) fn trial(&self, rung: usize, configuration: usize) -> Option<Trial> {
        self.known.get(&(rung, configuration)).copied()
    }

    pub(super) fn append(&mut self, rung: usize, trial: &Trial) -> Result<(), LabError> {
        let text = line(rung, trial)?;
        let written = self.file.write_all(text.as_bytes()).and_then(|()| self.file.flush());
        self.known.insert((rung, trial.configuration), *trial);
        written.map_err(|source| LabError::NotWritable { path: self.path.clone(), source })
    }
}

fn read(run: &RunDirectory, path: &Path, search: &str) -> Result<BTreeMap<(usize, usize), Trial>, LabError> {
    let shown = path.display();
    let bytes = run.read(file::TRIALS)?;
    let text = String::from_utf8_lossy(&bytes);
    let mut lines = text.lines();
    let header: Option<Header> = lines.next().and_then(|first| serde_json::from_str(first).ok());
    if header.is_none_or(|header| header.search != search) {
        return Err(LabError::BadInput(format!(
            "{shown}: belongs to a search over another load, scenario, budget or seed; choose another --out"
        )));
    }
    // A line that a crash cut short is run again.
    Ok(lines.filter_map(parse).map(|(rung, trial)| ((rung, trial.configuration), trial)).collect())
}

fn parse(line: &str) -> Option<(usize, Trial)> {
    let mut fields: TrialFields = serde_json::from_str(line).ok()?;
    let rung = fields.remove("rung")?.as_u64()? as usize;
    Some((rung, serde_json::from_value(fields.into()).ok()?))
}

fn line(rung: usize, trial: &Trial) -> Result<String, LabError> {
    let failed = |error: serde_json::Error| LabError::Failed(error.to_string());
    match serde_json::to_value(trial).map_err(failed)? {
        serde_json::Value::Object(fields) => json(&Line { rung, trial: fields }),
        other => Err(LabError::Failed(format!("a trial became {other}"))),
    }
}

fn json<T: Serialize>(value: &T) -> Result<String, LabError> {
    serde_json::to_string(value).map(|text| text + "\n").map_err(|error| LabError::Failed(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trial(configuration: usize) -> Trial {
        Trial {
            configuration,
            hours: 24.0,
            cost: 1.25,
            minutes: 1_440.0,
            bad_minutes: 3.0,
            requests: 1e6,
            slow_requests: 10.0,
        }
    }

    #[test]
    fn trials_survive_and_half_a_line_is_run_again() {
        let folder = tempfile::tempdir().unwrap();
        let run = RunDirectory::create(folder.path()).unwrap();
        let mut store = Store::open(&run, "mine").unwrap();
        store.append(0, &trial(4)).unwrap();
        store.append(1, &trial(4)).unwrap();
        drop(store);
        let mut text = run.read(file::TRIALS).unwrap();
        text.extend_from_slice(b"{\"rung\":1,\"configuration\":5,\"ho");
        run.write(file::TRIALS, &text).unwrap();
        let store = Store::open(&run, "mine").unwrap();
        assert_eq!(store.trial(1, 4), Some(trial(4)));
        assert_eq!(store.trial(1, 5), None);
        let error = Store::open(&run, "another").unwrap_err();
        assert!(error.is_bad_input() && error.to_string().contains("another load"), "{error}");
    }
}
