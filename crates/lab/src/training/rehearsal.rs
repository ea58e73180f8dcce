//! The base policy over the end of the train part: where its trim comes to stand, which inputs of an agent never vary
//! (random weights on them must not act later), and what headroom costs and saves.

use std::sync::Arc;

use podpilot_controller::{Controller, FrozenInputs, STATE_LENGTH};
use podpilot_core::{Autoscaler, Span};
use podpilot_random::Seed;
use podpilot_simulator::{Fidelity, Measures, PreparedScenario, Simulation};
use podpilot_traffic::LoadSeries;

use super::course::Course;
use crate::history::history_before;
use crate::workbench::{DECISION_PERIOD, Workbench};

/// A week: long enough for the trim to forget where it began.
const LENGTH: Span = Span::minutes(7 * 24 * 60);

/// Where a rehearsal takes place: the last week of a load before `until`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ground<'a> {
    prepared: &'a Arc<PreparedScenario>,
    load: &'a Arc<LoadSeries>,
    until: Span,
}

impl<'a> Ground<'a> {
    /// The end of the train part.
    pub(super) fn of_bench(bench: &'a Workbench) -> Self {
        Self { prepared: &bench.prepared, load: &bench.train, until: bench.train.duration() }
    }

    /// The end of what is learned on.
    pub(super) fn of_course(course: &'a Course) -> Self {
        Self { prepared: &course.prepared, load: &course.load, until: course.until }
    }
}

/// Where the base policy comes to stand.
#[derive(Debug)]
pub(super) struct Settled {
    /// Mean headroom of the last half.
    pub(super) trim: f64,
    /// Inputs of an agent that did not vary.
    pub(super) frozen: FrozenInputs,
    /// The agent's states that were met, row by row.
    pub(super) states: Vec<f32>,
}

/// Runs the base policy with its trim.
pub(super) fn settle_base(ground: Ground<'_>, controller: Controller, seed: Seed) -> Settled {
    let mut states = Vec::new();
    let mut trims = Vec::new();
    rehearse(ground, controller, seed, &mut |controller, simulation| {
        states.extend_from_slice(controller.prepare(simulation.observe()));
        trims.push(controller.trim());
        controller.decide_base().replicas
    });
    let frozen = FrozenInputs::find(&states, STATE_LENGTH);
    Settled { trim: mean_of_last_half(&trims), frozen, states }
}

/// Runs a controller's own policy and returns where its trim comes to stand.
pub(super) fn settle_policy(ground: Ground<'_>, controller: Controller, seed: Seed) -> f64 {
    let mut trims = Vec::new();
    rehearse(ground, controller, seed, &mut |controller, simulation| {
        trims.push(controller.trim());
        let proposal = controller.decide(simulation.observe());
        proposal.replicas.unwrap_or_else(|| simulation.spec_replicas())
    });
    mean_of_last_half(&trims)
}

fn mean_of_last_half(values: &[f64]) -> f64 {
    let half = &values[values.len() / 2..];
    half.iter().sum::<f64>() / half.len().max(1) as f64
}

/// Runs the base policy at one constant headroom and returns what came of it. The trim of `controller` must stand still.
pub(super) fn at_headroom(
    ground: Ground<'_>,
    controller: &Controller,
    headroom: f64,
    seed: Seed,
) -> Measures {
    let mut controller = controller.clone();
    controller.set_trim(headroom);
    rehearse(ground, controller, seed, &mut |controller, simulation| {
        controller.prepare(simulation.observe());
        controller.decide_base().replicas
    })
}

fn rehearse(
    ground: Ground<'_>,
    mut controller: Controller,
    seed: Seed,
    decide: &mut dyn FnMut(&mut Controller, &mut Simulation) -> i32,
) -> Measures {
    let Ground { prepared, load, until } = ground;
    let length = Span(LENGTH.0.min(until.0));
    let step = load.step();
    let from = Span((until - length).0 / step.0 * step.0);
    let mut simulation = Simulation::of(prepared, Fidelity::Fast, Arc::clone(load), seed);
    simulation.watch(controller.signals());
    simulation.reset(Arc::clone(load), from, seed.named("rehearsal"));
    controller.recall(history_before(load, from, simulation.now()));
    for _ in 0..length / DECISION_PERIOD {
        let replicas = decide(&mut controller, &mut simulation);
        let outcome = simulation.scale(replicas);
        controller.applied(&outcome);
        simulation.advance(DECISION_PERIOD);
    }
    simulation.measures().clone()
}
