//! `TensorBoard` event files: length-framed records with masked Castagnoli checksums around `tensorflow.Event` messages.

use std::path::{Path, PathBuf};

use crate::append_file::AppendFile;
use crate::protobuf::Message;
use crate::record::{Measures, Record, Start, SystemSample};
use crate::{TrackError, Tracker};

/// Fields of `tensorflow.Event` (tensorflow/core/util/event.proto).
mod event {
    pub(super) const WALL_TIME: u64 = 1;
    pub(super) const STEP: u64 = 2;
    pub(super) const FILE_VERSION: u64 = 3;
    pub(super) const SUMMARY: u64 = 5;
}

/// Fields of `tensorflow.Summary` and what is in it (tensorflow/core/framework/summary.proto, tensor.proto).
mod summary {
    pub(super) const VALUE: u64 = 1;
    pub(super) const TAG: u64 = 1;
    pub(super) const SIMPLE_VALUE: u64 = 2;
    pub(super) const TENSOR: u64 = 8;
    pub(super) const METADATA: u64 = 9;
    pub(super) const PLUGIN_DATA: u64 = 1;
    pub(super) const PLUGIN_NAME: u64 = 1;
    pub(super) const DTYPE: u64 = 1;
    pub(super) const TENSOR_SHAPE: u64 = 2;
    pub(super) const STRING_VALUE: u64 = 8;
    pub(super) const DT_STRING: i64 = 7;
}

/// Writes one event file. Values are 32-bit there.
#[derive(Debug)]
pub struct TensorBoard {
    file: AppendFile,
}

impl TensorBoard {
    /// Where a run's file lies: `events.out.tfevents.SECONDS.HOST` in its directory, where `TensorBoard` looks.
    pub fn path(directory: &Path, start: &Start) -> PathBuf {
        directory.join(format!("events.out.tfevents.{}.{}.podpilot", start.timestamp as u64, start.host))
    }

    /// A new file.
    pub fn create(path: &Path) -> Result<Self, TrackError> {
        Ok(Self { file: AppendFile::create(path)? })
    }

    fn write(&mut self, event: Message) -> Result<(), TrackError> {
        self.file.append(&framed(&event.into_bytes()))
    }

    fn start(&mut self, start: &Start) -> Result<(), TrackError> {
        let version = Message::new()
            .double(event::WALL_TIME, start.timestamp)
            .string(event::FILE_VERSION, "brain.Event:2");
        self.write(version)?;
        let config = serde_json::to_string_pretty(&start.config).unwrap_or_default();
        // Markdown shows it as code.
        let text: String = config.lines().flat_map(|line| ["    ", line, "\n"]).collect();
        let value = text_value("config/text_summary", &text);
        self.write(summary_event(start.timestamp, 0, &[value]))
    }

    fn measures(&mut self, measures: &Measures) -> Result<(), TrackError> {
        let values: Vec<Message> = measures
            .values
            .iter()
            .chain(&measures.timing)
            .map(|(name, value)| scalar_value(name, *value))
            .collect();
        self.write(summary_event(measures.timestamp, measures.global_step as i64, &values))
    }

    /// Its x axis is seconds since the run began.
    fn system(&mut self, sample: &SystemSample) -> Result<(), TrackError> {
        let scalars =
            sample.values.iter().map(|(name, value)| scalar_value(&format!("system/{name}"), *value));
        let values: Vec<Message> = scalars.collect();
        self.write(summary_event(sample.timestamp, sample.runtime_s as i64, &values))
    }
}

impl Tracker for TensorBoard {
    fn record(&mut self, record: &Record) -> Result<(), TrackError> {
        match record {
            Record::Start(start) => self.start(start),
            Record::Measures(measures) => self.measures(measures),
            Record::System(sample) => self.system(sample),
            Record::Artifact(_) | Record::Summary(_) | Record::Exit(_) => Ok(()),
        }
    }
}

fn summary_event(wall_time: f64, step: i64, values: &[Message]) -> Message {
    let content = values.iter().fold(Message::new(), |content, value| content.message(summary::VALUE, value));
    Message::new()
        .double(event::WALL_TIME, wall_time)
        .int(event::STEP, step)
        .message(event::SUMMARY, &content)
}

fn scalar_value(name: &str, value: f64) -> Message {
    Message::new().string(summary::TAG, name).float(summary::SIMPLE_VALUE, value as f32)
}

fn text_value(tag: &str, text: &str) -> Message {
    let plugin = Message::new().string(summary::PLUGIN_NAME, "text");
    let metadata = Message::new().message(summary::PLUGIN_DATA, &plugin);
    let tensor = Message::new()
        .int(summary::DTYPE, summary::DT_STRING)
        .message(summary::TENSOR_SHAPE, &Message::new())
        .string(summary::STRING_VALUE, text);
    Message::new()
        .string(summary::TAG, tag)
        .message(summary::TENSOR, &tensor)
        .message(summary::METADATA, &metadata)
}

/// `TFRecord` (`tensorflow/core/lib/io/record_writer.h)`: length, its checksum, data, its checksum.
fn framed(data: &[u8]) -> Vec<u8> {
    let length = (data.len() as u64).to_le_bytes();
    let mut record = Vec::with_capacity(data.len() + 16);
    record.extend_from_slice(&length);
    record.extend_from_slice(&masked_checksum(&length).to_le_bytes());
    record.extend_from_slice(data);
    record.extend_from_slice(&masked_checksum(data).to_le_bytes());
    record
}

/// Masked so that the checksum of data that holds checksums is still a good one.
fn masked_checksum(data: &[u8]) -> u32 {
    crc32c::crc32c(data).rotate_right(15).wrapping_add(0xa282_ead8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_record_is_what_tensorflow_writes() {
        // `tf.io.TFRecordWriter` on the event {wall_time: 0, file_version: "brain.Event:2"}: its framing is checked against
        // Python in tests/python; here the checksum against RFC 3720, B.4 (32 zero bytes: 0x8a9136aa).
        assert_eq!(crc32c::crc32c(&[0; 32]), 0x8a91_36aa);
        assert_eq!(masked_checksum(&[0; 32]), 0x8a91_36aa_u32.rotate_right(15).wrapping_add(0xa282_ead8));
        let record = framed(b"abc");
        assert_eq!(record.len(), 8 + 4 + 3 + 4);
        assert_eq!(record[..8], 3_u64.to_le_bytes());
    }
}
