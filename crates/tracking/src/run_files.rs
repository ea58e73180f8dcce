//! A run read back from its JSON lines, for listing, for comparing, and for building its other files anew.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::json_lines::{EVENTS_FILE, METRICS_FILE};
use crate::number::number_from_json;
use crate::record::{Artifact, Exit, Measures, Start, SystemSample};

/// Measures at a step, with the time where it is known.
#[derive(Debug, Clone, PartialEq)]
pub struct Point {
    /// Environment steps so far.
    pub global_step: u64,
    /// Measures by name, `time/*` among them.
    pub values: BTreeMap<String, f64>,
    /// Seconds since 1970 and since the run began.
    pub time: Option<(f64, f64)>,
}

/// What the JSON lines of a run directory say. Lines that a crash cut short are left out.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RunFiles {
    /// How it began; absent in directories that older versions wrote.
    pub start: Option<Start>,
    /// Its measures, in the order of their steps.
    pub points: Vec<Point>,
    /// What its process used.
    pub system: Vec<SystemSample>,
    /// Files that it made.
    pub artifacts: Vec<Artifact>,
    /// Final values.
    pub summary: Map<String, Value>,
    /// How its last part ended; `None`: it runs, or it crashed.
    pub exit: Option<Exit>,
    /// Last time anything was written, in seconds since 1970.
    pub last_timestamp: Option<f64>,
}

impl RunFiles {
    /// Reads a run directory; an error if it has no `metrics.jsonl` that can be read.
    pub fn read(directory: &Path) -> io::Result<Self> {
        let mut run = Self::default();
        for line in objects(&std::fs::read(directory.join(METRICS_FILE))?) {
            run.points.extend(point(&line));
        }
        match std::fs::read(directory.join(EVENTS_FILE)) {
            Ok(bytes) => run.take_events(&bytes),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
        Ok(run)
    }

    /// Values of one measure, with their steps.
    pub fn series<'a>(&'a self, name: &'a str) -> impl Iterator<Item = (u64, f64)> + 'a {
        self.points.iter().filter_map(move |point| Some((point.global_step, *point.values.get(name)?)))
    }

    /// Names of all measures.
    pub fn names(&self) -> Vec<&str> {
        let mut names: Vec<&str> =
            self.points.iter().flat_map(|point| point.values.keys().map(String::as_str)).collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    fn take_events(&mut self, bytes: &[u8]) {
        let mut times: BTreeMap<u64, Map<String, Value>> = BTreeMap::new();
        for line in objects(bytes) {
            self.last_timestamp = line.get("timestamp").and_then(number_from_json).or(self.last_timestamp);
            match line.get("event").and_then(Value::as_str) {
                Some("start") => {
                    self.start = parsed(line);
                    self.exit = None;
                }
                Some("time") => {
                    // The last word on a step: what a crashed part wrote after its checkpoint is done again.
                    let step = line.get("global_step").and_then(Value::as_u64);
                    times.extend(step.map(|step| (step, line)));
                }
                Some("system") => self.system.extend(system_sample(&line)),
                Some("artifact") => self.artifacts.extend(parsed(line)),
                Some("summary") => {
                    self.summary = line;
                    self.summary.remove("event");
                }
                Some("exit") => self.exit = parsed(line),
                _ => {}
            }
        }
        for point in &mut self.points {
            if let Some(line) = times.get(&point.global_step) {
                add_times(point, line);
            }
        }
    }
}

impl From<&Point> for Measures {
    fn from(point: &Point) -> Self {
        let (timing, values) =
            point.values.clone().into_iter().partition(|(name, _)| name.starts_with("time/"));
        let (timestamp, runtime_s) = point.time.unwrap_or_default();
        Self { global_step: point.global_step, timestamp, runtime_s, values, timing }
    }
}

fn add_times(point: &mut Point, line: &Map<String, Value>) {
    let number = |name: &str| line.get(name).and_then(number_from_json);
    point.time = number("timestamp").zip(number("runtime_s"));
    let timing = line.iter().filter(|(name, _)| name.starts_with("time/"));
    point.values.extend(timing.filter_map(|(name, value)| Some((name.clone(), number_from_json(value)?))));
}

fn point(line: &Map<String, Value>) -> Option<Point> {
    let global_step = line.get("global_step")?.as_u64()?;
    let measures = line.iter().filter(|(name, _)| *name != "global_step");
    let values =
        measures.filter_map(|(name, value)| Some((name.clone(), number_from_json(value)?))).collect();
    Some(Point { global_step, values, time: None })
}

fn system_sample(line: &Map<String, Value>) -> Option<SystemSample> {
    let values = line.get("values")?.as_object()?;
    Some(SystemSample {
        timestamp: number_from_json(line.get("timestamp")?)?,
        runtime_s: number_from_json(line.get("runtime_s")?)?,
        values: values
            .iter()
            .filter_map(|(name, value)| Some((name.clone(), number_from_json(value)?)))
            .collect(),
    })
}

fn objects(bytes: &[u8]) -> impl Iterator<Item = Map<String, Value>> + '_ {
    bytes.split(|byte| *byte == b'\n').filter_map(|line| serde_json::from_slice(line).ok())
}

fn parsed<T: DeserializeOwned>(line: Map<String, Value>) -> Option<T> {
    serde_json::from_value(Value::Object(line)).ok()
}
