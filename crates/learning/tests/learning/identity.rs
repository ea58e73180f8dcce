//! The observation names the right action: at least 90 of 100 after a few hundred updates.

use super::quiet;
use podpilot_learning::exact::{Identity, MaskedIdentity};
use podpilot_learning::{Dqn, DqnConfig, Environment, GreedyPolicy, Ppo, PpoConfig, Schedule, evaluate};
use podpilot_random::Seed;

const EPISODES: usize = 20;

fn mean_return(mut policy: GreedyPolicy, mut environment: impl Environment) -> f64 {
    let returns = evaluate(&mut policy, &mut environment, EPISODES, Seed(99));
    returns.iter().sum::<f64>() / returns.len() as f64
}

#[test]
fn dqn_learns_the_identity_in_1200_steps_with_every_switch() {
    for (double, dueling, n_step) in [(false, false, 1), (true, false, 1), (false, true, 1), (true, true, 3)]
    {
        let config = DqnConfig {
            total_timesteps: 1_200,
            learning_rate: Schedule::Constant(2e-3),
            learning_starts: 0,
            gamma: 0.4,
            double,
            dueling,
            n_step,
            ..DqnConfig::default()
        };
        let mut trainer = Dqn::new(config, vec![Identity::new(4)], Seed(3)).unwrap();
        trainer.train(1_200, &mut quiet).unwrap();
        let reached = mean_return(trainer.policy(), Identity::new(4));
        assert!(reached >= 90.0, "double {double}, dueling {dueling}, n-step {n_step}: {reached}");
    }
}

#[test]
fn ppo_learns_the_identity_in_1200_steps() {
    let config = PpoConfig {
        total_timesteps: 1_200,
        rollout_steps: 100,
        learning_rate: Schedule::Constant(2e-3),
        gamma: 0.4,
        ..PpoConfig::default()
    };
    let mut trainer = Ppo::new(config, vec![Identity::new(4); 2], Seed(3)).unwrap();
    trainer.train(1_200, &mut quiet).unwrap();
    let reached = mean_return(trainer.policy(), Identity::new(4));
    assert!(reached >= 90.0, "{reached}");
}

fn masked(actions: usize, forbidden: usize) -> MaskedIdentity {
    MaskedIdentity::new(actions, forbidden)
}

/// One rollout of 2 048 steps at the default settings, as in the test this is modelled on; a random policy reaches 6.
fn seventy_actions(environment: &(impl Environment + Clone)) -> f64 {
    let config = PpoConfig { total_timesteps: 2_048, gamma: 0.4, ..PpoConfig::default() };
    let mut trainer = Ppo::new(config, vec![environment.clone()], Seed(4)).unwrap();
    trainer.train(2_048, &mut quiet).unwrap();
    mean_return(trainer.policy(), environment.clone())
}

#[test]
fn ppo_learns_the_identity_among_seventy_actions_only_with_masks() {
    let with_masks = seventy_actions(&masked(70, 55));
    assert!(with_masks >= 90.0, "{with_masks}");
    let without_masks = seventy_actions(&Identity::new(70));
    assert!(without_masks < 50.0, "{without_masks}");
}

#[test]
fn dqn_with_masks_learns_the_identity_among_seventy_actions() {
    let config = DqnConfig {
        total_timesteps: 6_000,
        learning_rate: Schedule::Constant(1e-3),
        gamma: 0.4,
        train_every: 1,
        exploration: Schedule::Linear { start: 1.0, end: 0.05, fraction: 0.9 },
        double: true,
        ..DqnConfig::default()
    };
    let mut trainer = Dqn::new(config, vec![masked(70, 55)], Seed(0)).unwrap();
    trainer.train(6_000, &mut quiet).unwrap();
    let reached = mean_return(trainer.policy(), masked(70, 55));
    assert!(reached >= 90.0, "{reached}");
}

/// Fails if a forbidden action is ever taken.
#[derive(Clone)]
struct Strict(MaskedIdentity);

impl Environment for Strict {
    fn observation_len(&self) -> usize {
        self.0.observation_len()
    }

    fn action_count(&self) -> usize {
        self.0.action_count()
    }

    fn reset(&mut self, seed: Seed, observation: &mut [f32]) {
        self.0.reset(seed, observation);
    }

    fn step(&mut self, action: usize, observation: &mut [f32]) -> podpilot_learning::Step {
        let mut mask = vec![false; self.action_count()];
        self.action_mask(&mut mask);
        assert!(mask[action], "action {action} is forbidden");
        self.0.step(action, observation)
    }

    fn has_masks(&self) -> bool {
        true
    }

    fn action_mask(&self, mask: &mut [bool]) {
        self.0.action_mask(mask);
    }
}

#[test]
fn no_forbidden_action_is_ever_taken() {
    let strict = || vec![Strict(masked(8, 6)); 2];
    let config = DqnConfig { total_timesteps: 600, ..DqnConfig::default() };
    Dqn::new(config, strict(), Seed(1)).unwrap().train(600, &mut quiet).unwrap();
    let config = PpoConfig { total_timesteps: 600, rollout_steps: 60, ..PpoConfig::default() };
    let mut trainer = Ppo::new(config, strict(), Seed(1)).unwrap();
    trainer.train(600, &mut quiet).unwrap();
    evaluate(&mut trainer.policy(), &mut strict()[0], 2, Seed(5));
}
