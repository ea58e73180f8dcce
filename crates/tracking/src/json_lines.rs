//! JSON lines, the source of truth. `metrics.jsonl`: the measures, the same in every run with the same seed.
//! `tracking.jsonl`: everything else, one object a line named by its `event`.

use std::path::Path;

use serde::Serialize;
use serde_json::{Map, Value};

use crate::append_file::AppendFile;
use crate::number::to_json;
use crate::record::{Measures, Record, SystemSample};
use crate::{TrackError, Tracker};

/// Measures by `global_step`.
pub const METRICS_FILE: &str = "metrics.jsonl";

/// Start, times, system samples, artifacts, summary and exit.
pub const EVENTS_FILE: &str = "tracking.jsonl";

/// Writes both files of a run directory.
#[derive(Debug)]
pub struct JsonLines {
    metrics: AppendFile,
    events: AppendFile,
}

impl JsonLines {
    /// Opens both: `metrics.jsonl` with its first `keep_lines` lines, `tracking.jsonl` with all that are whole; without a
    /// number both empty.
    pub fn open(directory: &Path, keep_lines: Option<usize>) -> Result<Self, TrackError> {
        let metrics = directory.join(METRICS_FILE);
        let events = directory.join(EVENTS_FILE);
        cut(&metrics, keep_lines.unwrap_or(0))?;
        cut(&events, if keep_lines.is_some() { usize::MAX } else { 0 })?;
        Ok(Self { metrics: AppendFile::open(&metrics)?, events: AppendFile::open(&events)? })
    }

    fn event(&mut self, event: &str, fields: &impl Serialize) -> Result<(), TrackError> {
        let mut line = match serde_json::to_value(fields) {
            Ok(Value::Object(fields)) => fields,
            _ => Map::new(),
        };
        line.insert("event".to_owned(), event.into());
        self.events.append(&ended(line))
    }

    fn measures(&mut self, measures: &Measures) -> Result<(), TrackError> {
        let step = ("global_step".to_owned(), Value::from(measures.global_step));
        let values = numbers(&measures.values);
        self.metrics.append(&ended(std::iter::once(step.clone()).chain(values).collect()))?;
        let mut timing: Map<String, Value> = std::iter::once(step).chain(numbers(&measures.timing)).collect();
        timing.insert("timestamp".to_owned(), to_json(measures.timestamp));
        timing.insert("runtime_s".to_owned(), to_json(measures.runtime_s));
        self.event("time", &timing)
    }

    fn system(&mut self, sample: &SystemSample) -> Result<(), TrackError> {
        let mut line: Map<String, Value> = Map::new();
        line.insert("timestamp".to_owned(), to_json(sample.timestamp));
        line.insert("runtime_s".to_owned(), to_json(sample.runtime_s));
        line.insert("values".to_owned(), numbers(&sample.values).collect::<Map<_, _>>().into());
        self.event("system", &line)
    }
}

impl Tracker for JsonLines {
    fn record(&mut self, record: &Record) -> Result<(), TrackError> {
        match record {
            Record::Start(start) => self.event("start", start),
            Record::Measures(measures) => self.measures(measures),
            Record::System(sample) => self.system(sample),
            Record::Artifact(artifact) => self.event("artifact", artifact),
            Record::Summary(values) => self.event("summary", values),
            Record::Exit(exit) => self.event("exit", exit),
        }
    }
}

fn numbers(values: &[(String, f64)]) -> impl Iterator<Item = (String, Value)> + '_ {
    values.iter().map(|(name, value)| (name.clone(), to_json(*value)))
}

fn ended(line: Map<String, Value>) -> Vec<u8> {
    let mut text = Value::Object(line).to_string();
    text.push('\n');
    text.into_bytes()
}

/// Keeps the first lines; half a line at the end, left by a crash, goes.
fn cut(path: &Path, keep_lines: usize) -> Result<(), TrackError> {
    let bytes = match std::fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(source) => return Err(TrackError { path: path.to_owned(), source }),
    };
    let whole = bytes.split_inclusive(|byte| *byte == b'\n').filter(|line| line.ends_with(b"\n"));
    let kept: usize = whole.take(keep_lines).map(<[u8]>::len).sum();
    if kept == bytes.len() {
        return Ok(());
    }
    let file = std::fs::OpenOptions::new().write(true).open(path).map_err(TrackError::at(path))?;
    file.set_len(kept as u64).map_err(TrackError::at(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_a_line_and_what_came_after_the_checkpoint_go() {
        let folder = tempfile::tempdir().unwrap();
        let metrics = folder.path().join(METRICS_FILE);
        let events = folder.path().join(EVENTS_FILE);
        std::fs::write(&metrics, "{\"a\":1}\n{\"a\":2}\n{\"a\":3}\n{\"a\"").unwrap();
        std::fs::write(&events, "{\"event\":\"start\"}\n{\"ki").unwrap();
        JsonLines::open(folder.path(), Some(2)).unwrap();
        assert_eq!(std::fs::read_to_string(&metrics).unwrap(), "{\"a\":1}\n{\"a\":2}\n");
        assert_eq!(std::fs::read_to_string(&events).unwrap(), "{\"event\":\"start\"}\n");
        JsonLines::open(folder.path(), None).unwrap();
        assert_eq!(std::fs::metadata(&metrics).unwrap().len() + std::fs::metadata(&events).unwrap().len(), 0);
    }
}
