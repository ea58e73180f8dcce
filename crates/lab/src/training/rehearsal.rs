//! The base policy over the end of the train part: where its trim comes to stand, and which inputs of an agent never
//! vary, so that random weights on them must not act later.

use std::sync::Arc;

use podpilot_controller::{Controller, FrozenInputs, STATE_LENGTH};
use podpilot_core::{Autoscaler, Span};
use podpilot_random::Seed;
use podpilot_simulator::{Fidelity, Simulation};

use crate::workbench::{DECISION_PERIOD, Workbench};

/// A week: long enough for the trim to forget where it began.
const SETTLING_TIME: Span = Span::minutes(7 * 24 * 60);

/// What the rehearsal showed.
#[derive(Debug)]
pub(super) struct Rehearsal {
    /// Mean headroom of the last half.
    pub(super) trim: f64,
    /// Inputs of an agent that did not vary.
    pub(super) frozen: FrozenInputs,
}

/// Runs the base policy over the end of the train part.
pub(super) fn rehearse(bench: &Workbench, mut controller: Controller, seed: Seed) -> Rehearsal {
    let load = Arc::clone(&bench.train);
    let length = Span(SETTLING_TIME.0.min(load.duration().0));
    let step = load.step();
    let from = Span((load.duration() - length).0 / step.0 * step.0);
    let mut simulation = Simulation::of(&bench.prepared, Fidelity::Fast, Arc::clone(&load), seed);
    simulation.watch(controller.signals());
    simulation.reset(load, from, seed.named("trim"));
    let decisions = length / DECISION_PERIOD;
    let mut states = Vec::with_capacity(decisions as usize * STATE_LENGTH);
    let mut sum = 0.0;
    let mut counted = 0_u32;
    for decision in 0..decisions {
        states.extend_from_slice(controller.prepare(simulation.observe()));
        let decided = controller.decide_base();
        let outcome = simulation.scale(decided.replicas);
        controller.applied(&outcome);
        simulation.advance(DECISION_PERIOD);
        if decision >= decisions / 2 {
            sum += controller.trim();
            counted += 1;
        }
    }
    Rehearsal {
        trim: if counted == 0 { 0.0 } else { sum / f64::from(counted) },
        frozen: FrozenInputs::find(&states, STATE_LENGTH),
    }
}
