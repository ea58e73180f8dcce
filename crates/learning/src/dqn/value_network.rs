use crate::{Activation, Initialisation, Mlp, MlpShape, Workspace};
use podpilot_random::Seed;

/// A network of action values. Dueling (Wang et al. 2016), its output layer holds an advantage an action and, last, the
/// value of the state: Q = V + A − mean A. Both output streams share the hidden layers.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct ValueNetwork {
    pub(super) mlp: Mlp,
    actions: usize,
    dueling: bool,
}

impl ValueNetwork {
    pub(super) fn new(
        (inputs, actions): (usize, usize),
        hidden: &[usize],
        activation: Activation,
        dueling: bool,
        seed: Seed,
    ) -> Self {
        let outputs = actions + usize::from(dueling);
        let shape = MlpShape { inputs, hidden: hidden.to_vec(), outputs, activation };
        Self { mlp: Mlp::new(shape, Initialisation::FanInUniform, seed), actions, dueling }
    }

    /// What is added to the score of each action of a row to make it a Q value.
    fn baseline(&self, outputs: &[f32]) -> f32 {
        if !self.dueling {
            return 0.0;
        }
        let mean = outputs[..self.actions].iter().sum::<f32>() / self.actions as f32;
        outputs[self.actions] - mean
    }

    /// Scores that rank the actions of a row as their Q values do.
    pub(super) fn scores<'w>(&self, workspace: &'w Workspace, row: usize) -> &'w [f32] {
        &workspace.output(row)[..self.actions]
    }

    /// Q value of an action of a row of the last forward pass.
    pub(super) fn value(&self, workspace: &Workspace, row: usize, action: usize) -> f32 {
        let outputs = workspace.output(row);
        outputs[action] + self.baseline(outputs)
    }

    /// Writes the gradient with respect to the outputs of a row, given the one with respect to the Q value of `action`.
    pub(super) fn set_gradient(&self, workspace: &mut Workspace, row: usize, action: usize, slope: f32) {
        let gradient = workspace.output_gradient_mut(row);
        if self.dueling {
            gradient[..self.actions].fill(-slope / self.actions as f32);
            gradient[self.actions] = slope;
            gradient[action] += slope;
        } else {
            gradient.fill(0.0);
            gradient[action] = slope;
        }
    }

    /// The same values from a network with one output an action: the dueling sum is linear and folds into the last layer.
    pub(super) fn folded(&self) -> Mlp {
        if !self.dueling {
            return self.mlp.clone();
        }
        let mut shape = self.mlp.shape().clone();
        shape.outputs = self.actions;
        let (mut folded, last) = (Mlp::zeroed(shape), self.mlp.shape().hidden.len());
        for layer in 0..last {
            folded.set_layer(layer, &self.mlp.weight(layer), self.mlp.bias(layer));
        }
        let inputs = self.mlp.weight(last).len() / (self.actions + 1);
        let weight = fold(&self.mlp.weight(last), inputs, self.actions);
        folded.set_layer(last, &weight, &fold(self.mlp.bias(last), 1, self.actions));
        folded
    }

    /// Takes the values of a network with one output an action; false if it has other sizes.
    pub(super) fn set_folded(&mut self, network: &Mlp) -> bool {
        let (own, other) = (self.mlp.shape(), network.shape());
        let fits = own.inputs == other.inputs
            && own.hidden == other.hidden
            && own.activation == other.activation
            && other.outputs == self.actions;
        if fits && self.dueling {
            let last = other.hidden.len();
            for layer in 0..last {
                self.mlp.set_layer(layer, &network.weight(layer), network.bias(layer));
            }
            let inputs = network.weight(last).len() / self.actions;
            let weight = unfold(&network.weight(last), inputs, self.actions);
            self.mlp.set_layer(last, &weight, &unfold(network.bias(last), 1, self.actions));
        } else if fits {
            self.mlp = network.clone();
        }
        fits
    }
}

/// Rows of V + A − mean A, from rows of A and then V.
fn fold(rows: &[f32], inputs: usize, actions: usize) -> Vec<f32> {
    let at = |row: usize, column: usize| rows[row * inputs + column];
    let mean = |column| (0..actions).map(|row| at(row, column)).sum::<f32>() / actions as f32;
    let baselines: Vec<f32> = (0..inputs).map(|column| at(actions, column) - mean(column)).collect();
    (0..actions * inputs).map(|i| rows[i] + baselines[i % inputs]).collect()
}

/// Rows of A = Q and then V = mean Q.
fn unfold(rows: &[f32], inputs: usize, actions: usize) -> Vec<f32> {
    let mean = |column| (0..actions).map(|row| rows[row * inputs + column]).sum::<f32>() / actions as f32;
    rows.iter().copied().chain((0..inputs).map(mean)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn network(dueling: bool) -> ValueNetwork {
        ValueNetwork::new((3, 4), &[10], Activation::Relu, dueling, Seed(5))
    }

    #[test]
    fn folding_keeps_the_values_and_unfolding_brings_them_back() {
        let dueling = network(true);
        let folded = dueling.folded();
        let mut other = ValueNetwork::new((3, 4), &[10], Activation::Relu, true, Seed(6));
        assert!(other.set_folded(&folded));
        let input = [0.3, -0.8, 1.2];
        let mut wide = Workspace::new(dueling.mlp.shape(), 1);
        let mut narrow = Workspace::new(folded.shape(), 1);
        dueling.mlp.forward(&input, 1, &mut wide);
        folded.forward(&input, 1, &mut narrow);
        for action in 0..4 {
            assert!((dueling.value(&wide, 0, action) - narrow.output(0)[action]).abs() < 1e-6);
        }
        other.mlp.forward(&input, 1, &mut wide);
        for action in 0..4 {
            assert!((other.value(&wide, 0, action) - narrow.output(0)[action]).abs() < 1e-6);
        }
        assert!(!network(false).set_folded(&Mlp::zeroed(MlpShape { inputs: 2, ..folded.shape().clone() })));
    }

    #[test]
    fn the_gradient_of_a_dueling_value_matches_finite_differences() {
        let mut dueling = network(true);
        let input = [0.3, -0.8, 1.2];
        let mut workspace = Workspace::new(dueling.mlp.shape(), 1);
        let mut gradient = vec![0.0; dueling.mlp.parameters().len()];
        dueling.mlp.forward(&input, 1, &mut workspace);
        dueling.set_gradient(&mut workspace, 0, 2, 1.0);
        dueling.mlp.backward(&input, &mut workspace, &mut gradient);
        for at in (0..gradient.len()).step_by(3) {
            let mut moved = |h: f32| {
                dueling.mlp.parameters_mut()[at] += h;
                dueling.mlp.forward(&input, 1, &mut workspace);
                let value = dueling.value(&workspace, 0, 2);
                dueling.mlp.parameters_mut()[at] -= h;
                value
            };
            let numeric = (moved(1e-2) - moved(-1e-2)) / 2e-2;
            // Padding enters neither values nor gradients.
            if gradient[at] != 0.0 {
                assert!((numeric - gradient[at]).abs() < 2e-3, "{at}: {numeric} {}", gradient[at]);
            }
        }
    }
}
