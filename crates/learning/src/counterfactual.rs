//! Learning when the outcome of every action in a state is known, as from a simulator that branches: no exploration and
//! no bootstrap.

use crate::loss::{Categorical, pinball};
use crate::optimizer::clip_factor;
use crate::{Adam, Mlp, TrainError, Workspace};
use podpilot_random::Seed;

/// States with an outcome for each action, row-major.
#[derive(Debug, Clone, Copy)]
pub struct Outcomes<'a> {
    /// Observations.
    pub observations: &'a [f32],
    /// Return of each action in each state (or any advantage: what is common to a state does not matter to the policy).
    pub returns: &'a [f32],
    /// Allowed actions; empty = all.
    pub masks: &'a [bool],
}

/// Settings of both fits.
#[derive(Debug, Clone, PartialEq)]
pub struct CounterfactualConfig {
    /// Passes over the states.
    pub epochs: usize,
    /// States in a gradient step.
    pub batch_size: usize,
    /// Adam's step size.
    pub learning_rate: f64,
    /// Decoupled weight decay.
    pub weight_decay: f64,
    /// Clip range of the probability ratio (policy only).
    pub clip_range: f32,
    /// A probability that has changed by no more than this is not clipped, whatever its ratio: an action that has become
    /// unlikely can come back (policy only).
    pub free_change: f32,
    /// Weight of the entropy bonus (policy only).
    pub entropy_coefficient: f32,
    /// Limit of the gradient's norm.
    pub max_gradient_norm: Option<f32>,
}

impl Default for CounterfactualConfig {
    fn default() -> Self {
        Self {
            epochs: 4,
            batch_size: 256,
            learning_rate: 3e-3,
            weight_decay: 0.0,
            clip_range: 0.3,
            free_change: 0.0,
            entropy_coefficient: 0.01,
            max_gradient_norm: Some(1.0),
        }
    }
}

impl Outcomes<'_> {
    fn mask(&self, state: usize, actions: usize) -> &[bool] {
        if self.masks.is_empty() { &[] } else { &self.masks[state * actions..(state + 1) * actions] }
    }

    fn allows(&self, state: usize, action: usize, actions: usize) -> bool {
        self.masks.get(state * actions + action).copied().unwrap_or(true)
    }

    /// Number of states, if all parts fit a network with one output an action.
    fn states(&self, network: &Mlp, config: &CounterfactualConfig) -> Result<usize, TrainError> {
        self.states_of(network.shape().inputs, network.shape().outputs, config)
    }

    fn states_of(
        &self,
        inputs: usize,
        actions: usize,
        config: &CounterfactualConfig,
    ) -> Result<usize, TrainError> {
        let states = self.returns.len() / actions;
        let masks = if self.masks.is_empty() { self.returns.len() } else { self.masks.len() };
        if states == 0 || self.returns.len() != states * actions || self.observations.len() != states * inputs
        {
            let problem = format!(
                "{} observations and {} returns do not make equal rows of {inputs} and {actions}",
                self.observations.len(),
                self.returns.len()
            );
            return Err(TrainError::config("outcomes", problem));
        }
        if masks != self.returns.len() {
            return Err(TrainError::config("outcomes", "masks must have one entry a return"));
        }
        if !self.returns.iter().all(|value| value.is_finite()) {
            return Err(TrainError::config("outcomes", "a return is not finite"));
        }
        if config.epochs == 0 || config.batch_size == 0 {
            return Err(TrainError::config("epochs and batch_size", "must be at least 1"));
        }
        Ok(states)
    }
}

/// Moves a policy (one logit an action) up the expected clipped surrogate over all actions, from where it is now: PPO's
/// objective without sampling. Advantages are returns minus their mean under the present policy, over their deviation.
/// Gives the mean entropy afterwards.
pub fn improve_policy(
    policy: &mut Mlp,
    outcomes: &Outcomes<'_>,
    config: &CounterfactualConfig,
    seed: Seed,
) -> Result<f64, TrainError> {
    let states = outcomes.states(policy, config)?;
    let actions = policy.shape().outputs;
    let before = probabilities(policy, outcomes, states);
    let advantages = advantages(&before, outcomes, actions);
    let mut distribution = Categorical::new(actions);
    descend(policy, outcomes, states, config, seed, &mut |state, logits, gradient, share| {
        distribution.set(logits, outcomes.mask(state, actions));
        gradient.fill(0.0);
        for action in 0..actions {
            let now = distribution.probabilities()[action];
            let advantage = advantages[state * actions + action];
            let was = before[state * actions + action];
            let ratio = now / was.max(f32::MIN_POSITIVE);
            // π_old·min(r·A, clip(r)·A) with r = π/π_old has the slope A where the clip does not act, 0 elsewhere.
            let clipped = if advantage > 0.0 {
                ratio > 1.0 + config.clip_range
            } else {
                ratio < 1.0 - config.clip_range
            };
            let clipped = clipped && (now - was).abs() > config.free_change;
            if now > 0.0 && !clipped {
                distribution.add_log_probability_gradient(action, -share * advantage * now, gradient);
            }
        }
        distribution.add_entropy_gradient(-share * config.entropy_coefficient, gradient);
    });
    let after = probabilities(policy, outcomes, states);
    let entropy: f64 =
        after.iter().filter(|&&p| p > 0.0).map(|&p| -f64::from(p) * libm::log(f64::from(p))).sum();
    Ok(entropy / states as f64)
}

/// Fits action values (one output an action) to the returns of all allowed actions by least squares. Gives the mean
/// squared error afterwards.
pub fn fit_values(
    values: &mut Mlp,
    outcomes: &Outcomes<'_>,
    config: &CounterfactualConfig,
    seed: Seed,
) -> Result<f64, TrainError> {
    let states = outcomes.states(values, config)?;
    let actions = values.shape().outputs;
    descend(values, outcomes, states, config, seed, &mut |state, outputs, gradient, share| {
        for (action, (slope, &output)) in gradient.iter_mut().zip(outputs).enumerate() {
            let error = output - outcomes.returns[state * actions + action];
            let allowed = outcomes.allows(state, action, actions);
            *slope = if allowed { 2.0 * error * share / actions as f32 } else { 0.0 };
        }
    });
    let (mut sum, mut count) = (0.0, 0.0);
    for_each_output(values, outcomes, states, &mut |state, outputs| {
        for (action, &output) in
            outputs.iter().enumerate().filter(|&(a, _)| outcomes.allows(state, a, actions))
        {
            let error = f64::from(output - outcomes.returns[state * actions + action]);
            sum += error * error;
            count += 1.0;
        }
    });
    Ok(sum / f64::max(count, 1.0))
}

/// Fits quantiles of the return of each allowed action by the pinball loss: the quantile-regression head of Dabney et al.
/// 2018 (`QR-DQN`, κ = 0) on known returns. Errors of any size pull alike, so a few extreme returns do not tear values about
/// as they do in least squares. `values` has `quantiles` outputs an action, at the levels (i + ½)/`quantiles`; act by
/// [`mean_of_lowest`]. Gives the mean loss afterwards.
pub fn fit_value_quantiles(
    values: &mut Mlp,
    quantiles: usize,
    outcomes: &Outcomes<'_>,
    config: &CounterfactualConfig,
    seed: Seed,
) -> Result<f64, TrainError> {
    if quantiles == 0 || !values.shape().outputs.is_multiple_of(quantiles) {
        return Err(TrainError::config("quantiles", "must divide the outputs of the network"));
    }
    let (inputs, actions) = (values.shape().inputs, values.shape().outputs / quantiles);
    let states = outcomes.states_of(inputs, actions, config)?;
    let levels: Vec<f64> = (0..quantiles).map(|i| (i as f64 + 0.5) / quantiles as f64).collect();
    descend(values, outcomes, states, config, seed, &mut |state, outputs, gradient, share| {
        let rows = outputs.chunks_exact(quantiles).zip(gradient.chunks_exact_mut(quantiles));
        for (action, (predictions, slopes)) in rows.enumerate() {
            if outcomes.allows(state, action, actions) {
                pinball(&levels, predictions, outcomes.returns[state * actions + action], slopes);
                for slope in slopes {
                    *slope *= share;
                }
            } else {
                slopes.fill(0.0);
            }
        }
    });
    let (mut sum, mut count) = (0.0, 0.0);
    let mut unused = vec![0.0; quantiles];
    for_each_output(values, outcomes, states, &mut |state, outputs| {
        for (action, predictions) in outputs.chunks_exact(quantiles).enumerate() {
            if outcomes.allows(state, action, actions) {
                let target = outcomes.returns[state * actions + action];
                sum += f64::from(pinball(&levels, predictions, target, &mut unused));
                count += 1.0;
            }
        }
    });
    Ok(sum / f64::max(count, 1.0))
}

/// The network of one value an action out of one of `quantiles` an action: the mean of the lowest `share` of them. 1 acts
/// on the mean, less on the conditional value at risk (`CVaR`; Dabney et al. 2018b). The mean is linear and folds into the
/// last layer, so that a policy file holds a plain network.
pub fn mean_of_lowest(values: &Mlp, quantiles: usize, share: f64) -> Mlp {
    let used = ((share * quantiles as f64).ceil() as usize).clamp(1, quantiles);
    let mut shape = values.shape().clone();
    shape.outputs /= quantiles;
    let (actions, last) = (shape.outputs, shape.hidden.len());
    let mut folded = Mlp::zeroed(shape);
    for layer in 0..last {
        folded.set_layer(layer, &values.weight(layer), values.bias(layer));
    }
    let weight = values.weight(last);
    let columns = weight.len() / (actions * quantiles);
    let fold = |rows: &[f32], width: usize| -> Vec<f32> {
        let mean = |action: usize, column: usize| {
            let first = action * quantiles;
            (first..first + used).map(|row| rows[row * width + column]).sum::<f32>() / used as f32
        };
        (0..actions)
            .flat_map(|action| (0..width).map(move |column| (action, column)))
            .map(|(action, column)| mean(action, column))
            .collect()
    };
    folded.set_layer(last, &fold(&weight, columns), &fold(values.bias(last), 1));
    folded
}

/// Minibatch descent; `row` writes the gradient of one state's share of the loss with respect to the outputs.
fn descend(
    network: &mut Mlp,
    outcomes: &Outcomes<'_>,
    states: usize,
    config: &CounterfactualConfig,
    seed: Seed,
    row: &mut impl FnMut(usize, &[f32], &mut [f32], f32),
) {
    let inputs = network.shape().inputs;
    let batch = config.batch_size.min(states);
    let mut workspace = Workspace::new(network.shape(), batch);
    let mut adam = Adam::new(network.parameters().len(), 1e-8).with_weight_decay(config.weight_decay);
    let mut gradient = vec![0.0; network.parameters().len()];
    let mut rows = vec![0.0; batch * inputs];
    let mut order: Vec<usize> = (0..states).collect();
    let mut stream = seed.named("minibatches").stream();
    for _ in 0..config.epochs {
        stream.shuffle(&mut order);
        for chosen in order.chunks(batch) {
            for (slot, &state) in rows.chunks_exact_mut(inputs).zip(chosen) {
                slot.copy_from_slice(&outcomes.observations[state * inputs..(state + 1) * inputs]);
            }
            network.forward(&rows, chosen.len(), &mut workspace);
            for (at, &state) in chosen.iter().enumerate() {
                let (outputs, slopes) = workspace.output_and_gradient_mut(at);
                row(state, outputs, slopes, 1.0 / chosen.len() as f32);
            }
            network.backward(&rows, &mut workspace, &mut gradient);
            let (factor, _) = clip_factor(&[&gradient], config.max_gradient_norm);
            adam.step(config.learning_rate, network.parameters_mut(), &gradient, factor);
        }
    }
}

fn for_each_output(
    network: &Mlp,
    outcomes: &Outcomes<'_>,
    states: usize,
    visit: &mut impl FnMut(usize, &[f32]),
) {
    let mut workspace = Workspace::new(network.shape(), 1);
    let inputs = network.shape().inputs;
    for state in 0..states {
        let observation = &outcomes.observations[state * inputs..(state + 1) * inputs];
        visit(state, network.forward_one(observation, &mut workspace));
    }
}

fn probabilities(policy: &Mlp, outcomes: &Outcomes<'_>, states: usize) -> Vec<f32> {
    let actions = policy.shape().outputs;
    let mut distribution = Categorical::new(actions);
    let mut all = Vec::with_capacity(states * actions);
    for_each_output(policy, outcomes, states, &mut |state, logits| {
        distribution.set(logits, outcomes.mask(state, actions));
        all.extend_from_slice(distribution.probabilities());
    });
    all
}

/// Returns minus their mean under the policy, divided by the deviation over all allowed actions of all states.
fn advantages(policy: &[f32], outcomes: &Outcomes<'_>, actions: usize) -> Vec<f32> {
    let mut all = Vec::with_capacity(policy.len());
    for (probabilities, returns) in policy.chunks_exact(actions).zip(outcomes.returns.chunks_exact(actions)) {
        let mean: f32 =
            probabilities.iter().zip(returns).map(|(probability, value)| probability * value).sum();
        all.extend(returns.iter().map(|value| value - mean));
    }
    let allowed = |at: usize| outcomes.masks.get(at).copied().unwrap_or(true);
    let squares =
        all.iter().enumerate().filter(|&(at, _)| allowed(at)).map(|(_, &a)| f64::from(a) * f64::from(a));
    let count = (0..all.len()).filter(|&at| allowed(at)).count().max(1) as f64;
    let scale = 1.0 / ((squares.sum::<f64>() / count).sqrt() + 1e-8);
    for advantage in &mut all {
        *advantage = (f64::from(*advantage) * scale) as f32;
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::loss::allowed_argmax;
    use crate::{Activation, Initialisation, MlpShape};

    /// The best of three actions depends on the sign of the input; action 2 would be best everywhere but is forbidden.
    fn problem() -> (Vec<f32>, Vec<f32>, Vec<bool>) {
        let mut stream = Seed(4).stream();
        let observations: Vec<f32> = (0..400).map(|_| stream.uniform_in(-1.0, 1.0) as f32).collect();
        let returns = observations.iter().flat_map(|&x| [x, -x, 5.0]).collect();
        (observations, returns, [true, true, false].repeat(400))
    }

    fn network() -> Mlp {
        let shape = MlpShape { inputs: 1, hidden: vec![16], outputs: 3, activation: Activation::Tanh };
        Mlp::new(shape, Initialisation::Orthogonal { hidden_gain: 1.4, output_gain: 0.01 }, Seed(1))
    }

    #[test]
    fn the_policy_learns_the_best_allowed_action_within_the_clip_range_of_each_call() {
        let (observations, returns, masks) = problem();
        let outcomes = Outcomes { observations: &observations, returns: &returns, masks: &masks };
        let mut policy = network();
        let config = CounterfactualConfig { entropy_coefficient: 0.0, ..CounterfactualConfig::default() };
        let before = improve_policy(&mut policy.clone(), &outcomes, &config, Seed(0)).unwrap();
        for round in 0..60 {
            improve_policy(&mut policy, &outcomes, &config, Seed(round)).unwrap();
        }
        let after = improve_policy(&mut policy.clone(), &outcomes, &config, Seed(0)).unwrap();
        assert!(after < 0.7 * before, "entropy {before} -> {after}");
        let mut workspace = Workspace::new(policy.shape(), 1);
        for x in [-0.9_f32, -0.3, 0.3, 0.9] {
            let picked = allowed_argmax(policy.forward_one(&[x], &mut workspace), &[true, true, false]);
            assert_eq!(picked, usize::from(x < 0.0), "at {x}");
        }
    }

    #[test]
    fn values_fit_the_returns_of_allowed_actions_only() {
        let (observations, returns, masks) = problem();
        let outcomes = Outcomes { observations: &observations, returns: &returns, masks: &masks };
        let mut values = network();
        let config = CounterfactualConfig { epochs: 200, batch_size: 64, ..CounterfactualConfig::default() };
        let error = fit_values(&mut values, &outcomes, &config, Seed(0)).unwrap();
        assert!(error < 1e-3, "mean squared error {error}");
        let mut workspace = Workspace::new(values.shape(), 1);
        let outputs = values.forward_one(&[0.5], &mut workspace);
        assert!((outputs[0] - 0.5).abs() < 0.1 && (outputs[1] + 0.5).abs() < 0.1 && outputs[2].abs() < 2.0);
    }

    /// One state, two actions: the return of the first is 1 but for one time in ten, when it is −5 (mean 0.4); that of the
    /// second is always 0.3.
    fn gamble() -> (Vec<f32>, Vec<f32>) {
        let returns = (0..1_000).flat_map(|i| [if i % 10 == 0 { -5.0 } else { 1.0 }, 0.3]).collect();
        (vec![0.5; 1_000], returns)
    }

    #[test]
    fn quantiles_know_the_risk_that_the_mean_hides() {
        let (observations, returns) = gamble();
        let outcomes = Outcomes { observations: &observations, returns: &returns, masks: &[] };
        let shape = MlpShape { inputs: 1, hidden: vec![8], outputs: 40, activation: Activation::Tanh };
        let mut values = Mlp::new(shape, Initialisation::FanInUniform, Seed(1));
        let config = CounterfactualConfig {
            epochs: 300,
            batch_size: 250,
            learning_rate: 0.02,
            ..CounterfactualConfig::default()
        };
        fit_value_quantiles(&mut values, 20, &outcomes, &config, Seed(2)).unwrap();
        let config = CounterfactualConfig { learning_rate: 1e-3, ..config };
        fit_value_quantiles(&mut values, 20, &outcomes, &config, Seed(3)).unwrap();
        let mut workspace = Workspace::new(values.shape(), 1);
        let quantiles = values.forward_one(&[0.5], &mut workspace).to_vec();
        for (level, value) in quantiles[..20].iter().enumerate() {
            let expected = if level < 2 { -5.0 } else { 1.0 };
            assert!((value - expected).abs() < 0.2, "quantile {level}: {value}");
        }
        let acting = |share: f64| {
            let network = mean_of_lowest(&values, 20, share);
            let mut workspace = Workspace::new(network.shape(), 1);
            let outputs = network.forward_one(&[0.5], &mut workspace);
            (outputs[0], outputs[1])
        };
        let (gamble, safe) = acting(1.0);
        assert!((gamble - 0.4).abs() < 0.05 && (safe - 0.3).abs() < 0.05, "the mean: {gamble}, {safe}");
        let (gamble, safe) = acting(0.2);
        // The lowest fifth: one half −5, one half 1.
        assert!((gamble + 2.0).abs() < 0.2 && (safe - 0.3).abs() < 0.1, "the risk: {gamble}, {safe}");
    }

    #[test]
    fn quantiles_that_do_not_divide_the_outputs_are_refused() {
        let outcomes = Outcomes { observations: &[0.0], returns: &[0.0; 3], masks: &[] };
        let config = CounterfactualConfig::default();
        assert!(fit_value_quantiles(&mut network(), 2, &outcomes, &config, Seed(0)).is_err());
    }

    #[test]
    fn outcomes_that_do_not_fit_are_refused() {
        let outcomes = Outcomes { observations: &[0.0; 4], returns: &[0.0; 9], masks: &[] };
        let error =
            fit_values(&mut network(), &outcomes, &CounterfactualConfig::default(), Seed(0)).unwrap_err();
        assert!(error.to_string().contains("equal rows"), "{error}");
    }
}
