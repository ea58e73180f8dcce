/// Who decides.
#[derive(Debug, Clone)]
pub enum Policy {
    /// The base policy alone: demand quantile, trim, hold.
    Quantile,
    /// Greedy on action values: leaves the base action only for a predicted gain above `margin`.
    Dqn {
        /// State in, one value per action out.
        network: crate::forecast::podpilot_learning_mlp::Mlp,
        /// Least predicted gain.
        margin: f32,
    },
    /// The likeliest action.
    Ppo {
        /// State in, one logit per action out.
        network: crate::forecast::podpilot_learning_mlp::Mlp,
    },
}
