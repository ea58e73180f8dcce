//! Stopped, saved, loaded into a new trainer and continued: the same as in one go, to the last bit.

use super::quiet;
use podpilot_learning::classic::{Acrobot, CartPole, MountainCar};
use podpilot_learning::exact::MaskedIdentity;
use podpilot_learning::{Dqn, DqnConfig, Environment, Ppo, PpoConfig, StateError, TrainOutcome};
use podpilot_random::Seed;
use std::ops::ControlFlow;

fn dqn<E: Environment + Clone>(environment: &E) -> Dqn<E> {
    let config = DqnConfig {
        total_timesteps: 1_200,
        buffer_size: 500,
        n_step: 3,
        double: true,
        dueling: true,
        target_update_every: 150,
        policy_averaging: 0.99,
        ..DqnConfig::default()
    };
    Dqn::new(config, vec![environment.clone(); 2], Seed(7)).unwrap()
}

fn ppo<E: Environment + Clone>(environment: &E) -> Ppo<E> {
    let config = PpoConfig {
        total_timesteps: 1_200,
        rollout_steps: 75,
        epochs: 3,
        normalize_observations: true,
        normalize_rewards: true,
        ..PpoConfig::default()
    };
    Ppo::new(config, vec![environment.clone(); 2], Seed(7)).unwrap()
}

fn dqn_resumes<E: Environment + Clone>(environment: &E) {
    let mut straight = dqn(environment);
    straight.train(1_200, &mut quiet).unwrap();
    let mut first = dqn(environment);
    first.train(502, &mut quiet).unwrap();
    let state = first.save_state();
    let mut second = dqn(environment);
    second.train(40, &mut quiet).unwrap();
    second.load_state(&state).unwrap();
    assert_eq!(second.timesteps(), 502);
    second.train(1_200 - 502, &mut quiet).unwrap();
    assert!(straight.save_state() == second.save_state(), "states differ");
    assert_eq!(straight.q_network(), second.q_network());
}

fn ppo_resumes<E: Environment + Clone>(environment: &E) {
    let mut straight = ppo(environment);
    straight.train(1_200, &mut quiet).unwrap();
    let mut first = ppo(environment);
    first.train(450, &mut quiet).unwrap();
    let state = first.save_state();
    let mut second = ppo(environment);
    second.load_state(&state).unwrap();
    second.train(750, &mut quiet).unwrap();
    assert!(straight.save_state() == second.save_state(), "states differ");
}

#[test]
fn dqn_continues_bit_for_bit() {
    dqn_resumes(&CartPole::new());
    dqn_resumes(&MountainCar::new());
    dqn_resumes(&MaskedIdentity::new(6, 3));
}

#[test]
fn ppo_continues_bit_for_bit() {
    ppo_resumes(&CartPole::new());
    ppo_resumes(&Acrobot::new());
    ppo_resumes(&MaskedIdentity::new(6, 3));
}

#[test]
fn an_observer_can_stop_training_at_a_point_that_resumes() {
    let mut straight = ppo(&CartPole::new());
    straight.train(600, &mut quiet).unwrap();
    let mut stopped = ppo(&CartPole::new());
    let stop = &mut |_: &podpilot_learning::Progress<'_>| ControlFlow::Break(());
    assert_eq!(stopped.train(600, stop), Ok(TrainOutcome::Stopped));
    assert_eq!(stopped.timesteps(), 150);
    assert_eq!(stopped.train(450, &mut quiet), Ok(TrainOutcome::Finished));
    assert!(straight.save_state() == stopped.save_state());
}

#[test]
fn foreign_truncated_and_misfit_states_are_refused() {
    let mut trainer = dqn(&CartPole::new());
    trainer.train(300, &mut quiet).unwrap();
    let state = trainer.save_state();
    for len in (0..state.len()).step_by(197) {
        let refused = dqn(&CartPole::new()).load_state(&state[..len]);
        assert!(refused.is_err(), "{len} of {} bytes", state.len());
    }
    let refused = ppo(&CartPole::new()).load_state(&state);
    assert!(matches!(refused, Err(StateError::Foreign { .. })), "{refused:?}");
    let refused = dqn(&Acrobot::new()).load_state(&state);
    assert!(matches!(refused, Err(StateError::Mismatch { .. })), "{refused:?}");
    let mut longer = state;
    longer.push(0);
    assert_eq!(dqn(&CartPole::new()).load_state(&longer), Err(StateError::TrailingBytes(1)));
}
