use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Whether a recorded rate is smoothed (causally) before it is scaled.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Smoothing {
    /// As much as counts of a few requests a second need; other rates not at all.
    #[default]
    Auto,
    /// Not at all.
    None,
    /// By an exponential average with this time constant.
    TimeConstantS(f64),
}
