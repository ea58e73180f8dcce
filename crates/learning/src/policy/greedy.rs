use crate::loss::allowed_argmax;
use crate::{Mlp, RunningNormalizer, Workspace};

/// Picks the allowed action with the highest score (Q value or logit). Allocates nothing when it acts.
#[derive(Debug, Clone)]
pub struct GreedyPolicy {
    network: Mlp,
    normalizer: Option<RunningNormalizer>,
    workspace: Workspace,
    input: Vec<f32>,
}

impl GreedyPolicy {
    /// From a network with one output an action.
    pub fn new(network: Mlp, normalizer: Option<RunningNormalizer>) -> Self {
        let workspace = Workspace::new(network.shape(), 1);
        let input = vec![0.0; network.shape().inputs];
        Self { network, normalizer, workspace, input }
    }

    /// The network.
    pub fn network(&self) -> &Mlp {
        &self.network
    }

    /// Normaliser of the observations.
    pub fn normalizer(&self) -> Option<&RunningNormalizer> {
        self.normalizer.as_ref()
    }

    /// Scores of all actions for one observation.
    pub fn scores(&mut self, observation: &[f32]) -> &[f32] {
        match &self.normalizer {
            Some(normalizer) => normalizer.normalize(observation, &mut self.input),
            None => self.input.copy_from_slice(observation),
        }
        self.network.forward_one(&self.input, &mut self.workspace)
    }

    /// The best allowed action (the first of equals); an empty `mask` allows all.
    pub fn act(&mut self, observation: &[f32], mask: &[bool]) -> usize {
        allowed_argmax(self.scores(observation), mask)
    }
}
