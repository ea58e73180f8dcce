use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How much of a load, from its start, is for training; the rest is for reporting.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Split {
    /// This share of the recorded time, between 0 and 1.
    Train(f64),
    /// This many days.
    TrainDays(f64),
}

impl Default for Split {
    /// The first 60 % trains.
    fn default() -> Self {
        Self::Train(0.6)
    }
}
