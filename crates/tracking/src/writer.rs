//! The thread that writes: opens the files, builds anew what is built from JSON lines, samples the process.

use std::io;
use std::path::Path;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender};
use std::time::{Duration, Instant};

use crate::plan::Plan;
use crate::record::{Exit, Record, Start, SystemSample};
use crate::recorder::{Notices, tell};
use crate::system::{self, Usage};
use crate::{JsonLines, Measures, RunFiles, TensorBoard, TrackError, Tracker, Wandb, WandbMode, clock, git};

/// Time between samples of the process; the first comes earlier, so that short runs have one.
const SAMPLE_EVERY: Duration = Duration::from_secs(10);
const FIRST_SAMPLE: Duration = Duration::from_secs(1);

/// What the recorder sends.
#[derive(Debug)]
pub(crate) enum Message {
    Record(Record),
    /// Answer when everything before is written.
    Drained(SyncSender<()>),
    /// Write the exit record and end.
    Exit(i32),
}

/// The trackers of one run.
#[derive(Debug)]
pub(crate) struct Writer {
    trackers: Vec<Box<dyn Tracker>>,
    notices: Notices,
    told: Vec<io::ErrorKind>,
    usage: Usage,
    began: Instant,
    /// Seconds that earlier parts of a resumed run took.
    earlier_s: f64,
}

impl Writer {
    pub(crate) fn open(plan: &Plan, more: Vec<Box<dyn Tracker>>, notices: Notices) -> Self {
        let mut writer = Self {
            trackers: Vec::new(),
            notices,
            told: Vec::new(),
            usage: Usage::new(),
            began: clock::instant(),
            earlier_s: 0.0,
        };
        let json_lines = JsonLines::open(&plan.directory, plan.keep_lines);
        // Read after opening, which cuts off what came after the checkpoint.
        let before = RunFiles::read(&plan.directory).unwrap_or_default();
        let resumed = plan.keep_lines.is_some();
        writer.earlier_s =
            before.points.last().and_then(|point| point.time).map_or(0.0, |(_, runtime)| runtime);
        let start = start(plan, before.start.as_ref().filter(|_| resumed));
        for file in before.start.iter().filter_map(|start| start.tensorboard_file.as_deref()) {
            // TensorBoard would show the old file's points beside the new one's.
            let _ = std::fs::remove_file(file);
        }
        writer.add(json_lines, &start, None);
        if let Some(path) = &start.tensorboard_file {
            writer.add(TensorBoard::create(path), &start, Some(&before));
        }
        if let (Some(path), Some(settings)) = (&start.wandb_file, &plan.wandb) {
            writer.add(Wandb::create(path, settings, &start), &start, Some(&before));
        }
        for tracker in more {
            writer.add(Ok(tracker), &start, Some(&before));
        }
        writer
    }

    /// Adds a tracker and tells it what happened so far.
    fn add<T: Tracker + 'static>(
        &mut self,
        tracker: Result<T, TrackError>,
        start: &Start,
        replay: Option<&RunFiles>,
    ) {
        let opened = tracker.and_then(|mut tracker| {
            tracker.record(&Record::Start(Box::new(start.clone())))?;
            if let Some(before) = replay {
                for point in &before.points {
                    tracker.record(&Record::Measures(Measures::from(point)))?;
                }
                for sample in &before.system {
                    tracker.record(&Record::System(sample.clone()))?;
                }
            }
            Ok(tracker)
        });
        match opened {
            Ok(tracker) => self.trackers.push(Box::new(tracker)),
            Err(error) => self.warn(&error),
        }
    }

    /// Writes until the run ends or its recorder is gone.
    pub(crate) fn run(mut self, messages: &Receiver<Message>) {
        let mut next_sample = self.began + FIRST_SAMPLE;
        loop {
            let wait = next_sample.saturating_duration_since(clock::instant());
            match messages.recv_timeout(wait) {
                Ok(Message::Record(mut record)) => {
                    if let Record::Measures(measures) = &mut record {
                        measures.runtime_s += self.earlier_s;
                    }
                    self.write(&record);
                }
                Ok(Message::Drained(answer)) => {
                    // The recorder may have stopped waiting.
                    let _ = answer.try_send(());
                }
                Ok(Message::Exit(exit_code)) => return self.exit(exit_code),
                Err(RecvTimeoutError::Timeout) => {
                    self.sample();
                    next_sample = clock::instant() + SAMPLE_EVERY;
                    for tracker in &mut self.trackers {
                        tracker.notices().into_iter().for_each(|line| tell(&self.notices, line));
                    }
                }
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
    }

    fn write(&mut self, record: &Record) {
        let mut failed = Vec::new();
        self.trackers.retain_mut(|tracker| match tracker.record(record) {
            Ok(()) => true,
            Err(error) => {
                failed.push(error);
                false
            }
        });
        for error in &failed {
            self.warn(error);
        }
    }

    /// One line a kind of trouble: a full disk stops all trackers, and is said once.
    fn warn(&mut self, error: &TrackError) {
        if !self.told.contains(&error.source.kind()) {
            self.told.push(error.source.kind());
            tell(&self.notices, format!("tracking: {error}; training goes on without that record"));
        }
    }

    fn runtime_s(&self) -> f64 {
        self.earlier_s + self.began.elapsed().as_secs_f64()
    }

    fn sample(&mut self) {
        let values = self.usage.sample();
        let timestamp = clock::unix_seconds();
        self.write(&Record::System(SystemSample { timestamp, runtime_s: self.runtime_s(), values }));
    }

    fn exit(mut self, exit_code: i32) {
        self.sample();
        let timestamp = clock::unix_seconds();
        self.write(&Record::Exit(Exit { exit_code, timestamp, runtime_s: self.runtime_s() }));
        for tracker in &mut self.trackers {
            tracker.close().into_iter().for_each(|line| tell(&self.notices, line));
        }
    }
}

/// How the run begins; one that is resumed keeps its identity.
fn start(plan: &Plan, before: Option<&Start>) -> Start {
    let description = &plan.description;
    let wandb = plan.wandb.as_ref().filter(|settings| settings.mode != WandbMode::Disabled);
    let mut start = before.cloned().unwrap_or_else(|| {
        let timestamp = clock::unix_seconds();
        let (git_commit, git_remote) = git::commit_and_remote();
        let own = || run_id(&plan.directory, timestamp);
        Start {
            run_id: wandb.and_then(|settings| settings.run_id.clone()).unwrap_or_else(own),
            name: wandb
                .and_then(|settings| settings.name.clone())
                .unwrap_or_else(|| description.name.clone()),
            timestamp,
            job_type: description.job_type.clone(),
            group: description.group.clone(),
            tags: description.tags.clone(),
            notes: wandb.and_then(|settings| settings.notes.clone()),
            config: description.config.clone(),
            git_commit,
            git_remote,
            host: system::host(),
            wandb_file: None,
            tensorboard_file: None,
        }
    });
    let beside =
        || Wandb::path(wandb.and_then(|w| w.directory.as_deref()).unwrap_or(&plan.directory), &start);
    let wandb_file = wandb.map(|_| start.wandb_file.clone().unwrap_or_else(beside));
    start.tensorboard_file = plan.tensorboard.then(|| TensorBoard::path(&plan.directory, &start));
    start.wandb_file = wandb_file;
    start
}

/// Eight letters and digits, as W&B's own: unlikely to be met twice.
fn run_id(directory: &Path, timestamp: f64) -> String {
    let text = format!("{} {timestamp} {}", directory.display(), std::process::id());
    let low = crc32fast::hash(text.as_bytes());
    let high = crc32c::crc32c(text.as_bytes());
    let mut bits = u64::from(high) << 32 | u64::from(low);
    (0..8)
        .map(|_| {
            let digit = (bits % 36) as u32;
            bits /= 36;
            char::from_digit(digit, 36).unwrap_or('0')
        })
        .collect()
}
