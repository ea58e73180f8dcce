use super::PpoConfig;
use crate::{Environment, GreedyPolicy, Mlp, Progress, StateError, TrainError, TrainOutcome};
use core::ops::ControlFlow;
use podpilot_random::Seed;

/// The trainer: owns its environments, networks and random streams.
#[derive(Debug)]
pub struct Ppo<E> {
    config: PpoConfig,
    environments: Vec<E>,
}

impl<E: Environment> Ppo<E> {
    /// A trainer over one or more environments of equal sizes.
    pub fn new(config: PpoConfig, environments: Vec<E>, _seed: Seed) -> Result<Self, TrainError> {
        Ok(Self { config, environments })
    }

    /// The policy network.
    pub fn policy_network(&self) -> &Mlp {
        let _ = (&self.config, &self.environments);
        unimplemented!()
    }

    /// Starts from a given policy network, such as a clone; call before training.
    pub fn set_policy_network(&mut self, _network: Mlp) -> Result<(), TrainError> {
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
