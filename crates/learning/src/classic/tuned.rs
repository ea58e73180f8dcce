//! Settings tuned for the classic tasks, as RL Baselines3 Zoo publishes them. One thing is ours: DQN's learned policy is the
//! running average of its network. Training is not changed by that, but it oscillates at these settings, and whether its
//! last network plays well is a matter of luck.

use crate::{DqnConfig, PpoConfig, Schedule};

/// DQN on `CartPole-v1`, 50 000 steps.
pub fn cart_pole_dqn() -> DqnConfig {
    DqnConfig {
        total_timesteps: 50_000,
        hidden: vec![256, 256],
        learning_rate: Schedule::Constant(2.3e-3),
        buffer_size: 100_000,
        learning_starts: 1_000,
        batch_size: 64,
        gamma: 0.99,
        train_every: 256,
        gradient_steps: Some(128),
        target_update_every: 10,
        exploration: Schedule::Linear { start: 1.0, end: 0.04, fraction: 0.16 },
        policy_averaging: 0.999,
        ..DqnConfig::default()
    }
}

/// PPO on `CartPole-v1`, 100 000 steps over 8 environments.
pub fn cart_pole_ppo() -> PpoConfig {
    PpoConfig {
        total_timesteps: 100_000,
        rollout_steps: 32,
        batch_size: 256,
        epochs: 20,
        gamma: 0.98,
        gae_lambda: 0.8,
        learning_rate: Schedule::linear_to_zero(1e-3),
        clip_range: Schedule::linear_to_zero(0.2),
        ..PpoConfig::default()
    }
}

/// DQN on `MountainCar-v0`, 120 000 steps.
pub fn mountain_car_dqn() -> DqnConfig {
    DqnConfig {
        total_timesteps: 120_000,
        hidden: vec![256, 256],
        learning_rate: Schedule::Constant(4e-3),
        buffer_size: 10_000,
        learning_starts: 1_000,
        batch_size: 128,
        gamma: 0.98,
        train_every: 16,
        gradient_steps: Some(8),
        target_update_every: 600,
        exploration: Schedule::Linear { start: 1.0, end: 0.07, fraction: 0.2 },
        policy_averaging: 0.999,
        ..DqnConfig::default()
    }
}

/// DQN on `Acrobot-v1`, 100 000 steps.
pub fn acrobot_dqn() -> DqnConfig {
    DqnConfig {
        total_timesteps: 100_000,
        hidden: vec![256, 256],
        learning_rate: Schedule::Constant(6.3e-4),
        buffer_size: 50_000,
        learning_starts: 0,
        batch_size: 128,
        gamma: 0.99,
        train_every: 4,
        gradient_steps: None,
        target_update_every: 250,
        exploration: Schedule::Linear { start: 1.0, end: 0.1, fraction: 0.12 },
        policy_averaging: 0.999,
        ..DqnConfig::default()
    }
}
