//! One seed, one result; another seed, another.

use podpilot_lab::request::{AgentKind, Unobserved};
use podpilot_lab::train;

use crate::fixture::{Folder, bytes};

const FILES: [&str; 3] = ["policy.safetensors", "metrics.jsonl", "result.json"];

#[test]
fn the_same_seed_trains_the_same_run_byte_for_byte_and_another_seed_does_not() {
    let folder = Folder::new();
    for agent in AgentKind::ALL {
        let [once, again, other] = ["once", "again", "other"].map(|name| format!("{agent}-{name}"));
        folder.train(agent, 1_000, &once);
        folder.train(agent, 1_000, &again);
        let mut request = folder.train_request(agent, 1_000, &other);
        request.seed += 1;
        train(&request, &mut Unobserved).unwrap();
        for name in FILES {
            let first = bytes(&folder.path(&once), name);
            assert!(first == bytes(&folder.path(&again), name), "{agent}: {name} differs between equal runs");
            assert!(
                first != bytes(&folder.path(&other), name),
                "{agent}: {name} does not depend on the seed"
            );
        }
    }
}

#[test]
fn the_load_of_a_generated_scenario_depends_on_the_seed() {
    let folder = Folder::new();
    let mut request = folder.evaluate_request(&[], 1);
    (request.load.trace, request.load.peak_replicas) = (None, None);
    request.load.scenario = "daily".to_owned();
    let mut with_seed = |seed| {
        request.seed = seed;
        podpilot_lab::evaluate(&request, &mut Unobserved).unwrap()
    };
    let (one, same, two) = (with_seed(1), with_seed(1), with_seed(2));
    assert_eq!(one, same);
    assert_ne!(one.row("hpa-80").map(|row| row.requests), two.row("hpa-80").map(|row| row.requests));
}
