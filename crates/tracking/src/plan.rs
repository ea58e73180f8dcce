use std::path::PathBuf;

use serde_json::{Map, Value};

use crate::wandb::WandbSettings;

/// What is recorded of a run, and where.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// The run directory; exists.
    pub directory: PathBuf,
    /// Lines of `metrics.jsonl` that belong to the run so far, which keeps its identity; `None` begins another run.
    pub keep_lines: Option<usize>,
    /// Environment steps done before.
    pub global_step: u64,
    /// Whether to write `TensorBoard` events.
    pub tensorboard: bool,
    /// Whether and how to write a W&B file; `None` writes none.
    pub wandb: Option<WandbSettings>,
    /// What the run is.
    pub description: RunDescription,
}

/// What a run is.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RunDescription {
    /// Name for people.
    pub name: String,
    /// What kind of work, such as `train`.
    pub job_type: String,
    /// Name of the group it belongs to.
    pub group: Option<String>,
    /// Words to find it by.
    pub tags: Vec<String>,
    /// Every setting.
    pub config: Map<String, Value>,
}
