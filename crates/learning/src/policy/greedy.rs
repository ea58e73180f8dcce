use crate::{Mlp, RunningNormalizer};

/// Picks the allowed action with the highest score (Q value or logit). Allocates nothing when it acts.
#[derive(Debug, Clone)]
pub struct GreedyPolicy {
    network: Mlp,
    normalizer: Option<RunningNormalizer>,
}

impl GreedyPolicy {
    /// From a network with one output an action.
    pub fn new(network: Mlp, normalizer: Option<RunningNormalizer>) -> Self {
        Self { network, normalizer }
    }

    /// The network.
    pub fn network(&self) -> &Mlp {
        &self.network
    }

    /// Scores of all actions for one observation.
    pub fn scores(&mut self, _observation: &[f32]) -> &[f32] {
        let _ = &self.normalizer;
        unimplemented!()
    }

    /// The best allowed action (the first of equals); `mask` empty = all allowed.
    pub fn act(&mut self, _observation: &[f32], _mask: &[bool]) -> usize {
        unimplemented!()
    }
}
