use crate::state::StateError;
use podpilot_random::Seed;

/// Why an episode is over. Learners bootstrap the value of the last observation after a truncation, never after a
/// termination: an autoscaler's episodes are always truncated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// The task reached a state after which there is no further reward.
    Terminated,
    /// Observation stopped (time limit), although the task would go on.
    Truncated,
}

/// What one action brought.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Step {
    /// Reward of this step.
    pub reward: f32,
    /// Set when the episode is over; the observation written by the same call is then the last of the episode.
    pub end: Option<End>,
}

/// A task with numeric observations and a fixed set of discrete actions.
///
/// The caller resets an environment before the first step and after each step that ended an episode. Equal seeds and
/// equal actions must give equal observations and rewards, bit for bit.
pub trait Environment {
    /// Numbers in an observation; constant.
    fn observation_len(&self) -> usize;

    /// Number of actions; constant.
    fn action_count(&self) -> usize;

    /// Starts an episode that depends on `seed` alone and writes its first observation.
    fn reset(&mut self, seed: Seed, observation: &mut [f32]);

    /// Performs `action` (below [`Self::action_count`] and allowed by the mask) and writes the next observation.
    fn step(&mut self, action: usize, observation: &mut [f32]) -> Step;

    /// Whether [`Self::action_mask`] ever forbids an action; constant. Learners skip the masks where it is false.
    fn has_masks(&self) -> bool {
        false
    }

    /// Writes which actions are allowed in the present state (one entry an action, at least one of them true).
    fn action_mask(&self, mask: &mut [bool]) {
        mask.fill(true);
    }

    /// The state within an episode, if the environment can give it; a resumed training then continues bit for bit.
    /// Without it, resuming starts a new episode in each environment.
    fn save_state(&self) -> Option<Vec<u8>> {
        None
    }

    /// Restores what [`Self::save_state`] gave.
    fn load_state(&mut self, _state: &[u8]) -> Result<(), StateError> {
        Err(StateError::Unsupported)
    }
}

impl<E: Environment + ?Sized> Environment for Box<E> {
    fn observation_len(&self) -> usize {
        (**self).observation_len()
    }

    fn action_count(&self) -> usize {
        (**self).action_count()
    }

    fn reset(&mut self, seed: Seed, observation: &mut [f32]) {
        (**self).reset(seed, observation);
    }

    fn step(&mut self, action: usize, observation: &mut [f32]) -> Step {
        (**self).step(action, observation)
    }

    fn has_masks(&self) -> bool {
        (**self).has_masks()
    }

    fn action_mask(&self, mask: &mut [bool]) {
        (**self).action_mask(mask);
    }

    fn save_state(&self) -> Option<Vec<u8>> {
        (**self).save_state()
    }

    fn load_state(&mut self, state: &[u8]) -> Result<(), StateError> {
        (**self).load_state(state)
    }
}
