//! Values that leave what the rewards could add up to: training stays bounded, or says that it does not.

use super::quiet;
use podpilot_learning::exact::TabularMdp;
use podpilot_learning::{Dqn, DqnConfig, Schedule, TrainError, Workspace};
use podpilot_random::Seed;

#[test]
fn values_stay_within_what_the_rewards_can_add_up_to() {
    let gamma = 0.98;
    for loss in [podpilot_learning::loss::ValueLoss::Huber, podpilot_learning::loss::ValueLoss::Mse] {
        let config = DqnConfig {
            total_timesteps: 20_000,
            learning_rate: Schedule::Constant(1e-3),
            hidden: vec![32, 32],
            target_update_every: 200,
            gamma,
            loss,
            ..DqnConfig::default()
        };
        let process = TabularMdp::drawn((6, 4), 0.0, 50, false, Seed(2));
        let mut trainer = Dqn::new(config, vec![process], Seed(1)).unwrap();
        let mut highest = 0.0_f64;
        trainer
            .train(20_000, &mut |progress| {
                highest = highest.max(progress.metric("train/mean_q").unwrap_or(0.0).abs());
                quiet(progress)
            })
            .unwrap();
        let network = trainer.q_network();
        let mut workspace = Workspace::new(network.shape(), 1);
        for state in 0..6 {
            let observation: [f32; 6] = std::array::from_fn(|at| if at == state { 1.0 } else { 0.0 });
            let outputs = network.forward_one(&observation, &mut workspace);
            highest = outputs.iter().fold(highest, |highest, q| highest.max(f64::from(q.abs())));
        }
        // Rewards are within ±1.
        assert!(highest > 1.0 && highest < 1.5 / (1.0 - gamma), "{loss:?}: {highest}");
    }
}

#[test]
fn an_explosion_is_reported_and_not_returned_as_a_policy() {
    let config = DqnConfig {
        total_timesteps: 20_000,
        learning_rate: Schedule::Constant(3.0),
        max_gradient_norm: None,
        target_update_every: 1,
        loss: podpilot_learning::loss::ValueLoss::Mse,
        ..DqnConfig::default()
    };
    let process = TabularMdp::drawn((6, 4), 0.0, 50, false, Seed(2));
    let mut trainer = Dqn::new(config, vec![process], Seed(1)).unwrap();
    let outcome = trainer.train(20_000, &mut quiet);
    assert!(matches!(outcome, Err(TrainError::Diverged { .. })), "{outcome:?}");
    let message = outcome.unwrap_err().to_string();
    assert!(message.contains("diverged at step") && message.contains("learning rate"), "{message}");
}
