use serde::{Deserialize, Serialize};

/// Mean and variance of each number of an observation, updated as observations come.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunningNormalizer {
    mean: Vec<f64>,
    variance: Vec<f64>,
    count: f64,
}

impl RunningNormalizer {
    /// Mean zero and variance one until observations come.
    pub fn new(len: usize) -> Self {
        Self { mean: vec![0.0; len], variance: vec![1.0; len], count: 1e-4 }
    }

    /// Takes up a batch of observations (rows of `len` numbers).
    pub fn update(&mut self, _rows: &[f32]) {
        unimplemented!()
    }

    /// (x − mean) / √(variance + 1e-8), clipped to ±10, row by row.
    pub fn normalize(&self, _rows: &[f32], _out: &mut [f32]) {
        unimplemented!()
    }
}
