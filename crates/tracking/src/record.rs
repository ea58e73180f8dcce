//! What happens to a run.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// One thing that happened.
#[derive(Debug, Clone, PartialEq)]
pub enum Record {
    /// The run began; the first record.
    Start(Box<Start>),
    /// Measures at a step.
    Measures(Measures),
    /// What the process used.
    System(SystemSample),
    /// A file that the run made.
    Artifact(Artifact),
    /// Final values.
    Summary(Map<String, Value>),
    /// The run ended; the last record. A run without one crashed.
    Exit(Exit),
}

/// How a run began.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Start {
    /// Short identifier, letters and digits.
    pub run_id: String,
    /// Name for people.
    pub name: String,
    /// Seconds since 1970.
    pub timestamp: f64,
    /// What kind of work, such as `train`.
    pub job_type: String,
    /// Name of the group it belongs to.
    pub group: Option<String>,
    /// Words to find it by.
    pub tags: Vec<String>,
    /// A sentence or two.
    pub notes: Option<String>,
    /// Every setting.
    pub config: Map<String, Value>,
    /// Commit of the working directory, if it is in a Git repository.
    pub git_commit: Option<String>,
    /// Address of that repository.
    pub git_remote: Option<String>,
    /// Name of the machine.
    pub host: String,
    /// The W&B file, if there is one.
    pub wandb_file: Option<PathBuf>,
    /// The `TensorBoard` file, if there is one.
    pub tensorboard_file: Option<PathBuf>,
}

/// Measures at a step.
#[derive(Debug, Clone, PartialEq)]
pub struct Measures {
    /// Environment steps so far.
    pub global_step: u64,
    /// Seconds since 1970.
    pub timestamp: f64,
    /// Seconds since the run began, over all its parts.
    pub runtime_s: f64,
    /// Named values that are the same in every run with the same seed.
    pub values: Vec<(String, f64)>,
    /// Named values that depend on the machine, such as `time/fps`.
    pub timing: Vec<(String, f64)>,
}

/// What the process used, under W&B's names.
#[derive(Debug, Clone, PartialEq)]
pub struct SystemSample {
    /// Seconds since 1970.
    pub timestamp: f64,
    /// Seconds since the run began.
    pub runtime_s: f64,
    /// Named values.
    pub values: Vec<(String, f64)>,
}

/// A file that the run made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Artifact {
    /// Name; W&B allows letters, digits, `-`, `_` and `.`.
    pub name: String,
    /// Its kind, such as `model`.
    pub kind: String,
    /// Where it lies.
    pub path: PathBuf,
    /// Its hash.
    pub sha256: String,
    /// Other names for this version, such as `latest`.
    pub aliases: Vec<String>,
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Exit {
    /// 0: finished; 255: stopped by its user (W&B shows it as killed); anything else: failed.
    pub exit_code: i32,
    /// Seconds since 1970.
    pub timestamp: f64,
    /// Seconds since the run began.
    pub runtime_s: f64,
}
