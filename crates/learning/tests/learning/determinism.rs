//! Equal seeds give equal bits; different seeds do not.

use super::quiet;
use podpilot_learning::classic::CartPole;
use podpilot_learning::{Dqn, DqnConfig, Ppo, PpoConfig, TrainError};
use podpilot_random::Seed;
use std::ops::ControlFlow;

fn dqn(seed: u64) -> Vec<f32> {
    let config = DqnConfig { total_timesteps: 1_500, ..DqnConfig::default() };
    let mut trainer = Dqn::new(config, vec![CartPole::new(); 2], Seed(seed)).unwrap();
    trainer.train(1_500, &mut quiet).unwrap();
    trainer.q_network().parameters().to_vec()
}

fn ppo(seed: u64) -> Vec<f32> {
    let config = PpoConfig {
        total_timesteps: 1_024,
        rollout_steps: 128,
        epochs: 4,
        normalize_observations: true,
        normalize_rewards: true,
        ..PpoConfig::default()
    };
    let mut trainer = Ppo::new(config, vec![CartPole::new(); 4], Seed(seed)).unwrap();
    trainer.train(1_024, &mut quiet).unwrap();
    trainer.policy_network().parameters().to_vec()
}

#[test]
fn a_seed_decides_every_bit() {
    assert_eq!(dqn(1), dqn(1));
    assert_ne!(dqn(1), dqn(2));
    assert_eq!(ppo(1), ppo(1));
    assert_ne!(ppo(1), ppo(2));
}

#[test]
fn averaging_the_policy_does_not_change_the_training() {
    let trained = |policy_averaging: f64| {
        let config = DqnConfig { total_timesteps: 1_000, policy_averaging, ..DqnConfig::default() };
        let mut trainer = Dqn::new(config, vec![CartPole::new()], Seed(1)).unwrap();
        trainer.train(1_000, &mut quiet).unwrap();
        trainer
    };
    let (plain, averaged) = (trained(0.0), trained(0.99));
    assert_eq!(plain.last_policy().network(), averaged.last_policy().network());
    assert_eq!(plain.policy().network(), plain.last_policy().network());
    assert_ne!(averaged.policy().network(), averaged.last_policy().network());
    // A hundred steps back on average, so between where training began and where it is.
    let start = Dqn::new(plain.config().clone(), vec![CartPole::new()], Seed(1)).unwrap().q_network();
    let distance = |network: &podpilot_learning::Mlp| -> f32 {
        let pairs = network.parameters().iter().zip(start.parameters());
        pairs.map(|(now, then)| (now - then) * (now - then)).sum::<f32>().sqrt()
    };
    assert!(distance(averaged.policy().network()) < distance(plain.policy().network()));
}

#[test]
fn progress_reports_carry_the_usual_names() {
    let config = DqnConfig { total_timesteps: 2_000, report_every: 500, ..DqnConfig::default() };
    let mut trainer = Dqn::new(config, vec![CartPole::new()], Seed(1)).unwrap();
    let mut steps = Vec::new();
    trainer
        .train(2_000, &mut |progress| {
            steps.push(progress.timesteps);
            for name in
                ["rollout/ep_rew_mean", "rollout/ep_len_mean", "rollout/exploration_rate", "train/loss"]
            {
                assert!(progress.metric(name).is_some_and(f64::is_finite), "{name}");
            }
            ControlFlow::Continue(())
        })
        .unwrap();
    assert_eq!(steps, [500, 1_000, 1_500, 2_000]);
    let config = PpoConfig { rollout_steps: 256, ..PpoConfig::default() };
    let mut trainer = Ppo::new(config, vec![CartPole::new(); 2], Seed(1)).unwrap();
    let names = [
        "rollout/ep_rew_mean",
        "train/loss",
        "train/policy_gradient_loss",
        "train/value_loss",
        "train/entropy_loss",
        "train/approx_kl",
        "train/clip_fraction",
        "train/explained_variance",
    ];
    trainer
        .train(512, &mut |progress| {
            for name in names {
                assert!(progress.metric(name).is_some_and(f64::is_finite), "{name}");
            }
            ControlFlow::Continue(())
        })
        .unwrap();
}

#[test]
fn impossible_settings_are_refused_by_name() {
    let refused = |config: DqnConfig| match Dqn::new(config, vec![CartPole::new()], Seed(1)) {
        Err(TrainError::Config { field, .. }) => field,
        other => panic!("{other:?}"),
    };
    assert_eq!(refused(DqnConfig { batch_size: 0, ..DqnConfig::default() }), "batch_size");
    assert_eq!(refused(DqnConfig { policy_averaging: 1.0, ..DqnConfig::default() }), "policy_averaging");
    assert_eq!(refused(DqnConfig { gamma: 1.1, ..DqnConfig::default() }), "gamma");
    let nothing: Vec<CartPole> = Vec::new();
    assert!(Ppo::new(PpoConfig::default(), nothing, Seed(1)).is_err());
    let config = PpoConfig { gae_lambda: -0.1, ..PpoConfig::default() };
    let error = Ppo::new(config, vec![CartPole::new()], Seed(1)).unwrap_err();
    assert_eq!(error.to_string(), "gae_lambda: -0.1 is not within 0-1");
}
