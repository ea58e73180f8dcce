use serde::{Deserialize, Serialize};

/// A file or generator that the load came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LoadSource {
    /// File name, or the name of the shape.
    pub name: String,
    /// SHA-256 of the file, hex; `None` for generated load.
    pub sha256: Option<String>,
}

/// Which policy was evaluated.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PolicyProvenance {
    /// Name of the row it belongs to.
    pub autoscaler: String,
    /// File name.
    pub file: String,
    /// SHA-256 of the file, hex.
    pub sha256: String,
}

/// Where the numbers come from: enough to make them again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Provenance {
    /// Version of the program.
    pub podpilot_version: String,
    /// Root seed.
    pub seed: u64,
    /// What the load came from.
    pub sources: Vec<LoadSource>,
    /// Factor that the load was multiplied with, from the train part alone; `None` for generated load.
    pub scale_factor: Option<f64>,
    /// Hours in the train part.
    pub train_hours: f64,
    /// Hours in the test part.
    pub test_hours: f64,
    /// How arrivals scatter around the rate, such as `poisson`.
    pub arrivals: String,
    /// `fast` or `request`.
    pub fidelity: String,
    /// SHA-256 of the scenario in effect, hex.
    pub scenario_sha256: String,
    /// The policies.
    pub policies: Vec<PolicyProvenance>,
}
