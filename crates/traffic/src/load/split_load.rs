use serde::{Deserialize, Serialize};

use crate::{Arrivals, LoadSeries};

/// Where a load came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoadSource {
    /// File name, or `generated`.
    pub name: String,
    /// SHA-256 of the file, or of specification and seed of a generated load; lower-case hexadecimal.
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

impl SplitLoad {
    /// Both parts in one, for questions that nothing is trained for, such as what an HPA would have done.
    pub fn whole(&self) -> LoadSeries {
        self.train.followed_by(&self.test)
    }
}
