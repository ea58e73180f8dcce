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
