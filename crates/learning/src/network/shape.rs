use serde::{Deserialize, Serialize};

/// What a hidden layer applies to its sums. The output layer is always linear.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Activation {
    /// max(x, 0).
    Relu,
    /// Hyperbolic tangent, by a rational function within 6e-7 of the true value.
    Tanh,
}

/// Sizes of a multilayer perceptron.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MlpShape {
    /// Numbers in an input.
    pub inputs: usize,
    /// Units of each hidden layer, from the input to the output; may be empty (a linear map).
    pub hidden: Vec<usize>,
    /// Numbers in an output.
    pub outputs: usize,
    /// Activation of the hidden layers.
    pub activation: Activation,
}

/// How the weights of a new network are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Initialisation {
    /// Orthogonal matrices times a gain, zero bias (Saxe et al. 2014); what PPO uses: hidden gain √2, output gain 0.01
    /// for a policy and 1 for a value.
    Orthogonal {
        /// Gain of the hidden layers.
        hidden_gain: f32,
        /// Gain of the output layer.
        output_gain: f32,
    },
    /// Weights and biases uniform within ±1/√inputs of the layer; what DQN uses (PyTorch's default for linear layers).
    FanInUniform,
}

impl MlpShape {
    /// Inputs and outputs of each layer, from the input to the output.
    pub fn layers(&self) -> impl Iterator<Item = (usize, usize)> + '_ {
        let froms = core::iter::once(self.inputs).chain(self.hidden.iter().copied());
        let tos = self.hidden.iter().copied().chain(core::iter::once(self.outputs));
        froms.zip(tos)
    }
}
