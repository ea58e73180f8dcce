use super::DqnConfig;
use super::update::{Learner, UpdateMeasures};
use super::value_network::ValueNetwork;
use crate::environments::Environments;
use crate::loss::allowed_argmax;
use crate::replay::{NStepQueue, ReplayBuffer, Transition};
use crate::state::{StateReader, StateWriter, expect_equal};
use crate::{Environment, GreedyPolicy, Mlp, Progress, StateError, TrainError, TrainOutcome, Workspace};
use core::ops::ControlFlow;
use podpilot_random::{Seed, Stream};

/// Targets beyond this multiple of the largest return that the rewards seen so far could add up to are an explosion.
const EXPLOSION_FACTOR: f64 = 100.0;

/// The trainer: owns its environments, networks, replay and random streams.
#[derive(Debug)]
pub struct Dqn<E> {
    config: DqnConfig,
    environments: Environments<E>,
    buffer: ReplayBuffer,
    queues: Vec<NStepQueue>,
    learner: Learner,
    acting: Workspace,
    actions: Vec<usize>,
    observation: Vec<f32>,
    exploring: Stream,
    sampling: Stream,
    timesteps: u64,
    steps_at_last_burst: u64,
    updates: u64,
    largest_reward: f64,
    measures: UpdateMeasures,
}

impl<E: Environment> Dqn<E> {
    /// A trainer over one or more environments of equal sizes.
    pub fn new(config: DqnConfig, environments: Vec<E>, seed: Seed) -> Result<Self, TrainError> {
        config.validate()?;
        let environments = Environments::new(environments, seed)?;
        let (inputs, actions) = (environments.observation_len(), environments.action_count());
        let count = environments.count();
        let buffer = ReplayBuffer::new(config.buffer_size, inputs, environments.mask_len());
        let network = ValueNetwork::new(
            (inputs, actions),
            &config.hidden,
            config.activation,
            config.dueling,
            seed.named("q"),
        );
        let acting = Workspace::new(network.mlp.shape(), count);
        Ok(Self {
            queues: vec![NStepQueue::new(config.n_step, config.gamma, inputs); count],
            learner: Learner::new(&config, network, &buffer, environments.mask_len()),
            acting,
            buffer,
            actions: vec![0; count],
            observation: vec![0.0; inputs],
            environments,
            config,
            exploring: seed.named("exploration").stream(),
            sampling: seed.named("replay").stream(),
            timesteps: 0,
            steps_at_last_burst: 0,
            updates: 0,
            largest_reward: 0.0,
            measures: UpdateMeasures::default(),
        })
    }

    /// The network of action values that the learned policy acts by, one output an action (a dueling network is folded into
    /// that form).
    pub fn q_network(&self) -> Mlp {
        self.learner.acting().folded()
    }

    /// Starts from a given network of action values with the sizes of [`Self::q_network`], such as a clone; call before
    /// training.
    pub fn set_q_network(&mut self, network: &Mlp) -> Result<(), TrainError> {
        if !self.learner.online.set_folded(network) {
            let problem = format!("{:?} does not fit this trainer", network.shape());
            return Err(TrainError::config("network", problem));
        }
        self.learner.reset_target();
        Ok(())
    }

    /// Environment steps done.
    pub fn timesteps(&self) -> u64 {
        self.timesteps
    }

    /// The settings.
    pub fn config(&self) -> &DqnConfig {
        &self.config
    }

    /// The policy learned so far, acting greedily.
    pub fn policy(&self) -> GreedyPolicy {
        GreedyPolicy::new(self.q_network(), None)
    }

    /// The policy of the network as the last gradient step left it, where [`DqnConfig::policy_averaging`] would average it.
    pub fn last_policy(&self) -> GreedyPolicy {
        GreedyPolicy::new(self.learner.online.folded(), None)
    }

    /// Trains for at least `steps` environment steps more (whole rounds over all environments), reporting each
    /// `report_every` steps. Stopped and continued, it does the same as in one go.
    pub fn train(
        &mut self,
        steps: u64,
        observer: &mut impl FnMut(&Progress<'_>) -> ControlFlow<()>,
    ) -> Result<TrainOutcome, TrainError> {
        let end = self.timesteps + steps;
        while self.timesteps < end {
            let before = self.timesteps;
            self.act_in_all();
            if passed(before, self.timesteps, self.config.target_update_every) {
                self.learner.update_target();
            }
            let round = self.config.train_every * self.environments.count() as u64;
            if self.timesteps.is_multiple_of(round) && self.timesteps > self.config.learning_starts {
                self.learn()?;
            }
            if passed(before, self.timesteps, self.config.report_every) && self.report(observer).is_break() {
                return Ok(TrainOutcome::Stopped);
            }
        }
        Ok(TrainOutcome::Finished)
    }

    fn progress(&self) -> f64 {
        self.timesteps as f64 / self.config.total_timesteps as f64
    }

    /// One step of each environment.
    fn act_in_all(&mut self) {
        let epsilon = self.config.exploration.at(self.progress());
        self.choose_actions(epsilon);
        for index in 0..self.environments.count() {
            let action = self.actions[index];
            self.observation.copy_from_slice(self.environments.observation(index));
            let step = self.environments.step(index, action);
            let reward = step.reward * self.config.reward_scale;
            self.largest_reward = self.largest_reward.max(f64::from(reward.abs()));
            let transition = Transition {
                observation: &self.observation,
                action,
                reward,
                discount: 0.0,
                next_observation: self.environments.last_observation(),
                next_mask: self.environments.last_mask(),
            };
            self.queues[index].push(&transition, step.end, &mut self.buffer);
        }
        self.timesteps += self.environments.count() as u64;
    }

    /// Random with probability `epsilon` (always before learning starts), otherwise the best, among allowed actions.
    fn choose_actions(&mut self, epsilon: f64) {
        const GREEDY: usize = usize::MAX;
        let warming_up = self.timesteps < self.config.learning_starts;
        for (index, action) in self.actions.iter_mut().enumerate() {
            let random = warming_up || self.exploring.uniform() < epsilon;
            *action = if random {
                random_action(
                    self.environments.mask(index),
                    self.environments.action_count(),
                    &mut self.exploring,
                )
            } else {
                GREEDY
            };
        }
        if !self.actions.contains(&GREEDY) {
            return;
        }
        let online = &self.learner.online;
        online.mlp.forward(self.environments.observations(), self.actions.len(), &mut self.acting);
        for (index, action) in self.actions.iter_mut().enumerate().filter(|(_, action)| **action == GREEDY) {
            *action = allowed_argmax(online.scores(&self.acting, index), self.environments.mask(index));
        }
    }

    /// A burst of gradient steps.
    fn learn(&mut self) -> Result<(), TrainError> {
        let since = self.timesteps - self.steps_at_last_burst;
        self.steps_at_last_burst = self.timesteps;
        if self.buffer.is_empty() {
            return Ok(());
        }
        let learning_rate = self.config.learning_rate.at(self.progress());
        for _ in 0..self.config.gradient_steps.map_or(since, u64::from) {
            self.measures = self.learner.step(&self.config, learning_rate, &self.buffer, &mut self.sampling);
            self.updates += 1;
        }
        self.refuse_explosion()
    }

    fn refuse_explosion(&self) -> Result<(), TrainError> {
        let horizon = 1.0 / (1.0 - self.config.gamma);
        let limit = EXPLOSION_FACTOR * self.largest_reward.max(1.0) * horizon;
        let value = self.measures.largest_target;
        if value <= limit && self.measures.loss.is_finite() {
            return Ok(());
        }
        Err(TrainError::Diverged { timesteps: self.timesteps, what: "the value of an action", value, limit })
    }

    fn report(&self, observer: &mut impl FnMut(&Progress<'_>) -> ControlFlow<()>) -> ControlFlow<()> {
        let mut metrics: Vec<(&'static str, f64)> = self.environments.statistics.metrics().collect();
        metrics.push(("rollout/exploration_rate", self.config.exploration.at(self.progress())));
        if self.updates > 0 {
            metrics.extend([
                ("train/loss", self.measures.loss),
                ("train/mean_q", self.measures.mean_q),
                ("train/learning_rate", self.config.learning_rate.at(self.progress())),
                ("train/n_updates", self.updates as f64),
            ]);
        }
        let total_timesteps = self.config.total_timesteps;
        observer(&Progress { timesteps: self.timesteps, total_timesteps, metrics: &metrics })
    }

    /// All that is needed to go on bit for bit: networks, optimiser, replay, random streams, and the environments' states
    /// where they offer them.
    pub fn save_state(&self) -> Vec<u8> {
        let mut writer = StateWriter::new();
        writer.section("podpilot dqn state 1");
        writer.u64(self.timesteps);
        writer.u64(self.steps_at_last_burst);
        writer.u64(self.updates);
        writer.f64(self.largest_reward);
        writer.f64s(&[self.measures.loss, self.measures.mean_q, self.measures.largest_target]);
        writer.stream(&self.exploring);
        writer.stream(&self.sampling);
        self.learner.save(&mut writer);
        self.buffer.save(&mut writer);
        self.queues.iter().for_each(|queue| queue.save(&mut writer));
        self.environments.save(&mut writer);
        writer.into_bytes()
    }

    /// Restores [`Self::save_state`] into a trainer made with the same settings and environments. After an error the
    /// trainer must not be used.
    pub fn load_state(&mut self, state: &[u8]) -> Result<(), StateError> {
        let mut reader = StateReader::new(state);
        reader.section("podpilot dqn state 1")?;
        self.timesteps = reader.u64()?;
        self.steps_at_last_burst = reader.u64()?;
        self.updates = reader.u64()?;
        self.largest_reward = reader.f64()?;
        let measures = reader.f64s()?;
        expect_equal("number of measures", measures.len(), 3)?;
        let [loss, mean_q, largest_target] = [measures[0], measures[1], measures[2]];
        self.measures = UpdateMeasures { loss, mean_q, largest_target };
        self.exploring = reader.stream()?;
        self.sampling = reader.stream()?;
        self.learner.load(&mut reader)?;
        self.buffer.load(&mut reader)?;
        for queue in &mut self.queues {
            queue.load(&mut reader)?;
        }
        for index in self.environments.load(&mut reader)? {
            self.queues[index].clear();
        }
        reader.finish()
    }
}

/// Whether a multiple of `period` lies in (`before`, `now`].
fn passed(before: u64, now: u64, period: u64) -> bool {
    before / period != now / period
}

/// An allowed action, each with equal probability; an empty mask allows all `count`.
fn random_action(mask: &[bool], count: usize, stream: &mut Stream) -> usize {
    if mask.is_empty() {
        return stream.below(count);
    }
    let allowed = || mask.iter().enumerate().filter(|&(_, &allowed)| allowed).map(|(action, _)| action);
    let drawn = stream.below(allowed().count().max(1));
    allowed().nth(drawn).unwrap_or(0)
}
