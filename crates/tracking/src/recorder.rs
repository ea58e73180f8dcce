//! The side of tracking that the training sees: a queue that takes records at once.

use std::sync::mpsc::{self, Receiver, RecvTimeoutError, SyncSender, TrySendError};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Map, Value};

use crate::plan::Plan;
use crate::record::{Artifact, Measures, Record};
use crate::writer::{Message, Writer};
use crate::{Tracker, clock};

/// Records that wait for the writer at most. Training reports some thirty a second.
const QUEUE: usize = 4_096;

/// How long a checkpoint waits for the records before it.
const DRAIN: Duration = Duration::from_secs(2);

/// How long the end of a run waits for its last records to be written.
const CLOSE: Duration = Duration::from_secs(90);

/// Lines for the person who waits, from the writer.
pub(crate) type Notices = Arc<Mutex<Vec<String>>>;

/// Records one run. Dropped without [`Recorder::finish`], it leaves a run that crashed.
#[derive(Debug)]
pub struct Recorder {
    sender: SyncSender<Message>,
    closed: Receiver<()>,
    notices: Notices,
    lines: usize,
    lost: u64,
    first_step: u64,
    began: Instant,
}

impl Recorder {
    /// Starts the writer, which opens the files. What goes wrong there is a notice, not an error.
    pub fn open(plan: Plan) -> Self {
        Self::open_with(plan, Vec::new())
    }

    /// The same with more trackers besides those of the plan.
    pub fn open_with(plan: Plan, more: Vec<Box<dyn Tracker>>) -> Self {
        let (sender, receiver) = mpsc::sync_channel(QUEUE);
        let (closing, closed) = mpsc::sync_channel(1);
        let notices = Notices::default();
        let (lines, first_step) = (plan.keep_lines.unwrap_or(0), plan.global_step);
        let told = Arc::clone(&notices);
        let spawned = thread::Builder::new().name("tracking".to_owned()).spawn(move || {
            Writer::open(&plan, more, told).run(&receiver);
            // Nobody may be waiting any more.
            let _ = closing.try_send(());
        });
        if let Err(error) = spawned {
            tell(&notices, format!("tracking: no thread for it ({error}); training goes on without it"));
        }
        Self { sender, closed, notices, lines, lost: 0, first_step, began: clock::instant() }
    }

    /// Records measures at a step; adds `time/fps`, `time/time_elapsed` and `time/total_timesteps`.
    pub fn log(&mut self, global_step: u64, values: Vec<(String, f64)>) {
        let elapsed = self.began.elapsed().as_secs_f64();
        let steps = global_step.saturating_sub(self.first_step) as f64;
        let timing = [
            ("time/fps", if elapsed > 0.0 { steps / elapsed } else { 0.0 }),
            ("time/time_elapsed", elapsed),
            ("time/total_timesteps", global_step as f64),
        ];
        let measures = Measures {
            global_step,
            timestamp: clock::unix_seconds(),
            // The writer knows the time that earlier parts took.
            runtime_s: elapsed,
            values,
            timing: timing.map(|(name, value)| (name.to_owned(), value)).to_vec(),
        };
        if self.send(Record::Measures(measures)) {
            self.lines += 1;
        }
    }

    /// Lines of `metrics.jsonl` that belong to the run.
    pub fn lines(&self) -> usize {
        self.lines
    }

    /// Records a file that the run made.
    pub fn artifact(&mut self, artifact: Artifact) {
        self.send(Record::Artifact(artifact));
    }

    /// Records final values.
    pub fn summarize(&mut self, values: Map<String, Value>) {
        self.send(Record::Summary(values));
    }

    /// Waits, for a bounded time, until all that was recorded is written.
    pub fn drain(&self) {
        let (sender, written) = mpsc::sync_channel(1);
        let deadline = clock::instant() + DRAIN;
        let mut message = Message::Drained(sender);
        while let Err(TrySendError::Full(back)) = self.sender.try_send(message) {
            if clock::instant() > deadline {
                return;
            }
            message = back;
            thread::sleep(Duration::from_millis(1));
        }
        // Too late or gone: the training goes on all the same.
        let _ = written.recv_timeout(deadline.saturating_duration_since(clock::instant()));
    }

    /// Lines for the person who waits, each once.
    pub fn notices(&mut self) -> Vec<String> {
        std::mem::take(&mut *self.notices.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Ends the run: `exit_code` 0 is success, 255 stopped by its user, anything else failure. Returns what is left to say.
    pub fn finish(mut self, exit_code: i32) -> Vec<String> {
        if self.lost > 0 {
            let lost = self.lost;
            tell(&self.notices, format!("tracking: could not keep up and lost {lost} records"));
        }
        self.drain();
        let sent = self.sender.try_send(Message::Exit(exit_code)).is_ok();
        if sent && self.closed.recv_timeout(CLOSE) == Err(RecvTimeoutError::Timeout) {
            tell(&self.notices, "tracking: the last records are still being written".to_owned());
        }
        self.notices()
    }

    /// Whether there was room for it.
    fn send(&mut self, record: Record) -> bool {
        let taken = self.sender.try_send(Message::Record(record)).is_ok();
        self.lost += u64::from(!taken);
        taken
    }
}

pub(crate) fn tell(notices: &Notices, line: String) {
    notices.lock().unwrap_or_else(PoisonError::into_inner).push(line);
}
