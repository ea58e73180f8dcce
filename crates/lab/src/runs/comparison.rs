//! Runs side by side: where their settings differ, and what they came to.

use std::path::PathBuf;

use serde::Serialize;

use super::{flattened, read, shown};
use crate::LabError;

/// Runs side by side; values in the order of `runs`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RunComparison {
    /// Their directories.
    pub runs: Vec<PathBuf>,
    /// Settings that are not the same in all.
    pub settings: Vec<(String, Vec<Option<String>>)>,
    /// Last value of each measure.
    pub measures: Vec<(String, Vec<Option<f64>>)>,
    /// Final values, the evaluation among them.
    pub summary: Vec<(String, Vec<Option<String>>)>,
}

/// Compares run directories.
pub fn compare_runs(paths: &[PathBuf]) -> Result<RunComparison, LabError> {
    let runs = paths.iter().map(|path| read(path)).collect::<Result<Vec<_>, _>>()?;
    let configs: Vec<_> = runs
        .iter()
        .map(|run| run.start.as_ref().map(|start| flattened(&start.config)).unwrap_or_default())
        .collect();
    let summaries: Vec<_> = runs.iter().map(|run| flattened(&run.summary)).collect();
    let texts = |tables: &[Vec<(String, serde_json::Value)>]| {
        side_by_side(tables, |value: &serde_json::Value| shown(value))
    };
    let mut settings = texts(&configs);
    settings.retain(|(_, values)| values.iter().any(|value| *value != values[0]));
    let lasts: Vec<Vec<(String, f64)>> = runs
        .iter()
        .map(|run| {
            let last = |name: &&str| Some(((*name).to_owned(), run.series(name).last()?.1));
            run.names().iter().filter_map(last).collect()
        })
        .collect();
    Ok(RunComparison {
        runs: paths.to_vec(),
        settings,
        measures: side_by_side(&lasts, |value| *value),
        summary: texts(&summaries),
    })
}

/// A name and its value in each table.
type SideBySide<T> = Vec<(String, Vec<Option<T>>)>;

/// One row for each name that any table has.
fn side_by_side<V, T>(tables: &[Vec<(String, V)>], value: impl Fn(&V) -> T) -> SideBySide<T> {
    let mut names: Vec<&String> = tables.iter().flatten().map(|(name, _)| name).collect();
    names.sort_unstable();
    names.dedup();
    let found = |table: &Vec<(String, V)>, name: &String| {
        table.iter().find(|(known, _)| known == name).map(|(_, known)| value(known))
    };
    names
        .into_iter()
        .map(|name| (name.clone(), tables.iter().map(|table| found(table, name)).collect()))
        .collect()
}
