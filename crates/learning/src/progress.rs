use crate::state::{StateError, StateReader, StateWriter};
use std::collections::VecDeque;

/// What a trainer tells its observer from time to time.
#[derive(Debug, Clone, Copy)]
pub struct Progress<'a> {
    /// Environment steps done since the training began (over all environments and earlier runs of a resumed one).
    pub timesteps: u64,
    /// Environment steps of the whole training.
    pub total_timesteps: u64,
    /// Named measures, under the names that Stable-Baselines3 logs (`rollout/ep_rew_mean`, `train/loss`, …).
    pub metrics: &'a [(&'static str, f64)],
}

impl Progress<'_> {
    /// The measure with this name, if it is there.
    pub fn metric(&self, name: &str) -> Option<f64> {
        self.metrics.iter().find(|(known, _)| *known == name).map(|&(_, value)| value)
    }
}

/// How a call of `train` ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TrainOutcome {
    /// All steps asked for are done.
    Finished,
    /// The observer asked to stop; the trainer is in a state that can be saved and resumed.
    Stopped,
}

/// Why a trainer refuses its settings or gives up.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum TrainError {
    /// A setting that cannot be.
    #[error("{field}: {problem}")]
    Config {
        /// Name of the setting.
        field: &'static str,
        /// What is wrong with it and what would be right.
        problem: String,
    },
    /// Values left the range that the rewards seen so far could add up to, or are no longer numbers.
    #[error(
        "training diverged at step {timesteps}: {what} is {value:e}, beyond {limit:e}; lower the learning rate or scale the rewards"
    )]
    Diverged {
        /// Environment steps done.
        timesteps: u64,
        /// What left its range.
        what: &'static str,
        /// Its value.
        value: f64,
        /// The limit.
        limit: f64,
    },
}

impl TrainError {
    pub(crate) fn config(field: &'static str, problem: impl Into<String>) -> Self {
        Self::Config { field, problem: problem.into() }
    }
}

/// Returns and lengths of the last episodes, for progress reports.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct EpisodeStatistics {
    returns: VecDeque<f64>,
    lengths: VecDeque<f64>,
}

impl EpisodeStatistics {
    const WINDOW: usize = 100;

    pub(crate) fn add(&mut self, episode_return: f64, length: u64) {
        if self.returns.len() == Self::WINDOW {
            self.returns.pop_front();
            self.lengths.pop_front();
        }
        self.returns.push_back(episode_return);
        self.lengths.push_back(length as f64);
    }

    /// Mean return and mean length, once an episode has ended.
    pub(crate) fn metrics(&self) -> impl Iterator<Item = (&'static str, f64)> {
        let count = self.returns.len() as f64;
        let mean = |values: &VecDeque<f64>| values.iter().sum::<f64>() / count;
        let means =
            [("rollout/ep_rew_mean", mean(&self.returns)), ("rollout/ep_len_mean", mean(&self.lengths))];
        means.into_iter().filter(move |_| count > 0.0)
    }

    pub(crate) fn save(&self, writer: &mut StateWriter) {
        writer.f64s(&self.returns.iter().copied().collect::<Vec<_>>());
        writer.f64s(&self.lengths.iter().copied().collect::<Vec<_>>());
    }

    pub(crate) fn load(&mut self, reader: &mut StateReader<'_>) -> Result<(), StateError> {
        self.returns = reader.f64s()?.into();
        self.lengths = reader.f64s()?.into();
        Ok(())
    }
}
