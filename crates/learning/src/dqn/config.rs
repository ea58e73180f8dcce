use crate::loss::ValueLoss;
use crate::progress::TrainError;
use crate::{Activation, Schedule};
use serde::{Deserialize, Serialize};

/// Settings of DQN; the defaults are those of Stable-Baselines3.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DqnConfig {
    /// Environment steps of the whole training: the schedules' horizon.
    pub total_timesteps: u64,
    /// Hidden layers.
    pub hidden: Vec<usize>,
    /// Activation of the hidden layers.
    pub activation: Activation,
    /// Adam's step size over the training.
    pub learning_rate: Schedule,
    /// Transitions kept.
    pub buffer_size: usize,
    /// Environment steps with random actions before learning starts.
    pub learning_starts: u64,
    /// Transitions in a gradient step.
    pub batch_size: usize,
    /// Discount of the reward one step later.
    pub gamma: f64,
    /// Environment steps (of each environment) between bursts of gradient steps.
    pub train_every: u64,
    /// Gradient steps in a burst; `None` = as many as environment steps since the last.
    pub gradient_steps: Option<u32>,
    /// Environment steps between copies to the target network.
    pub target_update_every: u64,
    /// Probability of a random action over the training.
    pub exploration: Schedule,
    /// Limit of the gradient's norm; `None` = unlimited.
    pub max_gradient_norm: Option<f32>,
    /// Loss of the temporal-difference error.
    pub loss: ValueLoss,
    /// Rewards are multiplied by this before they are stored.
    pub reward_scale: f32,
    /// The online network picks the action that the target network values (van Hasselt et al. 2016).
    pub double: bool,
    /// Value and advantage are learned apart (Wang et al. 2016).
    pub dueling: bool,
    /// Rewards summed before the bootstrap (1 = one-step).
    pub n_step: usize,
    /// The policy acts by the running average of the online network over about 1 / (1 − this) gradient steps; 0 = by the
    /// network itself. Training is not affected.
    pub policy_averaging: f64,
    /// Environment steps between reports to the observer.
    pub report_every: u64,
}

impl Default for DqnConfig {
    fn default() -> Self {
        Self {
            total_timesteps: 100_000,
            hidden: vec![64, 64],
            activation: Activation::Relu,
            learning_rate: Schedule::Constant(1e-4),
            buffer_size: 1_000_000,
            learning_starts: 100,
            batch_size: 32,
            gamma: 0.99,
            train_every: 4,
            gradient_steps: Some(1),
            target_update_every: 10_000,
            exploration: Schedule::Linear { start: 1.0, end: 0.05, fraction: 0.1 },
            max_gradient_norm: Some(10.0),
            loss: ValueLoss::Huber,
            reward_scale: 1.0,
            double: false,
            dueling: false,
            n_step: 1,
            policy_averaging: 0.0,
            report_every: 1_000,
        }
    }
}

impl DqnConfig {
    /// Refuses settings that cannot be, naming the field.
    pub fn validate(&self) -> Result<(), TrainError> {
        let positive = [
            ("buffer_size", self.buffer_size as u64),
            ("batch_size", self.batch_size as u64),
            ("train_every", self.train_every),
            ("target_update_every", self.target_update_every),
            ("n_step", self.n_step as u64),
            ("report_every", self.report_every),
            ("total_timesteps", self.total_timesteps),
        ];
        if let Some((field, _)) = positive.into_iter().find(|&(_, value)| value == 0) {
            return Err(TrainError::config(field, "must be at least 1"));
        }
        if !(0.0..=1.0).contains(&self.gamma) {
            return Err(TrainError::config("gamma", format!("{} is not within 0-1", self.gamma)));
        }
        if !(0.0..1.0).contains(&self.policy_averaging) {
            let problem = format!("{} is not within 0 and below 1", self.policy_averaging);
            return Err(TrainError::config("policy_averaging", problem));
        }
        if self.hidden.contains(&0) {
            return Err(TrainError::config("hidden", "a layer must have at least one unit"));
        }
        if !(self.reward_scale.is_finite() && self.reward_scale > 0.0) {
            return Err(TrainError::config("reward_scale", format!("{} is not positive", self.reward_scale)));
        }
        Ok(())
    }
}
