//! All about one run.

use std::path::{Path, PathBuf};

use podpilot_tracking::{Artifact, sync_command};
use serde::Serialize;

use super::{RunOverview, flattened, read, shown};
use crate::LabError;

/// A measure over a run. JSON has no NaN: such a value is null.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MeasureRange {
    /// Its name.
    pub name: String,
    /// Its values in the first and the last report that had it.
    pub first: f64,
    /// See `first`.
    pub last: f64,
    /// Smallest and largest value.
    pub min: f64,
    /// See `min`.
    pub max: f64,
}

/// All about one run.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RunDetails {
    /// What the list shows.
    #[serde(flatten)]
    pub overview: RunOverview,
    /// Commit of the working directory.
    pub git_commit: Option<String>,
    /// Machine.
    pub host: Option<String>,
    /// Settings by dotted name.
    pub config: Vec<(String, String)>,
    /// Every measure.
    pub measures: Vec<MeasureRange>,
    /// Final values.
    pub summary: Vec<(String, String)>,
    /// Files that it made.
    pub artifacts: Vec<Artifact>,
    /// What uploads it to W&B.
    pub wandb_command: Option<String>,
    /// Its `TensorBoard` file.
    pub tensorboard_file: Option<PathBuf>,
}

/// Reads a run directory.
pub fn show_run(path: &Path) -> Result<RunDetails, LabError> {
    let run = read(path)?;
    let measures =
        run.names().into_iter().filter_map(|name| range(name, run.series(name).map(|(_, value)| value)));
    let start = run.start.as_ref();
    let wandb = start.and_then(|start| start.wandb_file.as_deref()).and_then(Path::parent);
    let text = |(name, value)| (name, shown(&value));
    Ok(RunDetails {
        overview: RunOverview::of(path, &run),
        git_commit: start.and_then(|start| start.git_commit.clone()),
        host: start.map(|start| start.host.clone()),
        config: start
            .map(|start| flattened(&start.config).into_iter().map(text).collect())
            .unwrap_or_default(),
        measures: measures.collect(),
        summary: run.summary.clone().into_iter().map(text).collect(),
        artifacts: run.artifacts.clone(),
        wandb_command: wandb.map(sync_command),
        tensorboard_file: start.and_then(|start| start.tensorboard_file.clone()),
    })
}

/// `None` without a value. A value that is no number is neither smallest nor largest.
pub(super) fn range(name: &str, values: impl Iterator<Item = f64>) -> Option<MeasureRange> {
    let values: Vec<f64> = values.collect();
    Some(MeasureRange {
        name: name.to_owned(),
        first: *values.first()?,
        last: *values.last()?,
        min: values.iter().copied().fold(f64::NAN, f64::min),
        max: values.iter().copied().fold(f64::NAN, f64::max),
    })
}
