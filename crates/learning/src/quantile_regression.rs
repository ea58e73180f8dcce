//! Quantiles of a target given inputs, learned by the pinball loss (Koenker and Bassett 1978).

use crate::{Activation, Mlp, RunningNormalizer};
use podpilot_random::Seed;

/// Settings of the fit.
#[derive(Debug, Clone, PartialEq)]
pub struct QuantileRegression {
    /// Quantiles to learn, ascending in (0, 1); one output each.
    pub quantiles: Vec<f64>,
    /// Hidden layers.
    pub hidden: Vec<usize>,
    /// Activation of the hidden layers.
    pub activation: Activation,
    /// Passes over the data.
    pub epochs: usize,
    /// Rows in a gradient step.
    pub batch_size: usize,
    /// Adam's step size, falling to zero over the fit.
    pub learning_rate: f64,
    /// Inputs are normalised by their mean and deviation over the data.
    pub normalize_inputs: bool,
}

/// A fitted network; answers with ascending quantiles.
#[derive(Debug, Clone)]
pub struct QuantileNet {
    network: Mlp,
    normalizer: Option<RunningNormalizer>,
    quantiles: Vec<f64>,
}

impl QuantileRegression {
    /// Fits to rows of inputs (row-major, `targets.len()` rows) and their targets.
    pub fn fit(
        &self,
        _inputs: &[f32],
        _targets: &[f32],
        _seed: Seed,
    ) -> Result<QuantileNet, crate::TrainError> {
        unimplemented!()
    }
}

impl QuantileNet {
    /// From its parts, such as a policy file's.
    pub fn new(network: Mlp, normalizer: Option<RunningNormalizer>, quantiles: Vec<f64>) -> Self {
        Self { network, normalizer, quantiles }
    }

    /// The quantiles it answers with.
    pub fn quantiles(&self) -> &[f64] {
        &self.quantiles
    }

    /// The network.
    pub fn network(&self) -> &Mlp {
        &self.network
    }

    /// Normaliser of the inputs.
    pub fn normalizer(&self) -> Option<&RunningNormalizer> {
        self.normalizer.as_ref()
    }

    /// Predictions for one input, ascending (crossing quantiles are sorted: Chernozhukov et al. 2010).
    pub fn predict(&mut self, _input: &[f32]) -> &[f32] {
        unimplemented!()
    }
}
