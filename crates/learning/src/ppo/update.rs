use super::PpoConfig;
use super::rollout::Rollout;
use crate::loss::{Categorical, ClippedPolicyLoss};
use crate::optimizer::clip_factor;
use crate::state::{StateError, StateReader, StateWriter};
use crate::{Adam, Initialisation, Mlp, MlpShape, Workspace};
use podpilot_random::{Seed, Stream};

/// Policy and value network with their optimisers.
#[derive(Debug, Clone)]
pub(super) struct ActorCritic {
    pub(super) policy: Mlp,
    pub(super) value: Mlp,
    policy_optimizer: Adam,
    value_optimizer: Adam,
    policy_gradient: Vec<f32>,
    value_gradient: Vec<f32>,
    policy_pass: Workspace,
    value_pass: Workspace,
    distribution: Categorical,
    /// Observations of the minibatch.
    observations: Vec<f32>,
    order: Vec<u32>,
    advantages: Vec<f32>,
}

/// Means over the minibatches of an update.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct UpdateMeasures {
    pub(super) policy_loss: f64,
    pub(super) value_loss: f64,
    pub(super) entropy: f64,
    pub(super) approximate_kl: f64,
    pub(super) clip_fraction: f64,
    minibatches: f64,
}

/// Values that the schedules give for an update.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scheduled {
    pub(super) learning_rate: f64,
    pub(super) clip_range: f32,
}

impl ActorCritic {
    pub(super) fn new(
        config: &PpoConfig,
        (inputs, actions): (usize, usize),
        rollout_len: usize,
        seed: Seed,
    ) -> Self {
        let shape = |outputs| MlpShape {
            inputs,
            hidden: config.hidden.clone(),
            outputs,
            activation: config.activation,
        };
        let orthogonal =
            |output_gain| Initialisation::Orthogonal { hidden_gain: core::f32::consts::SQRT_2, output_gain };
        let policy = Mlp::new(shape(actions), orthogonal(0.01), seed.named("policy"));
        let value = Mlp::new(shape(1), orthogonal(1.0), seed.named("value"));
        let adam = |network: &Mlp| Adam::new(network.parameters().len(), 1e-5);
        let batch = config.batch_size.min(rollout_len);
        Self {
            policy_optimizer: adam(&policy),
            value_optimizer: adam(&value),
            policy_gradient: vec![0.0; policy.parameters().len()],
            value_gradient: vec![0.0; value.parameters().len()],
            policy_pass: Workspace::new(policy.shape(), batch),
            value_pass: Workspace::new(value.shape(), batch),
            distribution: Categorical::new(actions),
            observations: vec![0.0; batch * inputs],
            order: (0..rollout_len as u32).collect(),
            advantages: vec![0.0; batch],
            policy,
            value,
        }
    }

    /// All passes over a rollout; gives the measures and the number of gradient steps.
    pub(super) fn update(
        &mut self,
        config: &PpoConfig,
        scheduled: Scheduled,
        rollout: &Rollout,
        stream: &mut Stream,
    ) -> UpdateMeasures {
        let mut sums = UpdateMeasures::default();
        // The order is shuffled anew from the same start, so that it need not be saved.
        self.order.iter_mut().zip(0..).for_each(|(slot, at)| *slot = at);
        for _ in 0..config.epochs {
            stream.shuffle(&mut self.order);
            for begin in (0..rollout.len()).step_by(config.batch_size) {
                let end = rollout.len().min(begin + config.batch_size);
                let minibatch = self.gradients(config, scheduled, rollout, begin..end);
                sums.add(minibatch);
                if config.target_kl.is_some_and(|limit| minibatch.approximate_kl > 1.5 * limit) {
                    return sums.means();
                }
                self.descend(config, scheduled);
            }
        }
        sums.means()
    }

    /// Gradients of the whole loss over the minibatch at these places of the order.
    fn gradients(
        &mut self,
        config: &PpoConfig,
        scheduled: Scheduled,
        rollout: &Rollout,
        places: core::ops::Range<usize>,
    ) -> UpdateMeasures {
        let rows = places.len();
        let len = rollout.observation_len;
        for (row, at) in self.order[places.clone()].iter().map(|&at| at as usize).enumerate() {
            self.observations[row * len..(row + 1) * len].copy_from_slice(rollout.observation(at));
            self.advantages[row] = rollout.advantages[at];
        }
        if config.normalize_advantage && rows > 1 {
            standardise(&mut self.advantages[..rows]);
        }
        self.policy.forward(&self.observations, rows, &mut self.policy_pass);
        self.value.forward(&self.observations, rows, &mut self.value_pass);
        let mut measures = UpdateMeasures { minibatches: 1.0, ..UpdateMeasures::default() };
        let share = 1.0 / rows as f32;
        let loss = ClippedPolicyLoss {
            clip_range: scheduled.clip_range,
            entropy_coefficient: config.entropy_coefficient as f32,
            weight: share,
        };
        for (row, place) in places.enumerate() {
            let at = self.order[place] as usize;
            self.distribution.set(self.policy_pass.output(row), rollout.mask(at));
            let terms = loss.row(
                &self.distribution,
                rollout.actions[at] as usize,
                rollout.log_probabilities[at],
                self.advantages[row],
                self.policy_pass.output_gradient_mut(row),
            );
            let value = self.value_pass.output(row)[0];
            let (value_loss, slope) = value_loss(config, value, rollout.values[at], rollout.returns[at]);
            self.value_pass.output_gradient_mut(row)[0] = config.value_coefficient as f32 * slope * share;
            measures.policy_loss += f64::from(terms.policy_loss * share);
            measures.entropy += f64::from(terms.entropy * share);
            measures.approximate_kl += f64::from(terms.approximate_kl * share);
            measures.clip_fraction += f64::from(if terms.clipped { share } else { 0.0 });
            measures.value_loss += f64::from(value_loss * share);
        }
        self.policy.backward(&self.observations, &mut self.policy_pass, &mut self.policy_gradient);
        self.value.backward(&self.observations, &mut self.value_pass, &mut self.value_gradient);
        measures
    }

    fn descend(&mut self, config: &PpoConfig, scheduled: Scheduled) {
        let gradients: [&[f32]; 2] = [&self.policy_gradient, &self.value_gradient];
        let (factor, _) = clip_factor(&gradients, config.max_gradient_norm);
        let rate = scheduled.learning_rate;
        self.policy_optimizer.step(rate, self.policy.parameters_mut(), &self.policy_gradient, factor);
        self.value_optimizer.step(rate, self.value.parameters_mut(), &self.value_gradient, factor);
    }

    pub(super) fn save(&self, writer: &mut StateWriter) {
        writer.section("actor and critic");
        writer.f32s(self.policy.parameters());
        writer.f32s(self.value.parameters());
        self.policy_optimizer.save(writer);
        self.value_optimizer.save(writer);
    }

    pub(super) fn load(&mut self, reader: &mut StateReader<'_>) -> Result<(), StateError> {
        reader.section("actor and critic")?;
        reader.f32s_into("number of parameters", self.policy.parameters_mut())?;
        reader.f32s_into("number of parameters", self.value.parameters_mut())?;
        self.policy_optimizer.load(reader)?;
        self.value_optimizer.load(reader)
    }
}

/// Squared error of a value and its derivative; with value clipping, the larger of the plain and the clipped error.
fn value_loss(config: &PpoConfig, value: f32, old_value: f32, target: f32) -> (f32, f32) {
    let plain = value - target;
    if let Some(range) = config.value_clip_range {
        let range = range as f32;
        let clipped = old_value + (value - old_value).clamp(-range, range) - target;
        if clipped * clipped > plain * plain {
            let moves = (value - old_value).abs() < range;
            return (clipped * clipped, if moves { 2.0 * clipped } else { 0.0 });
        }
    }
    (plain * plain, 2.0 * plain)
}

/// Mean 0 and sample deviation 1.
fn standardise(values: &mut [f32]) {
    let count = values.len() as f64;
    let mean = values.iter().map(|&value| f64::from(value)).sum::<f64>() / count;
    let squares: f64 =
        values.iter().map(|&value| (f64::from(value) - mean) * (f64::from(value) - mean)).sum();
    let scale = 1.0 / ((squares / (count - 1.0)).sqrt() + 1e-8);
    for value in values {
        *value = ((f64::from(*value) - mean) * scale) as f32;
    }
}

impl UpdateMeasures {
    fn add(&mut self, other: Self) {
        self.policy_loss += other.policy_loss;
        self.value_loss += other.value_loss;
        self.entropy += other.entropy;
        self.approximate_kl += other.approximate_kl;
        self.clip_fraction += other.clip_fraction;
        self.minibatches += other.minibatches;
    }

    fn means(self) -> Self {
        let share = 1.0 / self.minibatches.max(1.0);
        Self {
            policy_loss: self.policy_loss * share,
            value_loss: self.value_loss * share,
            entropy: self.entropy * share,
            approximate_kl: self.approximate_kl * share,
            clip_fraction: self.clip_fraction * share,
            minibatches: self.minibatches,
        }
    }

    /// Gradient steps (and one refused by the limit of the divergence, if there was one).
    pub(super) fn minibatches(self) -> u64 {
        self.minibatches as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn standardised_values_have_mean_zero_and_deviation_one() {
        let mut values = [1.0, 2.0, 3.0, 10.0];
        standardise(&mut values);
        let mean: f32 = values.iter().sum::<f32>() / 4.0;
        let variance: f32 = values.iter().map(|value| value * value).sum::<f32>() / 3.0;
        assert!(mean.abs() < 1e-6 && (variance - 1.0).abs() < 1e-5);
    }

    #[test]
    fn value_clipping_takes_the_larger_error_and_stops_its_gradient() {
        let mut config = PpoConfig { value_clip_range: Some(0.25), ..PpoConfig::default() };
        // Moved 0.5 towards the target, only 0.25 of it counts: the clipped error is larger, and constant.
        assert_eq!(value_loss(&config, 1.5, 1.0, 2.0), (0.5625, 0.0));
        // Moved away from the target: the plain error is larger.
        assert_eq!(value_loss(&config, 0.5, 1.0, 2.0), (2.25, -3.0));
        config.value_clip_range = None;
        assert_eq!(value_loss(&config, 1.5, 1.0, 2.0), (0.25, -1.0));
    }
}
