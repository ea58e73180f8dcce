use super::time_limit::TimeLimit;
use crate::state::StateError;
use crate::{Environment, Step};
use core::f64::consts::PI;
use podpilot_random::Seed;

const TICK_S: f64 = 0.2;
const LENGTH: f64 = 1.0;
const MASS: f64 = 1.0;
const CENTRE: f64 = 0.5;
const INERTIA: f64 = 1.0;
const GRAVITY: f64 = 9.8;
const TOP_SPEED_1: f64 = 4.0 * PI;
const TOP_SPEED_2: f64 = 9.0 * PI;

/// `Acrobot-v1`: two links hang from a fixed point; torque −1 (0), none (1) or 1 (2) on the joint between them must swing the
/// free end one link's length above the fixed point. −1 a step until then, at most 500 steps (Sutton 1996; the dynamics of
/// Sutton and Barto's book).
#[derive(Debug, Clone, PartialEq)]
pub struct Acrobot {
    /// Angle of the first link from hanging, of the second relative to the first, and their speeds.
    state: [f64; 4],
    time: TimeLimit,
}

impl Acrobot {
    /// Links to be reset.
    pub fn new() -> Self {
        Self { state: [0.0; 4], time: TimeLimit::new(500) }
    }

    /// Starts an episode from given angles and speeds.
    pub fn set_state(&mut self, state: [f64; 4]) {
        self.state = state;
        self.time.restart();
    }

    fn observe(&self, observation: &mut [f32]) {
        let [angle_1, angle_2, speed_1, speed_2] = self.state;
        let (sin_1, cos_1) = libm::sincos(angle_1);
        let (sin_2, cos_2) = libm::sincos(angle_2);
        let values = [cos_1, sin_1, cos_2, sin_2, speed_1, speed_2];
        observation.iter_mut().zip(values).for_each(|(out, value)| *out = value as f32);
    }
}

impl Default for Acrobot {
    fn default() -> Self {
        Self::new()
    }
}

/// Time derivative of the state under a torque.
fn derivative([angle_1, angle_2, speed_1, speed_2]: [f64; 4], torque: f64) -> [f64; 4] {
    let (sin_2, cos_2) = libm::sincos(angle_2);
    let d1 = MASS * CENTRE * CENTRE
        + MASS * (LENGTH * LENGTH + CENTRE * CENTRE + 2.0 * LENGTH * CENTRE * cos_2)
        + INERTIA
        + INERTIA;
    let d2 = MASS * (CENTRE * CENTRE + LENGTH * CENTRE * cos_2) + INERTIA;
    let phi2 = MASS * CENTRE * GRAVITY * libm::cos(angle_1 + angle_2 - PI / 2.0);
    let phi1 = -MASS * LENGTH * CENTRE * (speed_2 * speed_2) * sin_2
        - 2.0 * MASS * LENGTH * CENTRE * speed_2 * speed_1 * sin_2
        + (MASS * CENTRE + MASS * LENGTH) * GRAVITY * libm::cos(angle_1 - PI / 2.0)
        + phi2;
    let acceleration_2 =
        (torque + d2 / d1 * phi1 - MASS * LENGTH * CENTRE * (speed_1 * speed_1) * sin_2 - phi2)
            / (MASS * CENTRE * CENTRE + INERTIA - d2 * d2 / d1);
    let acceleration_1 = -(d2 * acceleration_2 + phi1) / d1;
    [speed_1, speed_2, acceleration_1, acceleration_2]
}

/// One step of the classical Runge-Kutta method.
fn integrate(state: [f64; 4], torque: f64) -> [f64; 4] {
    let moved = |slope: [f64; 4], step: f64| core::array::from_fn(|i| state[i] + step * slope[i]);
    let k1 = derivative(state, torque);
    let k2 = derivative(moved(k1, TICK_S / 2.0), torque);
    let k3 = derivative(moved(k2, TICK_S / 2.0), torque);
    let k4 = derivative(moved(k3, TICK_S), torque);
    core::array::from_fn(|i| state[i] + TICK_S / 6.0 * (k1[i] + 2.0 * k2[i] + 2.0 * k3[i] + k4[i]))
}

/// The angle in [−π, π].
fn wrapped(mut angle: f64) -> f64 {
    while angle > PI {
        angle -= 2.0 * PI;
    }
    while angle < -PI {
        angle += 2.0 * PI;
    }
    angle
}

impl Environment for Acrobot {
    fn observation_len(&self) -> usize {
        6
    }

    fn action_count(&self) -> usize {
        3
    }

    fn reset(&mut self, seed: Seed, observation: &mut [f32]) {
        let mut stream = seed.stream();
        self.set_state(core::array::from_fn(|_| f64::from(stream.uniform_in(-0.1, 0.1) as f32)));
        self.observe(observation);
    }

    fn step(&mut self, action: usize, observation: &mut [f32]) -> Step {
        let [angle_1, angle_2, speed_1, speed_2] = integrate(self.state, action as f64 - 1.0);
        self.state = [
            wrapped(angle_1),
            wrapped(angle_2),
            speed_1.clamp(-TOP_SPEED_1, TOP_SPEED_1),
            speed_2.clamp(-TOP_SPEED_2, TOP_SPEED_2),
        ];
        self.observe(observation);
        let height = -libm::cos(self.state[0]) - libm::cos(self.state[1] + self.state[0]);
        let terminated = height > 1.0;
        Step { reward: if terminated { 0.0 } else { -1.0 }, end: self.time.step(terminated) }
    }

    fn save_state(&self) -> Option<Vec<u8>> {
        Some(self.time.save("Acrobot", &self.state))
    }

    fn load_state(&mut self, state: &[u8]) -> Result<(), StateError> {
        self.time.load("Acrobot", state, &mut self.state)
    }
}
