use podpilot_learning::{GreedyPolicy, Mlp, RunningNormalizer};

use crate::encoding::STATE_LENGTH;
use crate::forecast::check_shape;
use crate::{ActionScheme, ControllerError, FrozenInputs};

/// An agent's network as it runs: frozen inputs, normaliser, network.
#[derive(Debug, Clone)]
pub struct Agent {
    network: GreedyPolicy,
    frozen: FrozenInputs,
}

impl Agent {
    /// Wraps a network with the agent's state in and one score per action out, and the normaliser of its inputs.
    /// `frozen` are the inputs that did not vary in its training. Errors if the shape does not fit the encoding or the
    /// scheme.
    pub fn new(
        network: Mlp,
        normalizer: Option<RunningNormalizer>,
        frozen: FrozenInputs,
        actions: ActionScheme,
    ) -> Result<Self, ControllerError> {
        check_shape("the agent's network", "inputs", network.shape().inputs, STATE_LENGTH)?;
        check_shape("the agent's network", "outputs", network.shape().outputs, actions.action_count())?;
        if !frozen.fits(STATE_LENGTH) {
            return Err(ControllerError::Setting {
                field: "agent.frozen_inputs",
                value: format!("{:?}", frozen.columns()),
                expected: "finite values of the agent's state",
            });
        }
        Ok(Self { network: GreedyPolicy::new(network, normalizer), frozen })
    }

    /// The network.
    pub fn network(&self) -> &Mlp {
        self.network.network()
    }

    /// Writes a state as the network sees it: frozen inputs at their training value, then normalised.
    pub fn write_input(&self, state: &[f32], input: &mut [f32]) {
        let mut frozen = [0.0; STATE_LENGTH];
        frozen.copy_from_slice(state);
        self.frozen.apply(&mut frozen);
        match self.normalizer() {
            Some(normalizer) => normalizer.normalize(&frozen, input),
            None => input.copy_from_slice(&frozen),
        }
    }

    /// Normaliser of the inputs.
    pub fn normalizer(&self) -> Option<&RunningNormalizer> {
        self.network.normalizer()
    }

    /// Inputs that keep their training value.
    pub fn frozen(&self) -> &FrozenInputs {
        &self.frozen
    }

    /// One score an action for a state as [`crate::Controller::prepare`] gives it.
    pub fn scores(&mut self, state: &[f32; STATE_LENGTH]) -> &[f32] {
        let mut input = *state;
        self.frozen.apply(&mut input);
        self.network.scores(&input)
    }
}

/// Who decides, while signals are good.
#[derive(Debug, Clone)]
#[expect(clippy::large_enum_variant, reason = "a controller has one policy")]
pub enum Policy {
    /// The base policy alone: demand quantile, trim, hold.
    Quantile,
    /// The action of highest value, if it promises to be better than the base action by more than `margin`.
    Dqn {
        /// State in, one value per action out.
        values: Agent,
        /// Least predicted gain, in units of the value.
        margin: f32,
    },
    /// The likeliest action.
    Ppo {
        /// State in, one logit per action out.
        logits: Agent,
    },
    /// PPO proposes its two likeliest actions; DQN takes the second only if it promises to be better than the first by
    /// more than `margin`.
    Hybrid {
        /// State in, one logit per action out.
        logits: Agent,
        /// State in, one value per action out.
        values: Agent,
        /// Least predicted gain, in units of the value.
        margin: f32,
    },
}

impl Policy {
    /// The agent's name in files and tables.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Quantile => "quantile",
            Self::Dqn { .. } => "dqn",
            Self::Ppo { .. } => "ppo",
            Self::Hybrid { .. } => "hybrid",
        }
    }

    /// Picks an allowed action for a state. `None`: the base policy decides, because it is alone or because the network
    /// answered with something that is not a number.
    pub(crate) fn select(
        &mut self,
        state: &[f32; STATE_LENGTH],
        mask: &[bool],
        base_action: usize,
    ) -> Option<usize> {
        match self {
            Self::Quantile => None,
            Self::Dqn { values, margin } => {
                let values = finite(values.scores(state))?;
                let best = best_allowed(values, mask, None)?;
                let base_allowed = mask.get(base_action).copied().unwrap_or(false);
                let stays = base_allowed && values[best] - values[base_action] <= *margin;
                Some(if stays { base_action } else { best })
            }
            Self::Ppo { logits } => best_allowed(finite(logits.scores(state))?, mask, None),
            Self::Hybrid { logits, values, margin } => {
                let logits = finite(logits.scores(state))?;
                let first = best_allowed(logits, mask, None)?;
                let Some(second) = best_allowed(logits, mask, Some(first)) else { return Some(first) };
                let values = finite(values.scores(state))?;
                Some(if values[second] - values[first] > *margin { second } else { first })
            }
        }
    }

    /// Whether every network of the policy answers for this scheme.
    pub(crate) fn check(&self, actions: ActionScheme) -> Result<(), ControllerError> {
        let outputs = |agent: &Agent| {
            let found = agent.network().shape().outputs;
            check_shape("the agent's network", "outputs", found, actions.action_count())
        };
        match self {
            Self::Quantile => Ok(()),
            Self::Dqn { values, margin } => outputs(values).and(check_margin(*margin)),
            Self::Ppo { logits } => outputs(logits),
            Self::Hybrid { logits, values, margin } => {
                outputs(logits).and(outputs(values)).and(check_margin(*margin))
            }
        }
    }
}

fn check_margin(margin: f32) -> Result<(), ControllerError> {
    if margin >= 0.0 && margin.is_finite() {
        return Ok(());
    }
    Err(ControllerError::Setting { field: "policy.margin", value: margin.to_string(), expected: "0 or more" })
}

fn finite(scores: &[f32]) -> Option<&[f32]> {
    scores.iter().all(|score| score.is_finite()).then_some(scores)
}

/// Index of the highest allowed score other than `except`; the first of equals.
fn best_allowed(scores: &[f32], mask: &[bool], except: Option<usize>) -> Option<usize> {
    let mut best: Option<usize> = None;
    for (index, (score, allowed)) in scores.iter().zip(mask).enumerate() {
        let better = best.is_none_or(|best| *score > scores[best]);
        if *allowed && Some(index) != except && better {
            best = Some(index);
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_allowed_score_wins_and_the_first_of_equals() {
        assert_eq!(best_allowed(&[1.0, 3.0, 3.0, 2.0], &[true; 4], None), Some(1));
        assert_eq!(best_allowed(&[1.0, 3.0, 3.0, 2.0], &[true; 4], Some(1)), Some(2));
        assert_eq!(best_allowed(&[1.0, 3.0, 3.0, 2.0], &[true, false, false, true], None), Some(3));
        assert_eq!(best_allowed(&[1.0], &[true], Some(0)), None);
    }
}
