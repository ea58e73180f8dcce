//! Quantiles of a target given inputs, learned by the pinball loss (Koenker and Bassett 1978).

use crate::loss::pinball;
use crate::optimizer::clip_factor;
use crate::{
    Activation, Adam, Initialisation, Mlp, MlpShape, RunningNormalizer, Schedule, TrainError, Workspace,
};
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
    workspace: Workspace,
    input: Vec<f32>,
    predictions: Vec<f32>,
}

/// Gradients of one step are limited to this norm: the pinball loss has slopes of at most one a row, but inputs may be
/// far from what the others are.
const MAX_GRADIENT_NORM: f32 = 10.0;

impl QuantileRegression {
    /// Fits to rows of inputs (row-major, `targets.len()` rows) and their targets. The fit starts at the quantiles of the
    /// targets alone.
    pub fn fit(&self, inputs: &[f32], targets: &[f32], seed: Seed) -> Result<QuantileNet, TrainError> {
        let len = self.validate(inputs, targets)?;
        let normalizer = self.normalize_inputs.then(|| {
            let mut normalizer = RunningNormalizer::new(len);
            normalizer.update(inputs);
            normalizer
        });
        let mut rows = inputs.to_vec();
        if let Some(normalizer) = &normalizer {
            normalizer.normalize(inputs, &mut rows);
        }
        let network = self.descend(&rows, targets, seed);
        Ok(QuantileNet::new(network, normalizer, self.quantiles.clone()))
    }

    /// Numbers in an input.
    fn validate(&self, inputs: &[f32], targets: &[f32]) -> Result<usize, TrainError> {
        let ascending = self.quantiles.is_sorted_by(|a, b| a < b);
        let within = self.quantiles.iter().all(|&quantile| quantile > 0.0 && quantile < 1.0);
        if self.quantiles.is_empty() || !ascending || !within {
            return Err(TrainError::config("quantiles", "must ascend strictly within (0, 1)"));
        }
        if self.epochs == 0 || self.batch_size == 0 {
            return Err(TrainError::config("epochs and batch_size", "must be at least 1"));
        }
        if targets.is_empty() || inputs.is_empty() || !inputs.len().is_multiple_of(targets.len()) {
            let problem = format!("{} inputs do not make {} equal rows", inputs.len(), targets.len());
            return Err(TrainError::config("inputs", problem));
        }
        if let Some(at) = inputs.iter().chain(targets).position(|value| !value.is_finite()) {
            return Err(TrainError::config("inputs and targets", format!("number {at} is not finite")));
        }
        Ok(inputs.len() / targets.len())
    }

    fn descend(&self, rows: &[f32], targets: &[f32], seed: Seed) -> Mlp {
        let len = rows.len() / targets.len();
        let mut network = self.start(len, targets, seed);
        let batch = self.batch_size.min(targets.len());
        let mut workspace = Workspace::new(network.shape(), batch);
        let mut adam = Adam::new(network.parameters().len(), 1e-8);
        let mut gradient = vec![0.0; network.parameters().len()];
        let mut batch_rows = vec![0.0; batch * len];
        let mut order: Vec<usize> = (0..targets.len()).collect();
        let mut stream = seed.named("minibatches").stream();
        let schedule = Schedule::linear_to_zero(self.learning_rate);
        let steps = (self.epochs * targets.len().div_ceil(batch)) as f64;
        let mut step = 0.0;
        for _ in 0..self.epochs {
            stream.shuffle(&mut order);
            for chosen in order.chunks(batch) {
                for (slot, &at) in batch_rows.chunks_exact_mut(len).zip(chosen) {
                    slot.copy_from_slice(&rows[at * len..(at + 1) * len]);
                }
                network.forward(&batch_rows, chosen.len(), &mut workspace);
                self.set_gradients(&mut workspace, chosen, targets);
                network.backward(&batch_rows, &mut workspace, &mut gradient);
                let (factor, _) = clip_factor(&[&gradient], Some(MAX_GRADIENT_NORM));
                adam.step(schedule.at(step / steps), network.parameters_mut(), &gradient, factor);
                step += 1.0;
            }
        }
        network
    }

    /// A network that answers with the targets' own quantiles, whatever the input.
    fn start(&self, inputs: usize, targets: &[f32], seed: Seed) -> Mlp {
        let (hidden, activation) = (self.hidden.clone(), self.activation);
        let shape = MlpShape { inputs, hidden, outputs: self.quantiles.len(), activation };
        let initialisation =
            Initialisation::Orthogonal { hidden_gain: core::f32::consts::SQRT_2, output_gain: 0.01 };
        let mut network = Mlp::new(shape, initialisation, seed);
        let mut sorted = targets.to_vec();
        sorted.sort_by(f32::total_cmp);
        for (bias, &quantile) in network.output_bias_mut().iter_mut().zip(&self.quantiles) {
            *bias = sorted[((sorted.len() - 1) as f64 * quantile) as usize];
        }
        network
    }

    fn set_gradients(&self, workspace: &mut Workspace, chosen: &[usize], targets: &[f32]) {
        let share = 1.0 / chosen.len() as f32;
        for (row, &at) in chosen.iter().enumerate() {
            let (predictions, gradient) = workspace.output_and_gradient_mut(row);
            pinball(&self.quantiles, predictions, targets[at], gradient);
            for slope in gradient {
                *slope *= share;
            }
        }
    }
}

impl QuantileNet {
    /// From its parts, such as a policy file's.
    pub fn new(network: Mlp, normalizer: Option<RunningNormalizer>, quantiles: Vec<f64>) -> Self {
        let workspace = Workspace::new(network.shape(), 1);
        let input = vec![0.0; network.shape().inputs];
        let predictions = vec![0.0; network.shape().outputs];
        Self { network, normalizer, quantiles, workspace, input, predictions }
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

    /// Predictions for one input, ascending (crossing quantiles are sorted: Chernozhukov et al. 2010). Allocates nothing.
    pub fn predict(&mut self, input: &[f32]) -> &[f32] {
        match &self.normalizer {
            Some(normalizer) => normalizer.normalize(input, &mut self.input),
            None => self.input.copy_from_slice(input),
        }
        self.predictions.copy_from_slice(self.network.forward_one(&self.input, &mut self.workspace));
        self.predictions.sort_unstable_by(f32::total_cmp);
        &self.predictions
    }

    /// Mean pinball loss over rows of inputs and their targets, such as held-out ones.
    pub fn mean_loss(&mut self, inputs: &[f32], targets: &[f32]) -> f64 {
        let len = self.input.len();
        let quantiles = self.quantiles.clone();
        let mut gradient = vec![0.0; quantiles.len()];
        let rows = inputs.chunks_exact(len).zip(targets);
        let losses =
            rows.map(|(input, &target)| pinball(&quantiles, self.predict(input), target, &mut gradient));
        losses.map(f64::from).sum::<f64>() / targets.len() as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings() -> QuantileRegression {
        QuantileRegression {
            quantiles: vec![0.1, 0.5, 0.9],
            hidden: vec![16],
            activation: Activation::Tanh,
            epochs: 20,
            batch_size: 64,
            learning_rate: 0.01,
            normalize_inputs: true,
        }
    }

    /// y = x + (0.5 + x)·u with u uniform in (0, 1): the quantile τ is x + (0.5 + x)·τ.
    fn data(rows: usize, seed: u64) -> (Vec<f32>, Vec<f32>) {
        let mut stream = Seed(seed).stream();
        let inputs: Vec<f32> = (0..rows).map(|_| stream.uniform() as f32).collect();
        let targets = inputs.iter().map(|&x| x + (0.5 + x) * stream.uniform() as f32).collect();
        (inputs, targets)
    }

    #[test]
    fn it_learns_quantiles_that_depend_on_the_input() {
        let (inputs, targets) = data(6_000, 1);
        let mut net = settings().fit(&inputs, &targets, Seed(2)).unwrap();
        for x in [0.1_f32, 0.5, 0.9] {
            for (&found, tau) in net.predict(&[x]).iter().zip([0.1, 0.5, 0.9]) {
                let expected = x + (0.5 + x) * tau;
                assert!((found - expected).abs() < 0.08, "x {x}, tau {tau}: {found} for {expected}");
            }
        }
        let (inputs, targets) = data(4_000, 3);
        for (at, tau) in [0.1, 0.5, 0.9].into_iter().enumerate() {
            let below = inputs.iter().zip(&targets).filter(|&(&x, &y)| y <= net.predict(&[x])[at]).count();
            let share = below as f64 / 4_000.0;
            assert!((share - tau).abs() < 0.03, "{share} of the targets below quantile {tau}");
        }
        assert!(net.mean_loss(&inputs, &targets) < 0.11);
    }

    #[test]
    fn predictions_ascend_even_where_the_network_crosses() {
        let mut network =
            Mlp::zeroed(MlpShape { inputs: 1, hidden: vec![], outputs: 3, activation: Activation::Relu });
        network.output_bias_mut().copy_from_slice(&[3.0, 1.0, 2.0]);
        assert_eq!(QuantileNet::new(network, None, vec![0.1, 0.5, 0.9]).predict(&[0.0]), [1.0, 2.0, 3.0]);
    }

    #[test]
    fn impossible_settings_and_data_are_refused() {
        let fit = |change: fn(&mut QuantileRegression), inputs: &[f32], targets: &[f32]| {
            let mut settings = settings();
            change(&mut settings);
            settings.fit(inputs, targets, Seed(1)).unwrap_err().to_string()
        };
        assert!(fit(|s| s.quantiles = vec![0.5, 0.5], &[1.0], &[1.0]).contains("quantiles"));
        assert!(fit(|s| s.quantiles = vec![0.0, 0.5], &[1.0], &[1.0]).contains("quantiles"));
        assert!(fit(|s| s.epochs = 0, &[1.0], &[1.0]).contains("epochs"));
        assert!(fit(|_| (), &[1.0, 2.0, 3.0], &[1.0, 2.0]).contains("rows"));
        assert!(fit(|_| (), &[1.0, f32::NAN], &[1.0, 2.0]).contains("finite"));
    }
}
