//! `podpilot runs`: what lies in run directories, listed, shown, compared and drawn, without any service.

mod comparison;
mod details;
mod overview;
mod series;

use std::path::Path;

use podpilot_tracking::RunFiles;
use serde_json::{Map, Value};

pub use self::comparison::{RunComparison, compare_runs};
pub use self::details::{MeasureRange, RunDetails, show_run};
pub use self::overview::{RunOverview, RunState, list_runs};
pub use self::series::{RunSeries, draw_series, series_of_runs};

use crate::LabError;

/// The JSON lines of a run directory.
fn read(path: &Path) -> Result<RunFiles, LabError> {
    RunFiles::read(path).map_err(|source| {
        if path.is_dir() && source.kind() == std::io::ErrorKind::NotFound {
            return LabError::BadInput(format!(
                "{}: not a run directory: it has no metrics.jsonl",
                path.display()
            ));
        }
        LabError::Unreadable { path: path.to_owned(), source }
    })
}

/// Settings by dotted name, such as `learner.gamma`.
fn flattened(config: &Map<String, Value>) -> Vec<(String, Value)> {
    let mut flat = Vec::new();
    for (name, value) in config {
        match value {
            Value::Object(inner) => flat.extend(
                flattened(inner).into_iter().map(|(below, value)| (format!("{name}.{below}"), value)),
            ),
            other => flat.push((name.clone(), other.clone())),
        }
    }
    flat
}

/// Text without the quotes of JSON.
fn shown(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
