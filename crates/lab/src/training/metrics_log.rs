//! `metrics.jsonl`: one line a report, and the training curve that is read back from it.

use std::fs::{self, File, OpenOptions};
use std::io::{BufWriter, Write};
use std::path::PathBuf;

use podpilot_learning::Progress;
use serde_json::{Map, Value};

use super::episode_log::EpisodeAverages;
use crate::LabError;
use crate::result::TrainingPoint;
use crate::run_directory::{RunDirectory, file};

/// Appends to a run's metrics.
#[derive(Debug)]
pub(super) struct MetricsLog {
    path: PathBuf,
    out: BufWriter<File>,
    lines: usize,
}

impl MetricsLog {
    /// Opens the file with its first `keep` lines; what an interrupted run wrote after its last checkpoint goes.
    pub(super) fn open(run: &RunDirectory, keep: usize) -> Result<Self, LabError> {
        let path = run.file(file::METRICS);
        let kept: String = match fs::read_to_string(&path) {
            Ok(text) => text.split_inclusive('\n').take(keep).collect(),
            Err(_) => String::new(),
        };
        run.write(file::METRICS, kept.as_bytes())?;
        let out = OpenOptions::new()
            .append(true)
            .open(&path)
            .map_err(|source| LabError::NotWritable { path: path.clone(), source })?;
        Ok(Self { path, out: BufWriter::new(out), lines: kept.lines().count() })
    }

    pub(super) fn lines(&self) -> usize {
        self.lines
    }

    /// One line: step, the learner's measures, and what the episodes came to.
    pub(super) fn append(
        &mut self,
        progress: &Progress<'_>,
        episodes: Option<&EpisodeAverages>,
    ) -> Result<(), LabError> {
        let mut line = Map::new();
        line.insert("global_step".to_owned(), progress.timesteps.into());
        for (name, value) in progress.metrics {
            line.insert((*name).to_owned(), number(*value));
        }
        if let Some(episodes) = episodes {
            line.insert("autoscale/episode_return".to_owned(), number(episodes.episode_return));
            line.insert("autoscale/episode_cost".to_owned(), number(episodes.cost));
            if let Some(ratio) = episodes.slow_minute_ratio {
                line.insert("autoscale/slow_minute_ratio".to_owned(), number(ratio));
            }
            for (name, value) in episodes.terms {
                line.insert(name.to_owned(), number(value));
            }
        }
        let text = Value::Object(line).to_string();
        writeln!(self.out, "{text}")
            .and_then(|()| self.out.flush())
            .map_err(|source| LabError::NotWritable { path: self.path.clone(), source })?;
        self.lines += 1;
        Ok(())
    }
}

/// JSON has no NaN: a measure that is not a number is null.
fn number(value: f64) -> Value {
    serde_json::Number::from_f64(value).map_or(Value::Null, Value::Number)
}

/// The training curve out of a run's metrics.
pub(super) fn read_curve(run: &RunDirectory) -> Result<Vec<TrainingPoint>, LabError> {
    let text = String::from_utf8_lossy(&run.read(file::METRICS)?).into_owned();
    let points = text.lines().filter_map(|line| {
        let line: Value = serde_json::from_str(line).ok()?;
        Some(TrainingPoint {
            timesteps: line.get("global_step")?.as_u64()?,
            episode_return: line.get("autoscale/episode_return")?.as_f64()?,
            slow_minute_ratio: line.get("autoscale/slow_minute_ratio").and_then(Value::as_f64),
            episode_cost: line.get("autoscale/episode_cost").and_then(Value::as_f64),
        })
    });
    Ok(points.collect())
}
