use super::time_limit::TimeLimit;
use crate::state::StateError;
use crate::{Environment, Step};
use podpilot_random::Seed;

const GRAVITY: f64 = 9.8;
const POLE_MASS: f64 = 0.1;
const TOTAL_MASS: f64 = 1.1;
const HALF_POLE_LENGTH: f64 = 0.5;
const POLE_MASS_LENGTH: f64 = 0.05;
const FORCE: f64 = 10.0;
const TICK_S: f64 = 0.02;
const ANGLE_LIMIT: f64 = 12.0 * 2.0 * core::f64::consts::PI / 360.0;
const POSITION_LIMIT: f64 = 2.4;

/// `CartPole-v1`: a pole on a cart is kept upright by pushing the cart left (0) or right (1). One point a step, at most
/// 500 (Barto, Sutton, Anderson 1983).
#[derive(Debug, Clone, PartialEq)]
pub struct CartPole {
    /// Position, speed, angle, angular speed.
    state: [f64; 4],
    time: TimeLimit,
}

impl CartPole {
    /// A cart to be reset.
    pub fn new() -> Self {
        Self { state: [0.0; 4], time: TimeLimit::new(500) }
    }

    /// Starts an episode from a given state: position, speed, angle, angular speed.
    pub fn set_state(&mut self, state: [f64; 4]) {
        self.state = state;
        self.time.restart();
    }

    fn observe(&self, observation: &mut [f32]) {
        observation.iter_mut().zip(self.state).for_each(|(out, value)| *out = value as f32);
    }
}

impl Default for CartPole {
    fn default() -> Self {
        Self::new()
    }
}

impl Environment for CartPole {
    fn observation_len(&self) -> usize {
        4
    }

    fn action_count(&self) -> usize {
        2
    }

    fn reset(&mut self, seed: Seed, observation: &mut [f32]) {
        let mut stream = seed.stream();
        self.set_state(core::array::from_fn(|_| stream.uniform_in(-0.05, 0.05)));
        self.observe(observation);
    }

    fn step(&mut self, action: usize, observation: &mut [f32]) -> Step {
        let [x, x_speed, angle, angle_speed] = self.state;
        let force = if action == 1 { FORCE } else { -FORCE };
        let (sin, cos) = libm::sincos(angle);
        let push = (force + POLE_MASS_LENGTH * (angle_speed * angle_speed) * sin) / TOTAL_MASS;
        let angle_acceleration = (GRAVITY * sin - cos * push)
            / (HALF_POLE_LENGTH * (4.0 / 3.0 - POLE_MASS * (cos * cos) / TOTAL_MASS));
        let x_acceleration = push - POLE_MASS_LENGTH * angle_acceleration * cos / TOTAL_MASS;
        self.state = [
            x + TICK_S * x_speed,
            x_speed + TICK_S * x_acceleration,
            angle + TICK_S * angle_speed,
            angle_speed + TICK_S * angle_acceleration,
        ];
        self.observe(observation);
        let fallen = self.state[0].abs() > POSITION_LIMIT || self.state[2].abs() > ANGLE_LIMIT;
        Step { reward: 1.0, end: self.time.step(fallen) }
    }

    fn save_state(&self) -> Option<Vec<u8>> {
        Some(self.time.save("CartPole", &self.state))
    }

    fn load_state(&mut self, state: &[u8]) -> Result<(), StateError> {
        self.time.load("CartPole", state, &mut self.state)
    }
}
