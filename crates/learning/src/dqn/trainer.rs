use super::DqnConfig;
use crate::{Environment, GreedyPolicy, Mlp, Progress, StateError, TrainError, TrainOutcome};
use core::ops::ControlFlow;
use podpilot_random::Seed;

/// The trainer: owns its environments, networks and random streams.
#[derive(Debug)]
pub struct Dqn<E> {
    config: DqnConfig,
    environments: Vec<E>,
}

impl<E: Environment> Dqn<E> {
    /// A trainer over one or more environments of equal sizes.
    pub fn new(config: DqnConfig, environments: Vec<E>, _seed: Seed) -> Result<Self, TrainError> {
        Ok(Self { config, environments })
    }

    /// The q network.
    pub fn q_network(&self) -> &Mlp {
        let _ = (&self.config, &self.environments);
        unimplemented!()
    }

    /// Starts from a given q network, such as a clone; call before training.
    pub fn set_q_network(&mut self, _network: Mlp) -> Result<(), TrainError> {
        unimplemented!()
    }

    /// Environment steps done.
    pub fn timesteps(&self) -> u64 {
        unimplemented!()
    }

    /// Trains for `steps` environment steps more, reporting from time to time.
    pub fn train(
        &mut self,
        _steps: u64,
        _observer: &mut impl FnMut(&Progress<'_>) -> ControlFlow<()>,
    ) -> Result<TrainOutcome, TrainError> {
        unimplemented!()
    }

    /// The policy learned so far, acting greedily.
    pub fn policy(&self) -> GreedyPolicy {
        unimplemented!()
    }

    /// All that is needed to go on bit for bit.
    pub fn save_state(&self) -> Vec<u8> {
        unimplemented!()
    }

    /// Restores [`Self::save_state`] into a trainer made with the same settings and environments.
    pub fn load_state(&mut self, _state: &[u8]) -> Result<(), StateError> {
        unimplemented!()
    }
}
