use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::machine::Machine;

/// Format of a recording folder.
pub(crate) const RECORDING_SCHEMA: &str = "podpilot/recording/v1";

/// Names of the files in a recording.
pub(crate) mod file {
    /// What was recorded: [`super::Description`].
    pub(crate) const DESCRIPTION: &str = "recording.json";
    /// The autoscaler's manifest as it was applied.
    pub(crate) const HPA_MANIFEST: &str = "hpa.json";
    /// Rows of [`super::Row`]: pods, the autoscaler, the Deployment and events, as a watch showed them.
    pub(crate) const PODS: &str = "pods.jsonl";
    pub(crate) const HPA: &str = "hpa.jsonl";
    pub(crate) const DEPLOYMENT: &str = "deployment.jsonl";
    pub(crate) const EVENTS: &str = "events.jsonl";
    /// The resource metrics API's answers, each when it changed.
    pub(crate) const POD_METRICS: &str = "pod-metrics.jsonl";
    /// The gateway's request counters as Prometheus has them.
    pub(crate) const GATEWAY: &str = "gateway.jsonl";
    /// CPU use of the machine by owner.
    pub(crate) const MACHINE: &str = "machine.jsonl";
    /// The load generator's summary, its seconds and its minutes.
    pub(crate) const LOAD: &str = "load.json";
    pub(crate) const SECONDS: &str = "load-seconds.jsonl";
    pub(crate) const MINUTES: &str = "load-minutes.jsonl";
    /// What the process that runs the autoscaler logged meanwhile.
    pub(crate) const CONTROLLER_LOG: &str = "hpa-controller.log";
}

/// What was recorded.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Description {
    /// [`RECORDING_SCHEMA`].
    pub(crate) schema: String,
    /// When requests began, seconds since the Unix epoch.
    pub(crate) started_unix_s: f64,
    /// How long they were sent, seconds.
    pub(crate) duration_s: f64,
    /// Where they were sent.
    pub(crate) url: String,
    /// Planned rates, each held for `rate_step_s`, requests per second.
    pub(crate) rates_rps: Vec<f64>,
    /// Length of a step, seconds.
    pub(crate) rate_step_s: f64,
    /// Seed of the arrivals.
    pub(crate) arrival_seed: u64,
    /// Namespace, Deployment and its pod template.
    pub(crate) namespace: String,
    pub(crate) deployment: String,
    pub(crate) pod_spec: Value,
    /// Settings of the testbed, as its scripts know them.
    pub(crate) testbed: Value,
    /// The machine.
    pub(crate) machine: Machine,
}

/// Something that was seen, and when.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Row {
    /// When it reached the recorder, seconds since the Unix epoch.
    pub(crate) at_unix_s: f64,
    /// `ADDED`, `MODIFIED` or `DELETED` for a watched object, `SAMPLE` for an answer to a query.
    pub(crate) event: String,
    /// The object or answer, without `managedFields`.
    pub(crate) object: Value,
}

/// A recording folder.
#[derive(Debug, Clone)]
pub(crate) struct Folder {
    path: PathBuf,
}

impl Folder {
    /// Makes a new folder; one that holds a recording already is refused.
    pub(crate) fn create(path: &Path) -> Result<Self> {
        let folder = Self { path: path.to_owned() };
        fs::create_dir_all(path).with_context(|| format!("cannot make {}", path.display()))?;
        if folder.file(file::DESCRIPTION).exists() {
            bail!("{} holds a recording already; choose another folder", path.display());
        }
        Ok(folder)
    }

    /// Opens a folder and checks its format.
    pub(crate) fn open(path: &Path) -> Result<(Self, Description)> {
        let folder = Self { path: path.to_owned() };
        let value: Value = folder.json(file::DESCRIPTION)?;
        if value["schema"] != RECORDING_SCHEMA {
            let place = folder.file(file::DESCRIPTION);
            bail!("{}: schema is {}, must be {RECORDING_SCHEMA}", place.display(), value["schema"]);
        }
        Ok((folder.clone(), folder.json(file::DESCRIPTION)?))
    }

    /// Path of one of its files.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// One of its JSON files.
    pub(crate) fn json<T: DeserializeOwned>(&self, name: &str) -> Result<T> {
        let path = self.file(name);
        let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        serde_json::from_str(&text).with_context(|| path.display().to_string())
    }

    /// One of its files of JSON lines.
    pub(crate) fn rows<T: DeserializeOwned>(&self, name: &str) -> Result<Vec<T>> {
        let path = self.file(name);
        let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        let row = |(index, line): (usize, &str)| {
            serde_json::from_str(line).with_context(|| format!("{} line {}", path.display(), index + 1))
        };
        text.lines().enumerate().filter(|(_, line)| !line.is_empty()).map(row).collect()
    }

    /// Writes one of its JSON files.
    pub(crate) fn write_json<T: Serialize>(&self, name: &str, value: &T) -> Result<()> {
        let path = self.file(name);
        fs::write(&path, serde_json::to_vec_pretty(value)?)
            .with_context(|| format!("cannot write {}", path.display()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_format_is_refused_with_what_would_be_right() {
        let temporary = tempfile::tempdir().unwrap();
        fs::write(temporary.path().join(file::DESCRIPTION), r#"{"schema": "podpilot/recording/v0"}"#)
            .unwrap();
        let error = Folder::open(temporary.path()).unwrap_err().to_string();
        assert!(error.contains("v0") && error.contains(RECORDING_SCHEMA), "{error}");
        let error = Folder::create(temporary.path()).unwrap_err().to_string();
        assert!(error.contains("holds a recording already"), "{error}");
    }
}
