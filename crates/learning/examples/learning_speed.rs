//! Environment steps per second of both learners on CartPole, on one thread, as JSON: the counterpart of
//! `bench/sb3/speed_sb3.py`, at the same settings.

use podpilot_learning::classic::CartPole;
use podpilot_learning::{Dqn, DqnConfig, Ppo, PpoConfig};
use podpilot_random::Seed;
use std::ops::ControlFlow;

#[expect(clippy::disallowed_methods, reason = "this program measures time")]
fn seconds<T>(work: impl FnOnce() -> T) -> (f64, T) {
    let begin = std::time::Instant::now();
    let result = work();
    (begin.elapsed().as_secs_f64(), result)
}

/// DQN with a 64-64 network, batches of 64, one gradient step every 10 environment steps.
fn dqn_steps_per_second(steps: u64) -> Result<f64, Box<dyn std::error::Error>> {
    let config = DqnConfig {
        total_timesteps: steps,
        batch_size: 64,
        train_every: 10,
        learning_starts: 1_000,
        ..DqnConfig::default()
    };
    let mut trainer = Dqn::new(config, vec![CartPole::new()], Seed(1))?;
    let (seconds, outcome) = seconds(|| trainer.train(steps, &mut |_| ControlFlow::Continue(())));
    outcome?;
    Ok(trainer.timesteps() as f64 / seconds)
}

/// PPO with all defaults and 8 environments.
fn ppo_steps_per_second(steps: u64) -> Result<f64, Box<dyn std::error::Error>> {
    let config = PpoConfig { total_timesteps: steps, ..PpoConfig::default() };
    let mut trainer = Ppo::new(config, vec![CartPole::new(); 8], Seed(1))?;
    let (seconds, outcome) = seconds(|| trainer.train(steps, &mut |_| ControlFlow::Continue(())));
    outcome?;
    Ok(trainer.timesteps() as f64 / seconds)
}

#[expect(clippy::print_stdout, reason = "the result goes to standard output")]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let report = serde_json::json!({
        "library": "podpilot-learning",
        "steps_per_second": {
            "dqn-64-64": dqn_steps_per_second(500_000)?,
            "ppo-defaults": ppo_steps_per_second(327_680)?,
        },
    });
    println!("{report:#}");
    Ok(())
}
