//! The learners behind one face.

use std::ops::ControlFlow;
use std::sync::Arc;

use podpilot_controller::{ActionScheme, Agent, Controller, FrozenInputs, Policy};
use podpilot_learning::{Dqn, GreedyPolicy, Mlp, Ppo, Progress, StateError, TrainError, TrainOutcome};
use podpilot_random::Seed;

use super::counterfactual::Counterfactual;
use super::course::Course;
use super::environment::ScalingEnvironment;
use super::rehearsal::Settled;
use super::settings::{LearnerSettings, TrainingSettings};
use crate::LabError;

/// How much likelier than another action PPO's base action is at the start (logit).
const BASE_LOGIT: f32 = 1.5;

/// Head start of the base action in DQN's values: enough to break ties in its favour.
const BASE_VALUE: f32 = 0.01;

/// A learner with what it learns from.
#[derive(Debug)]
pub(super) enum Learner {
    Ppo(Box<Ppo<ScalingEnvironment>>),
    Dqn(Box<Dqn<ScalingEnvironment>>),
    Counterfactual(Box<Counterfactual>),
}

impl Learner {
    /// A learner that starts at the base policy: its output layer is zero but for a preference of the base action.
    /// `prototype` is a controller of the base policy, which came to stand as `settled` says.
    pub(super) fn new(
        settings: &TrainingSettings,
        course: &Arc<Course>,
        prototype: &Controller,
        settled: &Settled,
        seed: Seed,
    ) -> Result<Self, TrainError> {
        let base_action = prototype.base_action();
        let environments = || {
            let one = |_| ScalingEnvironment::new(Arc::clone(course), prototype.clone());
            (0..settings.environments).map(one).collect()
        };
        match &settings.learner {
            LearnerSettings::Counterfactual(own) => {
                let (agent, total) = (settings.request.agent, settings.request.timesteps);
                let (course, prototype) = (Arc::clone(course), prototype.clone());
                let learner = Counterfactual::new(agent, own, course, prototype, settled, total, seed);
                Ok(Self::Counterfactual(Box::new(learner)))
            }
            LearnerSettings::Ppo(config) => {
                let mut learner = Ppo::new(config.clone(), environments(), seed)?;
                let start = starting_at(learner.policy_network(), base_action, BASE_LOGIT);
                learner.set_policy_network(start)?;
                Ok(Self::Ppo(Box::new(learner)))
            }
            LearnerSettings::Dqn(config) => {
                let mut learner = Dqn::new(config.clone(), environments(), seed)?;
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
            Self::Counterfactual(learner) => learner.timesteps(),
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
            Self::Counterfactual(learner) => learner.train(steps, observer),
        }
    }

    pub(super) fn save_state(&self) -> Vec<u8> {
        match self {
            Self::Ppo(learner) => learner.save_state(),
            Self::Dqn(learner) => learner.save_state(),
            Self::Counterfactual(learner) => learner.save_state(),
        }
    }

    pub(super) fn load_state(&mut self, state: &[u8]) -> Result<(), StateError> {
        match self {
            Self::Ppo(learner) => learner.load_state(state),
            Self::Dqn(learner) => learner.load_state(state),
            Self::Counterfactual(learner) => learner.load_state(state),
        }
    }

    /// The policy as it runs in production; `frozen` are the inputs that did not vary in training.
    pub(super) fn policy(&self, actions: ActionScheme, frozen: &FrozenInputs) -> Result<Policy, LabError> {
        match self {
            Self::Ppo(learner) => Ok(Policy::Ppo { logits: agent(&learner.policy(), actions, frozen)? }),
            Self::Dqn(learner) => {
                Ok(Policy::Dqn { values: agent(&learner.policy(), actions, frozen)?, margin: 0.0 })
            }
            Self::Counterfactual(learner) => {
                learner.policy().map_err(|error| LabError::Failed(error.to_string()))
            }
        }
    }
}

fn agent(policy: &GreedyPolicy, actions: ActionScheme, frozen: &FrozenInputs) -> Result<Agent, LabError> {
    Agent::new(policy.network().clone(), policy.normalizer().cloned(), frozen.clone(), actions)
        .map_err(|error| LabError::Failed(error.to_string()))
}

pub(super) fn starting_at(network: &Mlp, base_action: usize, preference: f32) -> Mlp {
    let mut start = network.clone();
    start.zero_output_layer();
    start.output_bias_mut()[base_action] = preference;
    start
}
