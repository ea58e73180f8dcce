use std::path::{Path, PathBuf};

use podpilot_random::Seed;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Arrivals, LoadError, LoadSeries, Shape, Smoothing, Split};

/// The `load` of a scenario: a generated shape or a recorded trace.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum LoadSpec {
    /// `{shape: NAME, ...}`
    Generated(GeneratedLoad),
    /// `{trace: FILE, ...}`
    Trace(TraceLoad),
}

/// A generated load.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct GeneratedLoad {
    /// Shape and its parameters.
    #[serde(flatten)]
    pub shape: Shape,
    /// Days to generate, both parts together.
    pub days: f64,
    /// How the days are divided.
    pub split: Split,
    /// How requests scatter round the rate.
    pub arrivals: Arrivals,
}

/// A recorded load.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TraceLoad {
    /// The file; a relative path starts at the scenario's folder.
    pub trace: PathBuf,
    /// What trains; the manifest's split, or the first 60 %, if left out.
    pub split: Option<Split>,
    /// The P95 of the train part shall need this many pods.
    pub peak_replicas: Option<f64>,
    /// Factor on the recorded rates, in place of `peak_replicas`. 1 if both are left out.
    pub scale: Option<f64>,
    /// Smoothing before scaling.
    pub smoothing: Smoothing,
    /// How requests scatter round the rate.
    pub arrivals: Arrivals,
}

/// Where a load came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoadSource {
    /// File name, or `generated`.
    pub name: String,
    /// SHA-256 of the file, or of the specification and seed of a generated load.
    pub sha256: String,
}

/// A load in its two parts.
#[derive(Debug, Clone, PartialEq)]
pub struct SplitLoad {
    /// To train and tune on.
    pub train: LoadSeries,
    /// To report on.
    pub test: LoadSeries,
    /// How requests scatter round the rate.
    pub arrivals: Arrivals,
    /// What recorded rates were multiplied by; 1 for generated load.
    pub scale_factor: f64,
    /// Time constant of the causal smoothing applied before scaling, seconds; `None` if there was none.
    pub smoothing_s: Option<f64>,
    /// Where it came from.
    pub sources: Vec<LoadSource>,
}

impl LoadSpec {
    /// Checks every field that can be checked without reading a file.
    pub fn validate(&self) -> Result<(), LoadError> {
        unimplemented!()
    }

    /// Reads or generates the load. A trace's relative path starts at `base_dir`; `capacity_rps_per_pod` is what
    /// `peak_replicas` is reckoned by; `seed` is used by generated load only.
    pub fn load(
        &self,
        _base_dir: &Path,
        _capacity_rps_per_pod: f64,
        _seed: Seed,
    ) -> Result<SplitLoad, LoadError> {
        unimplemented!()
    }
}
