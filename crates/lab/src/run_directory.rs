//! A run's folder: what lies where, and writing so that there is never half a file.

use std::fs;
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::LabError;

/// Names of the files in a run directory.
pub(crate) mod file {
    /// The scenario in effect, YAML.
    pub(crate) const SCENARIO: &str = "scenario.yaml";
    /// The settings in effect, JSON.
    pub(crate) const SETTINGS: &str = "settings.json";
    /// One JSON object a line, as training goes on.
    pub(crate) const METRICS: &str = podpilot_tracking::METRICS_FILE;
    /// Everything else that is recorded, one JSON object a line.
    pub(crate) const EVENTS: &str = podpilot_tracking::EVENTS_FILE;
    /// The trained policy.
    pub(crate) const POLICY: &str = "policy.safetensors";
    /// The agent as trained, where it was not admitted.
    pub(crate) const REFUSED: &str = "refused.safetensors";
    /// The evaluation.
    pub(crate) const RESULT: &str = "result.json";
    /// The page to look at.
    pub(crate) const REPORT: &str = "report.html";
    /// State of an unfinished training.
    pub(crate) const CHECKPOINT: &str = "checkpoint.bin";
    /// What a search has tried, one JSON object a line.
    pub(crate) const TRIALS: &str = "trials.jsonl";
    /// The front that a search found.
    pub(crate) const TUNED: &str = "tuned.json";
    /// All of them.
    pub(crate) const ALL: [&str; 11] =
        [SCENARIO, SETTINGS, METRICS, EVENTS, POLICY, REFUSED, RESULT, REPORT, CHECKPOINT, TRIALS, TUNED];
}

/// A run's folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RunDirectory {
    path: PathBuf,
    /// Folders that did not exist before, the run's own first, then its parents.
    made: Vec<PathBuf>,
}

impl RunDirectory {
    /// Makes the folder and checks that it can be written to. A failure leaves no new folder behind. A training run's
    /// folder is never taken for something else.
    pub(crate) fn create(path: &Path) -> Result<Self, LabError> {
        if path.join(file::SETTINGS).exists() {
            let shown = path.display();
            return Err(LabError::BadInput(format!(
                "{shown}: holds a run already; choose another --out, or go on with --resume {shown}"
            )));
        }
        let missing = path.ancestors().filter(|folder| !folder.as_os_str().is_empty() && !folder.exists());
        let run = Self { path: path.to_owned(), made: missing.map(Path::to_owned).collect() };
        let probe = path.join(".write-probe");
        fs::create_dir_all(path)
            .and_then(|()| fs::write(&probe, b""))
            .and_then(|()| fs::remove_file(&probe))
            .map_err(|source| {
                run.discard();
                LabError::NotWritable { path: path.to_owned(), source }
            })?;
        Ok(run)
    }

    /// Takes back what [`RunDirectory::create`] made, for a run that its input kept from doing anything. A folder that
    /// was there before stays, and so does everything in it that is not a run's.
    pub(crate) fn discard(&self) {
        for name in file::ALL {
            self.remove(name);
        }
        for folder in &self.made {
            // A folder that is not empty holds something that is not ours.
            let _ = fs::remove_dir(folder);
        }
    }

    /// An existing folder.
    pub(crate) fn open(path: &Path) -> Result<Self, LabError> {
        match fs::metadata(path) {
            Ok(metadata) if metadata.is_dir() => Ok(Self { path: path.to_owned(), made: Vec::new() }),
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

    /// Reads the settings it was made with. `wrong_kind` begins the message where they are those of something else.
    pub(crate) fn read_settings<T: DeserializeOwned>(
        &self,
        schema: &str,
        schema_of: fn(&T) -> &str,
        wrong_kind: &str,
    ) -> Result<T, LabError> {
        let name = self.file(file::SETTINGS).display().to_string();
        let settings: T = serde_json::from_slice(&self.read(file::SETTINGS)?)
            .map_err(|error| LabError::BadInput(format!("{name}: {wrong_kind}{error}")))?;
        let found = schema_of(&settings);
        if found != schema {
            return Err(LabError::BadInput(format!(
                "{name}: schema is `{found}`, this version reads `{schema}`"
            )));
        }
        Ok(settings)
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
    fn a_discarded_run_leaves_what_was_there_before() {
        let folder = tempfile::tempdir().unwrap();
        let runs = folder.path().join("runs");
        fs::create_dir(&runs).unwrap();
        let run = RunDirectory::create(&runs.join("a/b")).unwrap();
        run.write(file::SETTINGS, b"{}").unwrap();
        run.discard();
        assert_eq!(fs::read_dir(&runs).unwrap().count(), 0);
        let foreign = RunDirectory::create(&runs.join("c")).unwrap();
        fs::write(foreign.file("notes.txt"), b"mine").unwrap();
        foreign.discard();
        assert!(foreign.file("notes.txt").exists());
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
