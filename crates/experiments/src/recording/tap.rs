//! Threads that write down what they see until they are stopped.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};

use anyhow::{Context, Result};
use serde::Serialize;
use serde_json::{Value, json};

use super::Row;
use crate::clock;
use crate::cluster::Api;
use crate::machine::ShareMeter;

/// Pause before a watch or query that failed is tried again, seconds.
const RETRY_S: f64 = 0.5;

/// Stops all taps of a recording.
#[derive(Debug, Clone, Default)]
pub(crate) struct Stop(Arc<AtomicBool>);

impl Stop {
    /// Asks all taps to end.
    pub(crate) fn stop(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    fn asked(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// Writes every change of a watched collection to `path`. A watch that ends is begun anew; its first events are then
/// the objects as they are. Ends with the process: a watch cannot be interrupted while nothing changes.
pub(crate) fn watch(api: Arc<Api>, collection: String, path: &Path) -> Result<()> {
    let mut lines = Lines::create(path)?;
    thread::spawn(move || {
        loop {
            // A failed watch is tried again; what it missed shows in the next list.
            let _ = api.watch(&collection).map(|events| follow(events, &mut lines));
            clock::sleep_s(RETRY_S);
        }
    });
    Ok(())
}

fn follow(events: impl Iterator<Item = Result<Value>>, lines: &mut Lines) {
    for event in events {
        let (Ok(mut event), at_unix_s) = (event, clock::unix_s()) else { return };
        let object = without_managed_fields(event["object"].take());
        let event = event["type"].as_str().unwrap_or_default().to_owned();
        if lines.write(&Row { at_unix_s, event, object }).is_err() {
            return;
        }
    }
}

/// Asks every `period_s` and writes down every answer that differs from the one before in more than when it was made.
pub(crate) fn poll(
    api: Arc<Api>,
    url: String,
    period_s: f64,
    path: &Path,
    stop: &Stop,
) -> Result<JoinHandle<()>> {
    let (mut lines, stop) = (Lines::create(path)?, stop.clone());
    Ok(thread::spawn(move || {
        let mut last = Value::Null;
        let mut next_s = clock::unix_s();
        while !stop.asked() {
            let answer = api.get(&url).unwrap_or_else(|error| json!({"error": error.to_string()}));
            let answer = without_time_of_answer(answer);
            let at_unix_s = clock::unix_s();
            if answer != last {
                let row = Row { at_unix_s, event: "SAMPLE".to_owned(), object: answer.clone() };
                let _ = lines.write(&row);
                last = answer;
            }
            next_s += period_s;
            clock::sleep_until(next_s);
        }
    }))
}

/// Writes down who used the machine, every `period_s`.
pub(crate) fn machine(period_s: f64, path: &Path, stop: &Stop) -> Result<JoinHandle<()>> {
    let (mut lines, stop) = (Lines::create(path)?, stop.clone());
    Ok(thread::spawn(move || {
        while !stop.asked() {
            let meter = ShareMeter::start();
            clock::sleep_s(period_s);
            let row = json!({"at_unix_s": clock::unix_s(), "share": meter.stop()});
            let _ = lines.write(&row);
        }
    }))
}

/// A file of JSON lines, each on disk at once.
#[derive(Debug)]
pub(crate) struct Lines {
    file: BufWriter<File>,
}

impl Lines {
    /// Makes the file.
    pub(crate) fn create(path: &Path) -> Result<Self> {
        let file = File::create(path).with_context(|| format!("cannot write {}", path.display()))?;
        Ok(Self { file: BufWriter::new(file) })
    }

    /// Adds a row.
    pub(crate) fn write<T: Serialize>(&mut self, row: &T) -> Result<()> {
        serde_json::to_writer(&mut self.file, row)?;
        self.file.write_all(b"\n")?;
        Ok(self.file.flush()?)
    }
}

/// The resource metrics API stamps each item with the time of the question.
fn without_time_of_answer(mut answer: Value) -> Value {
    for item in answer.get_mut("items").and_then(Value::as_array_mut).into_iter().flatten() {
        if let Some(metadata) = item.get_mut("metadata").and_then(Value::as_object_mut) {
            metadata.remove("creationTimestamp");
        }
    }
    answer
}

fn without_managed_fields(mut object: Value) -> Value {
    if let Some(metadata) = object.get_mut("metadata").and_then(Value::as_object_mut) {
        metadata.remove("managedFields");
    }
    object
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn answers_that_differ_in_their_time_only_are_alike() {
        let answer = |created: &str, cpu: &str| json!({"items": [{"metadata": {"name": "a", "creationTimestamp": created}, "usage": cpu}]});
        let first = without_time_of_answer(answer("15:00:01", "5n"));
        assert_eq!(first, without_time_of_answer(answer("15:00:02", "5n")));
        assert_ne!(first, without_time_of_answer(answer("15:00:02", "6n")));
    }

    #[test]
    fn watched_objects_are_written_without_managed_fields() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("pods.jsonl");
        let events = [
            Ok(json!({"type": "ADDED", "object": {"metadata": {"name": "a", "managedFields": [1, 2]}}})),
            Ok(json!({"type": "DELETED", "object": {"metadata": {"name": "a"}}})),
        ];
        follow(events.into_iter(), &mut Lines::create(&path).unwrap());
        let text = fs::read_to_string(path).unwrap();
        let rows: Vec<Row> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(rows[0].object, json!({"metadata": {"name": "a"}}));
        assert_eq!((rows[0].event.as_str(), rows[1].event.as_str()), ("ADDED", "DELETED"));
        assert!(rows[0].at_unix_s > 1.7e9);
    }
}
