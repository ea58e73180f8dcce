//! What a training run does, as kept in its directory so that it can be resumed.

use podpilot_controller::{ActionScheme, RewardWeights};
use podpilot_learning::{Activation, DqnConfig, PpoConfig, Schedule};
use serde::{Deserialize, Serialize};

use super::hyperparameters;
use crate::LabError;
use crate::request::{AgentKind, TrainRequest};

/// Settings of the learner.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "agent", rename_all = "snake_case")]
pub(crate) enum LearnerSettings {
    /// Proximal policy optimisation.
    Ppo(PpoConfig),
    /// Deep Q-learning.
    Dqn(DqnConfig),
}

/// Everything that decides a run's outcome besides the scenario.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TrainingSettings {
    /// Format of this file.
    pub(crate) schema: String,
    /// What was asked for.
    pub(crate) request: TrainRequest,
    /// What the agent may do.
    pub(crate) actions: ActionScheme,
    /// What it is paid for.
    pub(crate) reward: RewardWeights,
    /// Environments that run side by side.
    pub(crate) environments: usize,
    /// Decisions in an episode.
    pub(crate) episode_steps: u32,
    /// The learner.
    pub(crate) learner: LearnerSettings,
}

/// The format written and read by this version.
pub(crate) const SETTINGS_SCHEMA: &str = "podpilot/training/v1";

/// Two hours: long enough for holds and the trim to matter, short enough for many different starts.
const EPISODE_STEPS: u32 = 480;

const ENVIRONMENTS: usize = 8;

impl TrainingSettings {
    /// The settings for a request.
    pub(crate) fn for_request(request: &TrainRequest) -> Result<Self, LabError> {
        let mut settings = Self::defaults(request);
        if let Some(path) = &request.hyperparameters {
            settings.learner = hyperparameters::read(path, &settings.learner)?;
        }
        Ok(settings)
    }

    /// The settings for a request before its file of hyper-parameters.
    pub(crate) fn defaults(request: &TrainRequest) -> Self {
        let total_timesteps = request.timesteps;
        let learner = match request.agent {
            AgentKind::Ppo => LearnerSettings::Ppo(ppo(total_timesteps)),
            AgentKind::Dqn => LearnerSettings::Dqn(dqn(total_timesteps)),
        };
        Self {
            schema: SETTINGS_SCHEMA.to_owned(),
            request: request.clone(),
            actions: ActionScheme::Residual,
            reward: RewardWeights::default(),
            environments: ENVIRONMENTS,
            episode_steps: EPISODE_STEPS,
            learner,
        }
    }
}

/// A decision's effect shows within minutes, so the horizon is some 50 decisions; entropy as high as the headroom
/// study found necessary.
fn ppo(total_timesteps: u64) -> PpoConfig {
    PpoConfig {
        total_timesteps,
        rollout_steps: 128,
        batch_size: 256,
        epochs: 6,
        gamma: 0.98,
        gae_lambda: 0.9,
        learning_rate: Schedule::linear_to_zero(1e-3),
        entropy_coefficient: 0.01,
        normalize_observations: true,
        normalize_rewards: true,
        ..PpoConfig::default()
    }
}

fn dqn(total_timesteps: u64) -> DqnConfig {
    DqnConfig {
        total_timesteps,
        hidden: vec![64, 64],
        activation: Activation::Relu,
        learning_rate: Schedule::linear_to_zero(5e-4),
        buffer_size: 100_000,
        learning_starts: 2_000,
        batch_size: 64,
        gamma: 0.98,
        train_every: 1,
        gradient_steps: Some(2),
        target_update_every: 1_000,
        exploration: Schedule::Linear { start: 0.3, end: 0.05, fraction: 0.5 },
        double: true,
        dueling: true,
        n_step: 8,
        policy_averaging: 0.999,
        ..DqnConfig::default()
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::request::LoadChoice;

    /// Settings of a PPO run.
    pub(crate) fn ppo_settings() -> TrainingSettings {
        let load =
            LoadChoice { scenario: "default".to_owned(), trace: None, split: None, peak_replicas: None };
        TrainingSettings::defaults(&TrainRequest {
            load,
            agent: AgentKind::Ppo,
            timesteps: 10_000,
            episodes: 1,
            seed: 1,
            out: "run".into(),
            early_stop: None,
            hyperparameters: None,
        })
    }
}
