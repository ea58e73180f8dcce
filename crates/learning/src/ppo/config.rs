use crate::progress::TrainError;
use crate::{Activation, Schedule};
use serde::{Deserialize, Serialize};

/// Settings of PPO; the defaults are those of Stable-Baselines3.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PpoConfig {
    /// Environment steps of the whole training: the schedules' horizon.
    pub total_timesteps: u64,
    /// Hidden layers of the policy and, separately, of the value network.
    pub hidden: Vec<usize>,
    /// Activation of the hidden layers.
    pub activation: Activation,
    /// Steps of each environment in a rollout.
    pub rollout_steps: usize,
    /// Transitions in a minibatch.
    pub batch_size: usize,
    /// Passes over a rollout.
    pub epochs: usize,
    /// Discount of the reward one step later.
    pub gamma: f64,
    /// λ of generalised advantage estimation.
    pub gae_lambda: f64,
    /// Adam's step size over the training.
    pub learning_rate: Schedule,
    /// Clip range ε of the probability ratio over the training.
    pub clip_range: Schedule,
    /// Clip range of the value's change; `None` = not clipped.
    pub value_clip_range: Option<f64>,
    /// Weight of the entropy bonus.
    pub entropy_coefficient: f64,
    /// Weight of the value loss.
    pub value_coefficient: f64,
    /// Limit of the gradient's norm over both networks.
    pub max_gradient_norm: Option<f32>,
    /// Advantages of a minibatch get mean 0 and deviation 1.
    pub normalize_advantage: bool,
    /// Stops the passes over a rollout once the approximate KL divergence exceeds 1.5 times this.
    pub target_kl: Option<f64>,
    /// Observations are normalised by their running mean and deviation; the statistics are saved with the policy.
    pub normalize_observations: bool,
    /// Rewards are divided by the running deviation of the discounted return.
    pub normalize_rewards: bool,
}

impl Default for PpoConfig {
    fn default() -> Self {
        Self {
            total_timesteps: 100_000,
            hidden: vec![64, 64],
            activation: Activation::Tanh,
            rollout_steps: 2_048,
            batch_size: 64,
            epochs: 10,
            gamma: 0.99,
            gae_lambda: 0.95,
            learning_rate: Schedule::Constant(3e-4),
            clip_range: Schedule::Constant(0.2),
            value_clip_range: None,
            entropy_coefficient: 0.0,
            value_coefficient: 0.5,
            max_gradient_norm: Some(0.5),
            normalize_advantage: true,
            target_kl: None,
            normalize_observations: false,
            normalize_rewards: false,
        }
    }
}

impl PpoConfig {
    /// Refuses settings that cannot be, naming the field.
    pub fn validate(&self) -> Result<(), TrainError> {
        let positive = [
            ("rollout_steps", self.rollout_steps),
            ("batch_size", self.batch_size),
            ("epochs", self.epochs),
            ("total_timesteps", self.total_timesteps as usize),
        ];
        if let Some((field, _)) = positive.into_iter().find(|&(_, value)| value == 0) {
            return Err(TrainError::config(field, "must be at least 1"));
        }
        let ratios = [("gamma", self.gamma), ("gae_lambda", self.gae_lambda)];
        if let Some((field, value)) = ratios.into_iter().find(|(_, value)| !(0.0..=1.0).contains(value)) {
            return Err(TrainError::config(field, format!("{value} is not within 0-1")));
        }
        if self.hidden.contains(&0) {
            return Err(TrainError::config("hidden", "a layer must have at least one unit"));
        }
        Ok(())
    }
}
