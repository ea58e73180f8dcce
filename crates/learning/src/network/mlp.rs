use super::{Initialisation, MlpShape, Workspace, initialise};
use crate::simd::{Epilogue, Left, Product, column_sums, padded, transpose};
use podpilot_random::Seed;

/// A multilayer perceptron. Weights are held as `[in][out]` with rows padded to whole vectors; they leave the crate named
/// and shaped as in PyTorch (`[out, in]`).
#[derive(Debug, Clone, PartialEq)]
pub struct Mlp {
    shape: MlpShape,
    layers: Vec<Layer>,
    /// Weights and bias of each layer in turn.
    parameters: Vec<f32>,
}

/// Where a layer lies in the parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Layer {
    pub(crate) inputs: usize,
    pub(crate) outputs: usize,
    /// Outputs padded to whole vectors: the length of a row.
    pub(crate) width: usize,
    pub(crate) weights_at: usize,
    pub(crate) bias_at: usize,
}

impl Layer {
    /// The layers of a shape and the number of parameters, padding included.
    pub(crate) fn of(shape: &MlpShape) -> (Vec<Self>, usize) {
        let mut end = 0;
        let layers = shape.layers().map(|(inputs, outputs)| {
            let width = padded(outputs);
            let layer = Self { inputs, outputs, width, weights_at: end, bias_at: end + inputs * width };
            end = layer.bias_at + width;
            layer
        });
        (layers.collect(), end)
    }

    pub(crate) fn weights(self) -> core::ops::Range<usize> {
        self.weights_at..self.bias_at
    }

    pub(crate) fn bias(self) -> core::ops::Range<usize> {
        self.bias_at..self.bias_at + self.width
    }
}

impl Mlp {
    /// A network with drawn weights.
    pub fn new(shape: MlpShape, initialisation: Initialisation, seed: Seed) -> Self {
        let mut network = Self::zeroed(shape);
        initialise(&mut network, initialisation, &mut seed.named("weights").stream());
        network
    }

    /// A network whose weights and biases are all zero.
    pub fn zeroed(shape: MlpShape) -> Self {
        let (layers, len) = Layer::of(&shape);
        Self { shape, layers, parameters: vec![0.0; len] }
    }

    /// Sizes.
    pub fn shape(&self) -> &MlpShape {
        &self.shape
    }

    /// All parameters, layer by layer, padding included: what optimisers work on. Padding is zero and stays so.
    pub fn parameters(&self) -> &[f32] {
        &self.parameters
    }

    /// All parameters, to be changed.
    pub fn parameters_mut(&mut self) -> &mut [f32] {
        &mut self.parameters
    }

    /// Output for one input (`shape().inputs` numbers); the slice has `shape().outputs` numbers. Allocates nothing.
    pub fn forward_one<'w>(&self, input: &[f32], workspace: &'w mut Workspace) -> &'w [f32] {
        self.forward(input, 1, workspace);
        workspace.output(0)
    }

    /// Outputs for `rows` inputs (row-major, not padded), found in the workspace afterwards.
    ///
    /// # Panics
    /// If the inputs are fewer than `rows` or the workspace is too small or for another shape.
    pub fn forward(&self, inputs: &[f32], rows: usize, workspace: &mut Workspace) {
        assert!(rows <= workspace.batch() && inputs.len() >= rows * self.shape.inputs);
        workspace.rows = rows;
        let last = self.layers.len() - 1;
        for (index, layer) in self.layers.iter().enumerate() {
            let (before, after) = workspace.activations.split_at_mut(index);
            let left = before.last().map_or(Left::Rows(inputs, layer.inputs), |activations| {
                Left::Rows(activations, padded(layer.inputs))
            });
            let hidden = Epilogue::Activate(self.shape.activation);
            Product {
                left,
                rows,
                depth: layer.inputs,
                right: &self.parameters[layer.weights()],
                width: layer.width,
                bias: &self.parameters[layer.bias()],
                epilogue: if index == last { Epilogue::Linear } else { hidden },
                out: &mut after[0],
                pack: &mut workspace.pack,
            }
            .run();
        }
    }

    /// Gradient of a loss with respect to all parameters, written to `gradient` (laid out as [`Self::parameters`]), from
    /// the loss's gradient with respect to the outputs of the last [`Self::forward`] over the same `inputs`
    /// ([`Workspace::output_gradient_mut`]).
    ///
    /// # Panics
    /// If `gradient` or the workspace are for another shape.
    pub fn backward(&self, inputs: &[f32], workspace: &mut Workspace, gradient: &mut [f32]) {
        assert!(gradient.len() == self.parameters.len());
        let rows = workspace.rows;
        for (index, layer) in self.layers.iter().enumerate().rev() {
            let (below, above) = workspace.gradients.split_at_mut(index);
            let signal = &above[0][..rows * layer.width];
            let left = match index.checked_sub(1) {
                Some(previous) => Left::Columns(&workspace.activations[previous], padded(layer.inputs)),
                None => Left::Columns(inputs, layer.inputs),
            };
            Product {
                left,
                rows: layer.inputs,
                depth: rows,
                right: signal,
                width: layer.width,
                bias: &[],
                epilogue: Epilogue::Linear,
                out: &mut gradient[layer.weights()],
                pack: &mut workspace.pack,
            }
            .run();
            column_sums(signal, &mut gradient[layer.bias()]);
            if let Some(previous) = index.checked_sub(1) {
                let width = padded(layer.inputs);
                transpose(
                    &self.parameters[layer.weights()],
                    layer.width,
                    &mut workspace.transposed[index],
                    width,
                    (layer.inputs, layer.outputs),
                );
                Product {
                    left: Left::Rows(signal, layer.width),
                    rows,
                    depth: layer.outputs,
                    right: &workspace.transposed[index],
                    width,
                    bias: &[],
                    epilogue: Epilogue::Derivative(self.shape.activation, &workspace.activations[previous]),
                    out: &mut below[previous],
                    pack: &mut workspace.pack,
                }
                .run();
            }
        }
    }

    /// Sets weights and biases of the output layer to zero: a residual policy then starts exactly at its base.
    pub fn zero_output_layer(&mut self) {
        if let Some(layer) = self.layers.last() {
            self.parameters[layer.weights_at..].fill(0.0);
        }
    }

    /// Biases of the output layer (`shape().outputs` numbers), for a start that prefers some outputs.
    pub fn output_bias_mut(&mut self) -> &mut [f32] {
        let at = self.layers.last().map_or(0..0, |layer| layer.bias_at..layer.bias_at + layer.outputs);
        &mut self.parameters[at]
    }

    /// Weights of a layer as `[out, in]` rows, as in PyTorch's `nn.Linear.weight`.
    pub fn weight(&self, layer: usize) -> Vec<f32> {
        let layer = self.layers[layer];
        let weights = &self.parameters[layer.weights()];
        let outputs = 0..layer.outputs;
        outputs.flat_map(|to| (0..layer.inputs).map(move |from| weights[from * layer.width + to])).collect()
    }

    /// Biases of a layer.
    pub fn bias(&self, layer: usize) -> &[f32] {
        let layer = self.layers[layer];
        &self.parameters[layer.bias_at..layer.bias_at + layer.outputs]
    }

    /// Sets a layer from `[out, in]` weights and biases.
    ///
    /// # Panics
    /// If the lengths are not those of the layer.
    pub fn set_layer(&mut self, layer: usize, weight: &[f32], bias: &[f32]) {
        let layer = self.layers[layer];
        assert!(weight.len() == layer.inputs * layer.outputs && bias.len() == layer.outputs);
        for (to, row) in weight.chunks_exact(layer.inputs.max(1)).enumerate() {
            for (from, &value) in row.iter().enumerate() {
                self.parameters[layer.weights_at + from * layer.width + to] = value;
            }
        }
        self.parameters[layer.bias_at..layer.bias_at + layer.outputs].copy_from_slice(bias);
    }
}
