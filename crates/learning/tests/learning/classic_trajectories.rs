//! Against recorded trajectories of Gymnasium (`data/golden.py`).

use podpilot_learning::classic::{Acrobot, CartPole, MountainCar};
use podpilot_learning::{End, Environment};
use podpilot_random::Seed;
use serde_json::Value;

fn array<const N: usize>(value: &Value) -> [f64; N] {
    std::array::from_fn(|at| value[at].as_f64().unwrap())
}

fn environment(record: &Value) -> Box<dyn Environment> {
    let state = &record["state"];
    match record["environment"].as_str().unwrap() {
        "CartPole-v1" => {
            let mut task = CartPole::new();
            task.set_state(array(state));
            Box::new(task)
        }
        "MountainCar-v0" => {
            let mut task = MountainCar::new();
            task.set_state(array(state));
            Box::new(task)
        }
        "Acrobot-v1" => {
            let mut task = Acrobot::new();
            task.set_state(array(state));
            Box::new(task)
        }
        other => panic!("no environment {other}"),
    }
}

#[test]
fn trajectories_follow_gymnasium() {
    let text = include_str!("../data/classic.json");
    let fixture: Value = serde_json::from_str(text).unwrap();
    let mut ends = Vec::new();
    for record in fixture["trajectories"].as_array().unwrap() {
        let name = &record["environment"];
        let mut task = environment(record);
        let mut observation = vec![0.0; task.observation_len()];
        let actions = record["actions"].as_array().unwrap();
        for (at, action) in actions.iter().enumerate() {
            let step = task.step(action.as_u64().unwrap() as usize, &mut observation);
            for (found, expected) in observation.iter().zip(record["observations"][at].as_array().unwrap()) {
                let expected = expected.as_f64().unwrap();
                // The links of Acrobot swing chaotically: the last digit of a cosine grows to this within 100 steps.
                let tolerance = 2e-5 * expected.abs().max(1.0);
                assert!(
                    (f64::from(*found) - expected).abs() < tolerance,
                    "{name} step {at}: {found} {expected}"
                );
            }
            assert_eq!(f64::from(step.reward), record["rewards"][at].as_f64().unwrap(), "{name} step {at}");
            let end = match (at + 1 == actions.len()).then(|| record["end"].as_str()).flatten() {
                Some("terminated") => Some(End::Terminated),
                Some("truncated") => Some(End::Truncated),
                _ => None,
            };
            assert_eq!(step.end, end, "{name} step {at}");
            ends.extend(end);
        }
    }
    assert!(ends.contains(&End::Terminated) && ends.contains(&End::Truncated));
}

#[test]
fn episodes_start_within_gymnasiums_bounds_and_depend_on_the_seed_alone() {
    let tasks: [(Box<dyn Environment>, f32); 2] =
        [(Box::new(CartPole::new()), 0.05), (Box::new(MountainCar::new()), 0.6)];
    for (mut task, bound) in tasks {
        let mut first = vec![0.0; task.observation_len()];
        let mut again = first.clone();
        for seed in 0..50 {
            task.reset(Seed(seed), &mut first);
            assert!(first.iter().all(|value| value.abs() <= bound), "{first:?}");
            task.reset(Seed(seed), &mut again);
            assert_eq!(first, again);
        }
        task.reset(Seed(1_000), &mut again);
        assert_ne!(first, again);
    }
}
