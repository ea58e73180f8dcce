use super::MlpShape;
use super::mlp::Layer;
use crate::simd::{PAD, padded};

/// Scratch memory of forward and backward passes over up to `batch` inputs; made once, then nothing is allocated.
#[derive(Debug, Clone)]
pub struct Workspace {
    batch: usize,
    outputs: usize,
    pub(crate) rows: usize,
    /// Output of each layer, rows padded.
    pub(crate) activations: Vec<Vec<f32>>,
    /// Loss gradient with respect to the sums of each layer, rows padded.
    pub(crate) gradients: Vec<Vec<f32>>,
    /// Transpose of each weight matrix; one buffer each, so that padding stays zero.
    pub(crate) transposed: Vec<Vec<f32>>,
    /// Copied columns of one matrix.
    pub(crate) pack: Vec<f32>,
}

impl Workspace {
    /// For networks of this shape and batches up to `batch`.
    pub fn new(shape: &MlpShape, batch: usize) -> Self {
        let (layers, _) = Layer::of(shape);
        let per_layer = || layers.iter().map(|layer| vec![0.0; batch * layer.width]).collect();
        let transposed = layers.iter().map(|layer| vec![0.0; layer.outputs * padded(layer.inputs)]);
        let deepest =
            layers.iter().map(|layer| layer.inputs.max(layer.outputs)).max().unwrap_or(0).max(batch);
        Self {
            batch,
            outputs: shape.outputs,
            rows: 0,
            activations: per_layer(),
            gradients: per_layer(),
            transposed: transposed.collect(),
            pack: vec![0.0; 2 * PAD * deepest],
        }
    }

    /// Largest batch.
    pub fn batch(&self) -> usize {
        self.batch
    }

    /// Output of a row of the last forward pass.
    pub fn output(&self, row: usize) -> &[f32] {
        let width = padded(self.outputs);
        let outputs = self.activations.last().map_or(&[][..], Vec::as_slice);
        &outputs[row * width..row * width + self.outputs]
    }

    /// Where the loss's gradient with respect to a row's outputs is written before a backward pass.
    pub fn output_gradient_mut(&mut self, row: usize) -> &mut [f32] {
        self.output_and_gradient_mut(row).1
    }

    /// A row's outputs, and where the loss's gradient with respect to them is written.
    pub fn output_and_gradient_mut(&mut self, row: usize) -> (&[f32], &mut [f32]) {
        let at = row * padded(self.outputs);
        let at = at..at + self.outputs;
        let outputs = self.activations.last().map_or(&[][..], Vec::as_slice);
        let gradients = self.gradients.last_mut().map_or(&mut [][..], Vec::as_mut_slice);
        (&outputs[at.clone()], &mut gradients[at])
    }
}
