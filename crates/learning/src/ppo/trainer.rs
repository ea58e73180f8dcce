use super::advantage::AdvantageEstimation;
use super::rollout::Rollout;
use super::update::{ActorCritic, Scheduled, UpdateMeasures};
use super::{PpoConfig, scaling::RewardScaling};
use crate::environments::Environments;
use crate::loss::Categorical;
use crate::state::{StateReader, StateWriter, expect_equal};
use crate::{
    End, Environment, GreedyPolicy, Mlp, Progress, RunningNormalizer, StateError, TrainError, TrainOutcome,
    Workspace,
};
use core::ops::ControlFlow;
use podpilot_random::{Seed, Stream};

/// The trainer: owns its environments, networks, normalisers and random streams.
#[derive(Debug)]
pub struct Ppo<E> {
    config: PpoConfig,
    environments: Environments<E>,
    networks: ActorCritic,
    rollout: Rollout,
    normalizer: Option<RunningNormalizer>,
    scaling: Option<RewardScaling>,
    policy_pass: Workspace,
    value_pass: Workspace,
    /// Present observations as the networks see them.
    inputs: Vec<f32>,
    /// Last observation of a truncated episode as the networks see it.
    last_input: Vec<f32>,
    last_pass: Workspace,
    /// Values of the observations after the rollout.
    last_values: Vec<f32>,
    distribution: Categorical,
    acting: Stream,
    shuffling: Stream,
    timesteps: u64,
    updates: u64,
}

impl<E: Environment> Ppo<E> {
    /// A trainer over one or more environments of equal sizes.
    pub fn new(config: PpoConfig, environments: Vec<E>, seed: Seed) -> Result<Self, TrainError> {
        config.validate()?;
        let environments = Environments::new(environments, seed)?;
        let (inputs, actions) = (environments.observation_len(), environments.action_count());
        let count = environments.count();
        let len = config.rollout_steps * count;
        let networks = ActorCritic::new(&config, (inputs, actions), len, seed);
        let mut trainer = Self {
            rollout: Rollout::new(len, inputs, environments.mask_len()),
            normalizer: config.normalize_observations.then(|| RunningNormalizer::new(inputs)),
            scaling: config.normalize_rewards.then(|| RewardScaling::new(count, config.gamma)),
            policy_pass: Workspace::new(networks.policy.shape(), count),
            value_pass: Workspace::new(networks.value.shape(), count),
            inputs: vec![0.0; count * inputs],
            last_input: vec![0.0; inputs],
            last_pass: Workspace::new(networks.value.shape(), 1),
            last_values: vec![0.0; count],
            distribution: Categorical::new(actions),
            networks,
            environments,
            config,
            acting: seed.named("actions").stream(),
            shuffling: seed.named("minibatches").stream(),
            timesteps: 0,
            updates: 0,
        };
        trainer.take_up_observations();
        Ok(trainer)
    }

    /// The policy network: one logit an action.
    pub fn policy_network(&self) -> &Mlp {
        &self.networks.policy
    }

    /// The value network.
    pub fn value_network(&self) -> &Mlp {
        &self.networks.value
    }

    /// Normaliser of the observations, where the settings ask for one.
    pub fn normalizer(&self) -> Option<&RunningNormalizer> {
        self.normalizer.as_ref()
    }

    /// Starts from a given policy network, such as a clone; call before training.
    pub fn set_policy_network(&mut self, network: Mlp) -> Result<(), TrainError> {
        replace_network(&mut self.networks.policy, network)
    }

    /// Environment steps done.
    pub fn timesteps(&self) -> u64 {
        self.timesteps
    }

    /// The settings.
    pub fn config(&self) -> &PpoConfig {
        &self.config
    }

    /// The policy learned so far, acting greedily, with the present normaliser.
    pub fn policy(&self) -> GreedyPolicy {
        GreedyPolicy::new(self.networks.policy.clone(), self.normalizer.clone())
    }

    /// Trains for at least `steps` environment steps more, in whole rollouts, reporting after each. Stopped and continued,
    /// it does the same as in one go.
    pub fn train(
        &mut self,
        steps: u64,
        observer: &mut impl FnMut(&Progress<'_>) -> ControlFlow<()>,
    ) -> Result<TrainOutcome, TrainError> {
        let end = self.timesteps + steps;
        while self.timesteps < end {
            self.collect();
            let progress = self.timesteps as f64 / self.config.total_timesteps as f64;
            let scheduled = Scheduled {
                learning_rate: self.config.learning_rate.at(progress),
                clip_range: self.config.clip_range.at(progress) as f32,
            };
            let measures = self.networks.update(&self.config, scheduled, &self.rollout, &mut self.shuffling);
            self.updates += measures.minibatches();
            self.refuse_explosion(measures)?;
            if self.report(scheduled, measures, observer).is_break() {
                return Ok(TrainOutcome::Stopped);
            }
        }
        Ok(TrainOutcome::Finished)
    }

    /// Fills the rollout and estimates its advantages.
    fn collect(&mut self) {
        let count = self.environments.count();
        for step in 0..self.config.rollout_steps {
            let begin = step * count;
            self.forward_all(begin);
            for index in 0..count {
                self.act(index, begin + index);
            }
            self.take_up_observations();
            self.timesteps += count as u64;
        }
        self.networks.value.forward(&self.inputs, count, &mut self.value_pass);
        for (index, last) in self.last_values.iter_mut().enumerate() {
            *last = self.value_pass.output(index)[0];
        }
        let (gamma, lambda) = (self.config.gamma, self.config.gae_lambda);
        self.rollout.estimate_advantages(AdvantageEstimation { gamma, lambda }, &self.last_values);
    }

    /// Logits and values of all present observations, which go into the rollout.
    fn forward_all(&mut self, begin: usize) {
        let count = self.environments.count();
        self.networks.policy.forward(&self.inputs, count, &mut self.policy_pass);
        self.networks.value.forward(&self.inputs, count, &mut self.value_pass);
        let at = begin * self.rollout.observation_len;
        self.rollout.observations[at..at + self.inputs.len()].copy_from_slice(&self.inputs);
        let at = begin * self.rollout.mask_len;
        let masks = self.environments.masks();
        self.rollout.masks[at..at + masks.len()].copy_from_slice(masks);
    }

    /// One step of one environment into slot `at` of the rollout.
    fn act(&mut self, index: usize, at: usize) {
        self.distribution.set(self.policy_pass.output(index), self.environments.mask(index));
        let action = self.distribution.sample(&mut self.acting);
        let step = self.environments.step(index, action);
        let mut reward = step.reward;
        if let Some(scaling) = &mut self.scaling {
            reward = scaling.scale(index, reward, step.end.is_some());
        }
        if step.end == Some(End::Truncated) {
            reward += self.config.gamma as f32 * self.last_value();
        }
        self.rollout.actions[at] = action as u32;
        self.rollout.log_probabilities[at] = self.distribution.log_probability(action);
        self.rollout.values[at] = self.value_pass.output(index)[0];
        self.rollout.rewards[at] = reward;
        self.rollout.ended[at] = step.end.is_some();
    }

    /// Value of the observation that a truncated episode ended with.
    fn last_value(&mut self) -> f32 {
        let last = self.environments.last_observation();
        match &self.normalizer {
            Some(normalizer) => normalizer.normalize(last, &mut self.last_input),
            None => self.last_input.copy_from_slice(last),
        }
        self.networks.value.forward_one(&self.last_input, &mut self.last_pass)[0]
    }

    /// Normalises the present observations, updating the statistics.
    fn take_up_observations(&mut self) {
        let observations = self.environments.observations();
        match &mut self.normalizer {
            Some(normalizer) => {
                normalizer.update(observations);
                normalizer.normalize(observations, &mut self.inputs);
            }
            None => self.inputs.copy_from_slice(observations),
        }
    }

    fn refuse_explosion(&self, measures: UpdateMeasures) -> Result<(), TrainError> {
        let value = measures.policy_loss + measures.value_loss;
        if value.is_finite() {
            return Ok(());
        }
        Err(TrainError::Diverged { timesteps: self.timesteps, what: "the loss", value, limit: f64::MAX })
    }

    fn report(
        &self,
        scheduled: Scheduled,
        measures: UpdateMeasures,
        observer: &mut impl FnMut(&Progress<'_>) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        let mut metrics: Vec<(&'static str, f64)> = self.environments.statistics.metrics().collect();
        let loss = measures.policy_loss - self.config.entropy_coefficient * measures.entropy
            + self.config.value_coefficient * measures.value_loss;
        metrics.extend([
            ("train/loss", loss),
            ("train/policy_gradient_loss", measures.policy_loss),
            ("train/value_loss", measures.value_loss),
            ("train/entropy_loss", -measures.entropy),
            ("train/approx_kl", measures.approximate_kl),
            ("train/clip_fraction", measures.clip_fraction),
            ("train/clip_range", f64::from(scheduled.clip_range)),
            ("train/explained_variance", self.rollout.explained_variance()),
            ("train/learning_rate", scheduled.learning_rate),
            ("train/n_updates", self.updates as f64),
        ]);
        let total_timesteps = self.config.total_timesteps;
        observer(&Progress { timesteps: self.timesteps, total_timesteps, metrics: &metrics })
    }

    /// All that is needed to go on bit for bit: networks, optimisers, normalisers, random streams, and the environments'
    /// states where they offer them.
    pub fn save_state(&self) -> Vec<u8> {
        let mut writer = StateWriter::new();
        writer.section("podpilot ppo state 1");
        writer.u64(self.timesteps);
        writer.u64(self.updates);
        writer.stream(&self.acting);
        writer.stream(&self.shuffling);
        self.networks.save(&mut writer);
        writer.bool(self.normalizer.is_some());
        if let Some(normalizer) = &self.normalizer {
            normalizer.save(&mut writer);
        }
        writer.bool(self.scaling.is_some());
        if let Some(scaling) = &self.scaling {
            scaling.save(&mut writer);
        }
        writer.f32s(&self.inputs);
        self.environments.save(&mut writer);
        writer.into_bytes()
    }

    /// Restores [`Self::save_state`] into a trainer made with the same settings and environments. After an error the
    /// trainer must not be used.
    pub fn load_state(&mut self, state: &[u8]) -> Result<(), StateError> {
        let mut reader = StateReader::new(state);
        reader.section("podpilot ppo state 1")?;
        self.timesteps = reader.u64()?;
        self.updates = reader.u64()?;
        self.acting = reader.stream()?;
        self.shuffling = reader.stream()?;
        self.networks.load(&mut reader)?;
        expect_equal("observation normalisation", reader.bool()?, self.normalizer.is_some())?;
        if let Some(normalizer) = &mut self.normalizer {
            normalizer.load(&mut reader)?;
        }
        expect_equal("reward normalisation", reader.bool()?, self.scaling.is_some())?;
        if let Some(scaling) = &mut self.scaling {
            scaling.load(&mut reader)?;
        }
        reader.f32s_into("observation length", &mut self.inputs)?;
        if !self.environments.load(&mut reader)?.is_empty() {
            self.take_up_observations();
        }
        reader.finish()
    }
}

fn replace_network(own: &mut Mlp, network: Mlp) -> Result<(), TrainError> {
    if own.shape() != network.shape() {
        let problem = format!("{:?} does not fit this trainer's {:?}", network.shape(), own.shape());
        return Err(TrainError::config("network", problem));
    }
    *own = network;
    Ok(())
}
