use podpilot_core::Span;
use podpilot_random::Seed;
use podpilot_simulator::{Fidelity, Simulation};

use crate::world::{default_prepared, minutes};

fn simulation(fidelity: Fidelity, seed: Seed) -> Simulation {
    let load = minutes(&[200.0, 900.0, 900.0, 100.0, 400.0, 700.0, 50.0, 300.0]);
    Simulation::of(default_prepared(), fidelity, load, seed)
}

/// Goes on for ten minutes with a given count and says what was seen and measured.
fn continued(simulation: &mut Simulation, replicas: i32) -> (String, String) {
    simulation.scale(replicas);
    for _ in 0..40 {
        simulation.advance(Span::seconds(15));
    }
    (format!("{:?}", simulation.observe()), format!("{:?}", simulation.measures()))
}

#[test]
fn a_branch_continues_exactly_as_its_origin() {
    for fidelity in [Fidelity::Fast, Fidelity::Request] {
        for seconds in [0, 7, 61, 75, 130, 200, 330] {
            let mut origin = simulation(fidelity, Seed(2));
            origin.scale(14);
            origin.advance(Span::seconds(seconds));
            let mut branch = simulation(fidelity, Seed(77));
            branch.scale(3);
            branch.advance(Span::seconds(400));
            branch.copy_from(&origin);
            let mut clone = origin.clone();
            let expected = continued(&mut origin, 8);
            assert_eq!(continued(&mut branch, 8), expected, "{fidelity:?} copied after {seconds} s");
            assert_eq!(continued(&mut clone, 8), expected, "{fidelity:?} cloned after {seconds} s");
        }
    }
}

#[test]
fn branches_with_different_actions_differ() {
    let mut origin = simulation(Fidelity::Fast, Seed(2));
    origin.advance(Span::seconds(60));
    let mut branch = simulation(Fidelity::Fast, Seed(2));
    branch.copy_from(&origin);
    let (more, fewer) = (continued(&mut origin, 20), continued(&mut branch, 4));
    assert_ne!(more, fewer);
    assert_eq!(origin.measures().offered, branch.measures().offered, "the arrivals are the same");
    assert!(origin.measures().totals.slow < branch.measures().totals.slow);
}
