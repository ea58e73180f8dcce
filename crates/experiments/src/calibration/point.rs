use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::Path;

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};

use super::plan::Job;
use crate::cluster::CpuCounters;
use crate::load_generator::LoadMeasure;
use crate::machine::MachineShare;

/// Format of a row; changes with every change that a reader must know of.
pub(crate) const POINT_SCHEMA: &str = "podpilot/calibration-point/v1";

/// One measured run: everything that is needed to judge it, in one row of `points.jsonl`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Point {
    /// [`POINT_SCHEMA`].
    pub(crate) schema: String,
    /// Name of the run.
    pub(crate) id: String,
    /// What was asked for.
    pub(crate) job: Job,
    /// Seed of the arrivals.
    pub(crate) arrival_seed: u64,
    /// Runs that shared the machine at that time.
    pub(crate) alongside: Vec<String>,
    /// When requests began, seconds since the Unix epoch.
    pub(crate) started_unix_s: f64,
    /// Seconds sent before counting.
    pub(crate) warm_up_s: f64,
    /// Seconds counted.
    pub(crate) measured_s: f64,
    /// Capacity of one pod that `share` refers to, requests per second.
    pub(crate) capacity_rps_per_pod: f64,
    /// Planned rate, requests per second over all pods.
    pub(crate) offered_rps: f64,
    /// What the generator saw, over the counted seconds.
    pub(crate) load: LoadMeasure,
    /// CPU of each pod over the counted seconds (the pod's control group), in the order of the pods' names.
    pub(crate) pods: Vec<CpuCounters>,
    /// The same of the containers' groups, which carry the same quota.
    pub(crate) containers: Vec<CpuCounters>,
    /// CPU used as a share of the limit (of one core without one), mean over pods.
    pub(crate) cpu_of_limit: f64,
    /// CPU milliseconds per request that ended.
    pub(crate) cpu_ms_per_request: f64,
    /// Share of quota periods with throttling, of either group, whichever is more.
    pub(crate) throttled_period_share: f64,
    /// Who used the machine meanwhile.
    pub(crate) machine: MachineShare,
    /// What differs from the plan, such as a run that was repeated to see whether builds disturb.
    pub(crate) note: String,
}

/// Adds a row to a file of JSON lines and makes sure that it is on disk.
pub(crate) fn append<T: Serialize>(path: &Path, row: &T) -> Result<()> {
    let mut file = open_to_append(path)?;
    let mut line = serde_json::to_vec(row)?;
    line.push(b'\n');
    file.write_all(&line)
        .and_then(|()| file.sync_data())
        .with_context(|| format!("cannot write {}", path.display()))
}

/// Opens a file of JSON lines to add rows. A row that was cut off by a crash ends there and then.
fn open_to_append(path: &Path) -> Result<File> {
    let content = fs::read(path).unwrap_or_default();
    let mut file = OpenOptions::new()
        .create(true)
        .append(true)
        .open(path)
        .with_context(|| format!("cannot open {}", path.display()))?;
    if content.last().is_some_and(|last| *last != b'\n') {
        file.write_all(b"\n")?;
    }
    Ok(file)
}

/// Points of a file; rows that are no JSON (cut off) are skipped, rows of another format are an error.
pub(crate) fn read_points(path: &Path) -> Result<Vec<Point>> {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error).with_context(|| format!("cannot read {}", path.display())),
    };
    let mut points = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let Ok(row) = serde_json::from_str::<serde_json::Value>(line) else { continue };
        let place = || format!("{} line {}", path.display(), index + 1);
        if row["schema"] != POINT_SCHEMA {
            bail!("{}: schema is {}, must be {POINT_SCHEMA}", place(), row["schema"]);
        }
        points.push(serde_json::from_value(row).with_context(place)?);
    }
    Ok(points)
}

/// Names of the runs that are in the file.
pub(crate) fn done(points: &[Point]) -> BTreeSet<String> {
    points.iter().map(|point| point.id.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_that_was_cut_off_is_measured_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("points.jsonl");
        assert_eq!(read_points(&path).unwrap(), []);
        fs::write(&path, "{\"schema\": \"podpilot/calibration-po").unwrap();
        append(&path, &serde_json::json!({"schema": "something else"})).unwrap();
        let text = fs::read_to_string(&path).unwrap();
        assert_eq!(text.lines().count(), 2, "the cut row ends before the next one begins: {text}");
        let error = read_points(&path).unwrap_err().to_string();
        assert!(error.contains("line 2") && error.contains(POINT_SCHEMA), "{error}");
    }
}
