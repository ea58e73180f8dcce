//! Records as `wandb_internal.Record` has them (W&B SDK, `wandb/proto/wandb_internal.proto`).

use serde_json::{Map, Value};

use super::settings::WandbSettings;
use crate::number::python_json;
use crate::protobuf::Message;
use crate::record::{Exit, Measures, Start, SystemSample};

pub(super) const HISTORY: u64 = 2;
pub(super) const SUMMARY: u64 = 3;
pub(super) const STATS: u64 = 7;
pub(super) const ARTIFACT: u64 = 8;
pub(super) const METRIC: u64 = 12;
pub(super) const RUN: u64 = 17;
pub(super) const EXIT: u64 = 18;
pub(super) const HEADER: u64 = 21;

/// Metrics and what they are drawn over.
pub(super) const X_AXES: [(&str, Option<&str>); 2] = [("global_step", None), ("*", Some("global_step"))];

/// The oldest reader that knows every record written here.
const OLDEST_READER: &str = "0.24.0";

/// Who wrote the file.
pub(super) fn header() -> Message {
    let version =
        Message::new().string(1, concat!("podpilot-", env!("CARGO_PKG_VERSION"))).string(2, OLDEST_READER);
    Message::new().message(1, &version)
}

/// The run and its settings; comes before all data.
pub(super) fn run(start: &Start, settings: &WandbSettings) -> Message {
    let items = start.config.iter().map(|(key, value)| item(key, &value.to_string()));
    let config = items.fold(Message::new(), |config, item| config.message(1, &item));
    let seconds = start.timestamp as i64;
    let nanoseconds = ((start.timestamp - seconds as f64) * 1e9) as i64;
    let mut run = Message::new()
        .string(1, &start.run_id)
        .optional(2, settings.entity.as_deref())
        .string(3, &settings.project)
        .message(4, &config)
        .optional(6, start.group.as_deref())
        .string(7, &start.job_type)
        .string(8, &start.name)
        .optional(9, start.notes.as_deref());
    for tag in &start.tags {
        run = run.string(10, tag);
    }
    run = run.string(13, &start.host).message(17, &Message::new().int(1, seconds).int(2, nanoseconds));
    if let Some(commit) = &start.git_commit {
        run = run.message(21, &Message::new().optional(1, start.git_remote.as_deref()).string(2, commit));
    }
    run
}

/// A metric, and what its chart's x axis is.
pub(super) fn metric(name: &str, axis: Option<&str>) -> Message {
    let name = if name == "*" { Message::new().string(2, name) } else { Message::new().string(1, name) };
    let options = Message::new().bool(1, axis.is_some()).bool(3, true);
    name.optional(4, axis).message(6, &options)
}

/// One row; its step is the environment step, so that both of W&B's x axes show the same.
pub(super) fn history(measures: &Measures) -> Message {
    let step = measures.global_step as i64;
    let mut row = Message::new();
    for (name, value) in measures.values.iter().chain(&measures.timing) {
        row = row.message(1, &item(name, &python_json(*value)));
    }
    row.message(1, &item("global_step", &step.to_string()))
        .message(1, &item("_step", &step.to_string()))
        .message(1, &item("_runtime", &python_json(measures.runtime_s)))
        .message(1, &item("_timestamp", &python_json(measures.timestamp)))
        .message(2, &Message::new().int(1, step))
}

/// What the machine did.
pub(super) fn stats(sample: &SystemSample) -> Message {
    let seconds = sample.timestamp as i64;
    let nanoseconds = ((sample.timestamp - seconds as f64) * 1e9) as i64;
    let stats = Message::new().message(2, &Message::new().int(1, seconds).int(2, nanoseconds));
    sample.values.iter().fold(stats, |stats, (name, value)| {
        stats.message(3, &Message::new().string(1, name).string(16, &python_json(*value)))
    })
}

/// Final values.
pub(super) fn summary(values: &Map<String, Value>) -> Message {
    let items = values.iter().map(|(key, value)| {
        // A number that JSON has no word for is a string in it.
        let text = crate::number_from_json(value).map_or_else(|| value.to_string(), python_json_of(value));
        item(key, &text)
    });
    items.fold(Message::new(), |summary, item| summary.message(1, &item))
}

fn python_json_of(value: &Value) -> impl FnOnce(f64) -> String + '_ {
    move |number| if value.is_string() { python_json(number) } else { value.to_string() }
}

/// How it ended.
pub(super) fn exit(exit: &Exit) -> Message {
    Message::new().int(1, i64::from(exit.exit_code)).int(2, exit.runtime_s as i64)
}

fn item(key: &str, value_json: &str) -> Message {
    Message::new().string(1, key).string(16, value_json)
}
