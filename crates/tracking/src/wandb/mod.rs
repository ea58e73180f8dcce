//! Weights & Biases: the offline file that its own tools read and upload, written natively.

mod artifact;
mod live_sync;
mod messages;
mod settings;
mod transaction_log;

use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

pub use self::live_sync::sync_command;
pub use self::settings::{WandbMode, WandbSettings};

use self::live_sync::LiveSync;
use self::transaction_log::TransactionLog;
use crate::number::to_json;
use crate::protobuf::Message;
use crate::record::{Measures, Record, Start};
use crate::{TrackError, Tracker, clock};

/// Writes one offline run, and in online mode has W&B's own tool upload it while it grows.
#[derive(Debug)]
pub struct Wandb {
    log: TransactionLog,
    settings: WandbSettings,
    run_id: String,
    /// The folder that W&B's tools are given.
    folder: PathBuf,
    sync: Option<LiveSync>,
    /// The latest value of each measure: W&B's tables show the summary, and do not draw it from the history.
    latest: Map<String, Value>,
    /// When the summary was last written, in seconds since 1970.
    summarized: f64,
}

/// Seconds between summaries while rows come in: what a crash may lose of it.
const SUMMARY_EVERY_S: f64 = 1.0;

impl Wandb {
    /// Where a run's file lies: `wandb/offline-run-DATE_TIME-ID/run-ID.wandb` under `base`.
    pub fn path(base: &Path, start: &Start) -> PathBuf {
        let date = clock::compact_utc(start.timestamp);
        base.join("wandb")
            .join(format!("offline-run-{date}-{}", start.run_id))
            .join(format!("run-{}.wandb", start.run_id))
    }

    /// A new file.
    pub fn create(path: &Path, settings: &WandbSettings, start: &Start) -> Result<Self, TrackError> {
        let folder = path.parent().unwrap_or(Path::new(".")).to_owned();
        let files = folder.join("files");
        std::fs::create_dir_all(&files).map_err(TrackError::at(&files))?;
        // A mark that this run was uploaded does not hold for a file that is written anew.
        let _ = std::fs::remove_file(path.with_extension("wandb.synced"));
        Ok(Self {
            log: TransactionLog::create(path)?,
            settings: settings.clone(),
            run_id: start.run_id.clone(),
            folder,
            sync: None,
            latest: Map::new(),
            summarized: f64::NEG_INFINITY,
        })
    }

    fn write(&mut self, field: u64, content: &Message) -> Result<(), TrackError> {
        self.log.append(field, content)
    }

    fn start(&mut self, start: &Start) -> Result<(), TrackError> {
        self.write(messages::HEADER, &messages::header())?;
        self.write(messages::RUN, &messages::run(start, &self.settings))?;
        for (name, axis) in messages::X_AXES {
            self.write(messages::METRIC, &messages::metric(name, axis))?;
        }
        if self.settings.mode == WandbMode::Online {
            self.sync = Some(LiveSync::start(&self.folder));
        }
        Ok(())
    }

    fn measures(&mut self, measures: &Measures) -> Result<(), TrackError> {
        self.write(messages::HISTORY, &messages::history(measures))?;
        self.latest.insert("global_step".to_owned(), measures.global_step.into());
        let values = measures.values.iter().chain(&measures.timing);
        self.latest.extend(values.map(|(name, value)| (name.clone(), to_json(*value))));
        if measures.timestamp - self.summarized < SUMMARY_EVERY_S {
            return Ok(());
        }
        self.summarized = measures.timestamp;
        self.summarize()
    }

    fn summarize(&mut self) -> Result<(), TrackError> {
        self.log.append(messages::SUMMARY, &messages::summary(&self.latest))
    }
}

impl Tracker for Wandb {
    fn record(&mut self, record: &Record) -> Result<(), TrackError> {
        match record {
            Record::Start(start) => self.start(start),
            Record::Measures(measures) => self.measures(measures),
            Record::System(sample) => self.write(messages::STATS, &messages::stats(sample)),
            Record::Artifact(artifact) => {
                let described = artifact::describe(artifact, &self.run_id, &self.settings)
                    .map_err(TrackError::at(&artifact.path))?;
                self.write(messages::ARTIFACT, &described)
            }
            Record::Summary(values) => {
                self.latest.extend(values.clone());
                self.summarize()
            }
            Record::Exit(exit) => {
                self.summarize()?;
                self.write(messages::EXIT, &messages::exit(exit))
            }
        }
    }

    fn notices(&mut self) -> Vec<String> {
        self.sync.as_mut().map(LiveSync::notices).unwrap_or_default()
    }

    fn close(&mut self) -> Vec<String> {
        self.sync.take().map(LiveSync::close).unwrap_or_default()
    }
}
