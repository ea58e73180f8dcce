//! An endless task cut into short episodes: the value is that of the endless task only if the cut is bootstrapped.

use super::quiet;
use podpilot_learning::{Dqn, DqnConfig, End, Environment, Ppo, PpoConfig, Schedule, Step, Workspace};
use podpilot_random::Seed;

const GAMMA: f64 = 0.9;
/// One point a step for ever.
const ENDLESS_VALUE: f64 = 1.0 / (1.0 - GAMMA);

/// One point a step; the episode ends after eight steps, as a truncation or (wrongly) as a termination.
#[derive(Clone)]
struct Endless {
    end: End,
    steps: u32,
}

impl Endless {
    fn ending_as(end: End) -> Self {
        Self { end, steps: 0 }
    }
}

impl Environment for Endless {
    fn observation_len(&self) -> usize {
        1
    }

    fn action_count(&self) -> usize {
        2
    }

    fn reset(&mut self, _seed: Seed, observation: &mut [f32]) {
        self.steps = 0;
        observation[0] = 1.0;
    }

    fn step(&mut self, _action: usize, observation: &mut [f32]) -> Step {
        self.steps += 1;
        observation[0] = 1.0;
        Step { reward: 1.0, end: (self.steps == 8).then_some(self.end) }
    }
}

fn ppo_value(end: End) -> f64 {
    let config = PpoConfig {
        total_timesteps: 12_000,
        rollout_steps: 64,
        learning_rate: Schedule::Constant(3e-3),
        gamma: GAMMA,
        hidden: vec![16],
        ..PpoConfig::default()
    };
    let mut trainer = Ppo::new(config, vec![Endless::ending_as(end); 4], Seed(1)).unwrap();
    trainer.train(12_000, &mut quiet).unwrap();
    let network = trainer.value_network();
    f64::from(network.forward_one(&[1.0], &mut Workspace::new(network.shape(), 1))[0])
}

fn dqn_value(end: End, n_step: usize) -> f64 {
    let config = DqnConfig {
        total_timesteps: 6_000,
        learning_rate: Schedule::Constant(5e-3),
        gamma: GAMMA,
        hidden: vec![16],
        target_update_every: 50,
        n_step,
        ..DqnConfig::default()
    };
    let mut trainer = Dqn::new(config, vec![Endless::ending_as(end)], Seed(1)).unwrap();
    trainer.train(6_000, &mut quiet).unwrap();
    let network = trainer.q_network();
    f64::from(network.forward_one(&[1.0], &mut Workspace::new(network.shape(), 1))[0])
}

#[test]
fn ppo_values_a_truncated_task_as_endless_and_a_terminated_one_not() {
    let truncated = ppo_value(End::Truncated);
    assert!((truncated - ENDLESS_VALUE).abs() < 1.0, "{truncated}");
    let terminated = ppo_value(End::Terminated);
    assert!((terminated - ENDLESS_VALUE).abs() > 1.0, "{terminated}");
}

#[test]
fn dqn_values_a_truncated_task_as_endless_and_a_terminated_one_not() {
    for n_step in [1, 3] {
        let truncated = dqn_value(End::Truncated, n_step);
        assert!((truncated - ENDLESS_VALUE).abs() < 1.0, "{n_step}-step: {truncated}");
        let terminated = dqn_value(End::Terminated, n_step);
        assert!((terminated - ENDLESS_VALUE).abs() > 1.0, "{n_step}-step: {terminated}");
    }
}
