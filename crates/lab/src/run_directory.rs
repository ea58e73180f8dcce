//! A run's folder: what lies where, and writing so that there is never half a file.

use std::fs;
use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::LabError;

/// Names of the files in a run directory.
pub(crate) mod file {
    /// The scenario in effect, YAML.
    pub(crate) const SCENARIO: &str = "scenario.yaml";
    /// The settings in effect, JSON.
    pub(crate) const SETTINGS: &str = "settings.json";
    /// One JSON object a line, as training goes on.
    pub(crate) const METRICS: &str = "metrics.jsonl";
    /// The trained policy.
    pub(crate) const POLICY: &str = "policy.safetensors";
    /// The evaluation.
    pub(crate) const RESULT: &str = "result.json";
    /// The page to look at.
    pub(crate) const REPORT: &str = "report.html";
    /// State of an unfinished training.
    pub(crate) const CHECKPOINT: &str = "checkpoint.bin";
}

/// A run's folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RunDirectory {
    path: PathBuf,
}

impl RunDirectory {
    /// Makes the folder and checks that it can be written to.
    pub(crate) fn create(path: &Path) -> Result<Self, LabError> {
        let not_writable = |source| LabError::NotWritable { path: path.to_owned(), source };
        fs::create_dir_all(path).map_err(not_writable)?;
        let probe = path.join(".write-probe");
        fs::write(&probe, b"").and_then(|()| fs::remove_file(&probe)).map_err(not_writable)?;
        Ok(Self { path: path.to_owned() })
    }

    /// An existing folder.
    pub(crate) fn open(path: &Path) -> Result<Self, LabError> {
        match fs::metadata(path) {
            Ok(metadata) if metadata.is_dir() => Ok(Self { path: path.to_owned() }),
            Ok(_) => Err(LabError::BadInput(format!("{}: not a run directory", path.display()))),
            Err(source) => Err(LabError::Unreadable { path: path.to_owned(), source }),
        }
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Path of one of its files.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// Writes a file whole or not at all: beside the target, then renamed.
    pub(crate) fn write(&self, name: &str, content: &[u8]) -> Result<(), LabError> {
        let target = self.file(name);
        let beside = self.file(&format!("{name}.tmp"));
        fs::write(&beside, content)
            .and_then(|()| fs::rename(&beside, &target))
            .map_err(|source| LabError::NotWritable { path: target, source })
    }

    /// Writes a value as indented JSON with a newline at the end.
    pub(crate) fn write_json<T: Serialize>(&self, name: &str, value: &T) -> Result<(), LabError> {
        let mut text = serde_json::to_string_pretty(value)
            .map_err(|error| LabError::Failed(format!("{name}: {error}")))?;
        text.push('\n');
        self.write(name, text.as_bytes())
    }

    /// Reads one of its files.
    pub(crate) fn read(&self, name: &str) -> Result<Vec<u8>, LabError> {
        let path = self.file(name);
        fs::read(&path).map_err(|source| LabError::Unreadable { path, source })
    }

    /// Removes a file if it is there.
    pub(crate) fn remove(&self, name: &str) {
        // A file that stays behind does no harm: a finished run is told by its result.
        let _ = fs::remove_file(self.file(name));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rewritten_file_is_whole_and_leaves_nothing_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let run = RunDirectory::create(&folder.path().join("a/b")).unwrap();
        run.write("x", b"one").unwrap();
        run.write("x", b"two").unwrap();
        assert_eq!(run.read("x").unwrap(), b"two");
        assert_eq!(fs::read_dir(run.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_file_in_the_way_is_bad_input() {
        let folder = tempfile::tempdir().unwrap();
        let taken = folder.path().join("taken");
        fs::write(&taken, b"").unwrap();
        let error = RunDirectory::create(&taken.join("run")).unwrap_err();
        assert!(error.is_bad_input() && error.to_string().contains("taken"), "{error}");
    }
}
