use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use podpilot_core::{Snapshot, Timestamp};
use serde::{Deserialize, Serialize};

use super::Brain;

/// Largest memory that is kept in the cluster for one workload.
pub const MOST_STATE_BYTES: usize = 4_096;

const VERSION: u32 = 1;

/// What survives a restart of the operator, kept in the status of the object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Written {
    version: u32,
    /// Identity of the workload that the memory is of.
    target: String,
    /// `controller` or `hpa`.
    brain: String,
    /// When it was taken, nanoseconds since the epoch.
    taken: i64,
    /// Replicas of the virtual HPA.
    hpa_replicas: i32,
    /// The memory, base64.
    memory: String,
}

/// The memory of one workload's decider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RestartState {
    /// Identity of the workload that the memory is of.
    pub target: String,
    /// Whose memory: `controller` or `hpa`.
    pub brain: String,
    /// When it was taken.
    pub taken: Timestamp,
    /// Replicas of the virtual HPA.
    pub hpa_replicas: i32,
    /// The memory.
    pub memory: Snapshot,
}

/// A memory that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("status.restartState cannot be used: {0}; there is no scale-down for one window")]
pub struct StateError(pub String);

impl RestartState {
    /// The memory of `brain` now; `None` if it is too large to be kept.
    pub fn of(brain: &Brain, target: &str, taken: Timestamp, hpa_replicas: i32) -> Option<Self> {
        let memory = brain.snapshot();
        (memory.0.len() <= MOST_STATE_BYTES).then(|| Self {
            target: target.to_owned(),
            brain: brain.name().to_owned(),
            taken,
            hpa_replicas,
            memory,
        })
    }

    /// As text for the status.
    pub fn to_text(&self) -> String {
        let written = Written {
            version: VERSION,
            target: self.target.clone(),
            brain: self.brain.clone(),
            taken: self.taken.0,
            hpa_replicas: self.hpa_replicas,
            memory: STANDARD.encode(&self.memory.0),
        };
        // Numbers and texts always serialise; an empty text is refused when it is read.
        serde_json::to_string(&written).unwrap_or_default()
    }

    /// Reads the text of a status.
    pub fn from_text(text: &str) -> Result<Self, StateError> {
        let error = |problem: String| StateError(problem);
        let written: Written = serde_json::from_str(text).map_err(|problem| error(problem.to_string()))?;
        if written.version != VERSION {
            return Err(error(format!("version is {}, this podpilot reads {VERSION}", written.version)));
        }
        let memory = STANDARD.decode(&written.memory).map_err(|problem| error(problem.to_string()))?;
        Ok(Self {
            target: written.target,
            brain: written.brain,
            taken: Timestamp(written.taken),
            hpa_replicas: written.hpa_replicas,
            memory: Snapshot(memory),
        })
    }
}
