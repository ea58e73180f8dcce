//! Run records: what a training did, as JSON lines, as a Weights & Biases offline file and as `TensorBoard` events.
//!
//! A [`Recorder`] takes measures from the training and hands them to its [`Tracker`]s on a thread of its own: training
//! never waits for tracking and never fails because of it. The JSON lines are the source of truth; the other files are
//! rebuilt from them when a run is resumed.

mod append_file;
mod clock;
mod error;
mod git;
mod json_lines;
mod number;
mod plan;
mod protobuf;
mod record;
mod recorder;
mod run_files;
mod system;
mod tensorboard;
mod tracker;
mod wandb;
mod writer;

pub use error::TrackError;
pub use json_lines::{EVENTS_FILE, JsonLines, METRICS_FILE};
pub use number::number_from_json;
pub use plan::{Plan, RunDescription};
pub use record::{Artifact, Exit, Measures, Record, Start, SystemSample};
pub use recorder::Recorder;
pub use run_files::{Point, RunFiles};
pub use tensorboard::TensorBoard;
pub use tracker::Tracker;
pub use wandb::{Wandb, WandbMode, WandbSettings, sync_command};
