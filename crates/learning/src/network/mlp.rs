use super::{Initialisation, MlpShape};
use podpilot_random::Seed;

/// A multilayer perceptron. Parameters are named and shaped as in PyTorch when they leave the crate.
#[derive(Debug, Clone, PartialEq)]
pub struct Mlp {
    shape: MlpShape,
}

/// Scratch memory of forward and backward passes over up to `batch` inputs; made once, then nothing is allocated.
#[derive(Debug, Clone)]
pub struct Workspace {}

impl Workspace {
    /// For networks of this shape and batches up to `batch`.
    pub fn new(_shape: &MlpShape, _batch: usize) -> Self {
        unimplemented!()
    }
}

impl Mlp {
    /// A network with drawn weights.
    pub fn new(_shape: MlpShape, _initialisation: Initialisation, _seed: Seed) -> Self {
        unimplemented!()
    }

    /// Sizes.
    pub fn shape(&self) -> &MlpShape {
        &self.shape
    }

    /// Output for one input (`shape().inputs` numbers); the slice has `shape().outputs` numbers. Allocates nothing.
    pub fn forward_one<'w>(&self, _input: &[f32], _workspace: &'w mut Workspace) -> &'w [f32] {
        unimplemented!()
    }

    /// Sets weights and biases of the output layer to zero: a residual policy then starts exactly at its base.
    pub fn zero_output_layer(&mut self) {
        unimplemented!()
    }

    /// Biases of the output layer, for a start that prefers some outputs.
    pub fn output_bias_mut(&mut self) -> &mut [f32] {
        unimplemented!()
    }
}
