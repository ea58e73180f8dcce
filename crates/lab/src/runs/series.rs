//! One measure of several runs over their steps.

use std::path::{Path, PathBuf};

use serde::Serialize;

use super::read;
use crate::{LabError, report};

/// A measure of one run.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RunSeries {
    /// Its directory.
    pub run: PathBuf,
    /// Environment step and value; values that are no numbers are left out.
    pub points: Vec<(u64, f64)>,
}

/// The measure `name` of each run. Runs without it are refused, with the names that there are.
pub fn series_of_runs(paths: &[PathBuf], name: &str) -> Result<Vec<RunSeries>, LabError> {
    paths.iter().map(|path| series(path, name)).collect()
}

fn series(path: &Path, name: &str) -> Result<RunSeries, LabError> {
    let run = read(path)?;
    let points: Vec<(u64, f64)> = run.series(name).filter(|(_, value)| value.is_finite()).collect();
    if points.is_empty() {
        let names = run.names().join(", ");
        return Err(LabError::BadInput(format!(
            "{}: has no measure `{name}`; it has {names}",
            path.display()
        )));
    }
    Ok(RunSeries { run: path.to_owned(), points })
}

/// A drawing of the series, SVG.
pub fn draw_series(name: &str, series: &[RunSeries]) -> String {
    let labelled: Vec<(String, &[(u64, f64)])> =
        series.iter().map(|one| (one.run.display().to_string(), one.points.as_slice())).collect();
    report::series_plot(name, &labelled)
}
