//! The two learners behind one face.

use std::ops::ControlFlow;

use podpilot_controller::{ActionScheme, Agent, FrozenInputs, Policy};
use podpilot_learning::{Dqn, GreedyPolicy, Mlp, Ppo, Progress, StateError, TrainError, TrainOutcome};
use podpilot_random::Seed;

use super::environment::ScalingEnvironment;
use super::settings::LearnerSettings;
use crate::LabError;

/// How much likelier than another action PPO's base action is at the start (logit).
const BASE_LOGIT: f32 = 1.5;

/// Head start of the base action in DQN's values: enough to break ties in its favour.
const BASE_VALUE: f32 = 0.01;

/// A learner with its environments.
#[derive(Debug)]
pub(super) enum Learner {
    Ppo(Box<Ppo<ScalingEnvironment>>),
    Dqn(Box<Dqn<ScalingEnvironment>>),
}

impl Learner {
    /// A learner that starts at the base policy: its output layer is zero but for a preference of `base_action`.
    pub(super) fn new(
        settings: &LearnerSettings,
        environments: Vec<ScalingEnvironment>,
        base_action: usize,
        seed: Seed,
    ) -> Result<Self, TrainError> {
        match settings {
            LearnerSettings::Ppo(config) => {
                let mut learner = Ppo::new(config.clone(), environments, seed)?;
                let start = starting_at(learner.policy_network(), base_action, BASE_LOGIT);
                learner.set_policy_network(start)?;
                Ok(Self::Ppo(Box::new(learner)))
            }
            LearnerSettings::Dqn(config) => {
                let mut learner = Dqn::new(config.clone(), environments, seed)?;
                let start = starting_at(&learner.q_network(), base_action, BASE_VALUE);
                learner.set_q_network(&start)?;
                Ok(Self::Dqn(Box::new(learner)))
            }
        }
    }

    pub(super) fn timesteps(&self) -> u64 {
        match self {
            Self::Ppo(learner) => learner.timesteps(),
            Self::Dqn(learner) => learner.timesteps(),
        }
    }

    pub(super) fn train(
        &mut self,
        steps: u64,
        observer: &mut impl FnMut(&Progress<'_>) -> ControlFlow<()>,
    ) -> Result<TrainOutcome, TrainError> {
        match self {
            Self::Ppo(learner) => learner.train(steps, observer),
            Self::Dqn(learner) => learner.train(steps, observer),
        }
    }

    pub(super) fn save_state(&self) -> Vec<u8> {
        match self {
            Self::Ppo(learner) => learner.save_state(),
            Self::Dqn(learner) => learner.save_state(),
        }
    }

    pub(super) fn load_state(&mut self, state: &[u8]) -> Result<(), StateError> {
        match self {
            Self::Ppo(learner) => learner.load_state(state),
            Self::Dqn(learner) => learner.load_state(state),
        }
    }

    /// The policy as it runs in production; `frozen` are the inputs that did not vary in training.
    pub(super) fn policy(&self, actions: ActionScheme, frozen: &FrozenInputs) -> Result<Policy, LabError> {
        match self {
            Self::Ppo(learner) => Ok(Policy::Ppo { logits: agent(&learner.policy(), actions, frozen)? }),
            Self::Dqn(learner) => {
                Ok(Policy::Dqn { values: agent(&learner.policy(), actions, frozen)?, margin: 0.0 })
            }
        }
    }
}

fn agent(policy: &GreedyPolicy, actions: ActionScheme, frozen: &FrozenInputs) -> Result<Agent, LabError> {
    Agent::new(policy.network().clone(), policy.normalizer().cloned(), frozen.clone(), actions)
        .map_err(|error| LabError::Failed(error.to_string()))
}

fn starting_at(network: &Mlp, base_action: usize, preference: f32) -> Mlp {
    let mut start = network.clone();
    start.zero_output_layer();
    start.output_bias_mut()[base_action] = preference;
    start
}
