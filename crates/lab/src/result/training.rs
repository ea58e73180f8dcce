use serde::{Deserialize, Serialize};

/// One point of the training curve: averages over the episodes since the previous point.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrainingPoint {
    /// Environment steps so far.
    pub timesteps: u64,
    /// Mean undiscounted return of an episode.
    pub episode_return: f64,
    /// Share of bad minutes, where the environment measured it.
    pub slow_minute_ratio: Option<f64>,
    /// Money per episode, where the environment measured it.
    pub episode_cost: Option<f64>,
}

/// How the agent was trained.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrainingRecord {
    /// `ppo` or `dqn`.
    pub agent: String,
    /// Environment steps in all.
    pub timesteps: u64,
    /// Seed of the training.
    pub seed: u64,
    /// The curve, in order of `timesteps`.
    pub curve: Vec<TrainingPoint>,
}
