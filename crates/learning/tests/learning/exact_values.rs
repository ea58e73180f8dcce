//! A small process whose action values are known by value iteration.

use super::quiet;
use podpilot_learning::exact::TabularMdp;
use podpilot_learning::loss::ValueLoss;
use podpilot_learning::{Dqn, DqnConfig, Ppo, PpoConfig, Schedule, Workspace};
use podpilot_random::Seed;

const STATES: usize = 5;
const ACTIONS: usize = 3;
const GAMMA: f64 = 0.9;

/// Truncated often, terminated now and then.
fn process(masked: bool) -> TabularMdp {
    TabularMdp::drawn((STATES, ACTIONS), 0.05, 15, masked, Seed(12))
}

fn config() -> DqnConfig {
    DqnConfig {
        total_timesteps: 25_000,
        hidden: vec![32],
        learning_rate: Schedule::Linear { start: 3e-3, end: 1e-4, fraction: 1.0 },
        batch_size: 64,
        gamma: GAMMA,
        train_every: 2,
        target_update_every: 100,
        exploration: Schedule::Constant(0.3),
        // The Huber loss settles where clipped errors balance, which for skewed targets is not at their mean.
        loss: ValueLoss::Mse,
        ..DqnConfig::default()
    }
}

/// Learned values at `[state][action]`.
fn learn(config: DqnConfig, masked: bool) -> Vec<f64> {
    let steps = config.total_timesteps;
    let mut trainer = Dqn::new(config, vec![process(masked)], Seed(4)).unwrap();
    trainer.train(steps, &mut quiet).unwrap();
    let network = trainer.q_network();
    let mut workspace = Workspace::new(network.shape(), 1);
    let one_hot =
        |state: usize| std::array::from_fn::<f32, STATES, _>(|at| if at == state { 1.0 } else { 0.0 });
    (0..STATES)
        .flat_map(|state| {
            network
                .forward_one(&one_hot(state), &mut workspace)
                .iter()
                .map(|&q| f64::from(q))
                .collect::<Vec<_>>()
        })
        .collect()
}

#[test]
fn dqn_finds_the_exact_action_values_with_every_one_step_switch() {
    for (double, dueling) in [(false, false), (true, false), (true, true)] {
        let exact = process(false).action_values(GAMMA);
        let learned = learn(DqnConfig { double, dueling, ..config() }, false);
        for (at, (learned, exact)) in learned.iter().zip(&exact).enumerate() {
            assert!(
                (learned - exact).abs() < 0.15,
                "double {double}, dueling {dueling}, {at}: {learned} {exact}"
            );
        }
    }
}

#[test]
fn dqn_with_masks_finds_the_values_of_the_allowed_actions() {
    for double in [false, true] {
        let process = process(true);
        let exact = process.action_values(GAMMA);
        let unmasked = self::process(false).action_values(GAMMA);
        assert!(exact.iter().zip(&unmasked).any(|(a, b)| b - a > 0.3), "the masks must matter");
        let learned = learn(DqnConfig { double, ..config() }, true);
        for at in (0..STATES * ACTIONS).filter(|at| process.allows(at / ACTIONS, at % ACTIONS)) {
            assert!(
                (learned[at] - exact[at]).abs() < 0.15,
                "double {double}, {at}: {} {}",
                learned[at],
                exact[at]
            );
        }
    }
}

fn best(values: &[f64], state: usize) -> usize {
    let row = &values[state * ACTIONS..(state + 1) * ACTIONS];
    (0..ACTIONS).max_by(|&a, &b| row[a].total_cmp(&row[b])).unwrap()
}

#[test]
fn n_step_dqn_and_ppo_find_the_best_actions() {
    let exact = process(false).action_values(GAMMA);
    // Uncorrected n-step values are those of the exploring policy, but their order is that of the best one.
    let n_step = learn(DqnConfig { n_step: 3, exploration: Schedule::Constant(0.1), ..config() }, false);
    let config = PpoConfig {
        total_timesteps: 40_000,
        rollout_steps: 128,
        learning_rate: Schedule::Constant(3e-3),
        gamma: GAMMA,
        hidden: vec![32],
        entropy_coefficient: 0.01,
        ..PpoConfig::default()
    };
    let mut trainer = Ppo::new(config, vec![process(false); 8], Seed(4)).unwrap();
    trainer.train(40_000, &mut quiet).unwrap();
    let mut policy = trainer.policy();
    for state in 0..STATES {
        let regret =
            |action: usize| exact[state * ACTIONS + best(&exact, state)] - exact[state * ACTIONS + action];
        let found = best(&n_step, state);
        assert!(regret(found) < 0.15, "3-step DQN in state {state}: {found} loses {}", regret(found));
        let observation: [f32; STATES] = std::array::from_fn(|at| if at == state { 1.0 } else { 0.0 });
        let found = policy.act(&observation, &[]);
        assert!(regret(found) < 0.15, "PPO in state {state}: {found} loses {}", regret(found));
    }
}
