use serde::{Deserialize, Serialize};

use crate::number::{signed_percent, signed_points};

/// One point of the training curve: averages over the episodes since the previous point.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrainingPoint {
    /// Environment steps so far.
    pub timesteps: u64,
    /// Mean undiscounted return of an episode; of a branch where an agent learns from the outcomes of all actions.
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
    /// `ppo`, `dqn` or `hybrid`.
    pub agent: String,
    /// Environment steps in all.
    pub timesteps: u64,
    /// Seed of the training.
    pub seed: u64,
    /// The curve, in order of `timesteps`.
    pub curve: Vec<TrainingPoint>,
    /// How it was judged before it was let in; results of older versions have none.
    #[serde(default)]
    pub admission: Option<Admission>,
}

/// How an agent compares with the demand-quantile controller on the end of the train part, where it did not learn.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Admission {
    /// Whether it earned more; if not, `quantile` decides in its place.
    pub admitted: bool,
    /// Reward beyond that of `quantile`, as a share of what the pods of `quantile` cost.
    pub gain: f64,
    /// Cost over that of `quantile`, minus one.
    pub relative_cost: f64,
    /// Share of bad minutes minus that of `quantile`.
    pub bad_minutes_difference: f64,
    /// Length of the part it was judged on, hours.
    pub hours: f64,
    /// Repetitions of it with fresh noise.
    pub noise_seeds: u32,
}

impl Admission {
    /// The verdict in a sentence.
    pub fn sentence(&self, agent: &str) -> String {
        let Self { hours, noise_seeds, .. } = self;
        let (cost, bad) = (signed_percent(self.relative_cost), signed_points(self.bad_minutes_difference));
        let verdict = if self.admitted {
            format!("{agent} was admitted")
        } else {
            format!("{agent} was not admitted and quantile decides in its place")
        };
        format!(
            "{verdict}: on {hours:.0} h of the train part that were held out, {noise_seeds} times with fresh noise, it earned \
             {} of the cost of quantile (cost {cost}, bad minutes {bad})",
            signed_percent(self.gain),
        )
    }
}
