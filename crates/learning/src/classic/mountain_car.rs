use super::time_limit::TimeLimit;
use crate::state::StateError;
use crate::{Environment, Step};
use podpilot_random::Seed;

const FORCE: f64 = 0.001;
const GRAVITY: f64 = 0.0025;
const TOP_SPEED: f64 = 0.07;
const LEFT_END: f64 = -1.2;
const RIGHT_END: f64 = 0.6;
const GOAL: f64 = 0.5;

/// `MountainCar-v0`: a weak car must swing to get out of a valley: push left (0), coast (1), push right (2). −1 a step until
/// the goal, at most 200 steps (Moore 1990).
#[derive(Debug, Clone, PartialEq)]
pub struct MountainCar {
    /// Position, speed.
    state: [f64; 2],
    time: TimeLimit,
}

impl MountainCar {
    /// A car to be reset.
    pub fn new() -> Self {
        Self { state: [0.0; 2], time: TimeLimit::new(200) }
    }

    /// Starts an episode from a given position and speed.
    pub fn set_state(&mut self, state: [f64; 2]) {
        self.state = state;
        self.time.restart();
    }

    fn observe(&self, observation: &mut [f32]) {
        observation.iter_mut().zip(self.state).for_each(|(out, value)| *out = value as f32);
    }
}

impl Default for MountainCar {
    fn default() -> Self {
        Self::new()
    }
}

impl Environment for MountainCar {
    fn observation_len(&self) -> usize {
        2
    }

    fn action_count(&self) -> usize {
        3
    }

    fn reset(&mut self, seed: Seed, observation: &mut [f32]) {
        self.set_state([seed.stream().uniform_in(-0.6, -0.4), 0.0]);
        self.observe(observation);
    }

    fn step(&mut self, action: usize, observation: &mut [f32]) -> Step {
        let [position, speed] = self.state;
        let speed = speed + ((action as f64 - 1.0) * FORCE + libm::cos(3.0 * position) * -GRAVITY);
        let mut speed = speed.clamp(-TOP_SPEED, TOP_SPEED);
        let position = (position + speed).clamp(LEFT_END, RIGHT_END);
        if position == LEFT_END && speed < 0.0 {
            speed = 0.0;
        }
        self.state = [position, speed];
        self.observe(observation);
        Step { reward: -1.0, end: self.time.step(position >= GOAL && speed >= 0.0) }
    }

    fn save_state(&self) -> Option<Vec<u8>> {
        Some(self.time.save("MountainCar", &self.state))
    }

    fn load_state(&mut self, state: &[u8]) -> Result<(), StateError> {
        self.time.load("MountainCar", state, &mut self.state)
    }
}
