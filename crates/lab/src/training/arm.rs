//! One simulated service with the production controller on it: what training lets act, pairs and branches.

use std::sync::Arc;

use podpilot_controller::{Controller, RewardTerms, RewardWeights};
use podpilot_core::{Autoscaler, Span};
use podpilot_random::Seed;
use podpilot_simulator::{Fidelity, Simulation};

use super::course::Course;
use super::interval::CounterMark;
use crate::history::history_before;

/// A simulation and its controller.
#[derive(Debug)]
pub(super) struct Arm {
    pub(super) simulation: Simulation,
    pub(super) controller: Controller,
    mark: CounterMark,
}

impl Arm {
    pub(super) fn new(course: &Course, controller: &Controller) -> Self {
        let mut simulation =
            Simulation::of(&course.prepared, Fidelity::Fast, Arc::clone(&course.load), Seed(0));
        simulation.watch(controller.signals());
        Self { simulation, controller: controller.clone(), mark: CounterMark::default() }
    }

    /// Starts anew at `start` in the train part with a controller that has decided nothing yet.
    pub(super) fn reset(&mut self, course: &Course, fresh: &Controller, start: Span, seed: Seed) {
        self.simulation.reset(Arc::clone(&course.load), start, seed);
        self.controller.copy_from(fresh);
        self.controller.recall(history_before(&course.load, start, self.simulation.now()));
        self.mark = CounterMark::of(self.simulation.measures());
    }

    /// Goes on exactly as `other` would, but with `decided`, its controller after a decision.
    pub(super) fn branch_from(&mut self, other: &Self, decided: &Controller) {
        self.simulation.copy_from(&other.simulation);
        self.controller.copy_from(decided);
        self.mark = other.mark;
    }

    /// First half of a decision: the controller sees what there is.
    pub(super) fn perceive(&mut self) -> &[f32] {
        self.controller.prepare(self.simulation.observe())
    }

    /// Carries an action out and lets one period pass; returns the terms of the reward at the given weights.
    pub(super) fn act(&mut self, course: &Course, action: usize, weights: &RewardWeights) -> RewardTerms {
        self.controller.decide_action(action);
        self.pass_decided(course, weights)
    }

    /// Carries out what the controller decided last and lets one period pass.
    pub(super) fn pass_decided(&mut self, course: &Course, weights: &RewardWeights) -> RewardTerms {
        let replicas = self.controller.last_decision().map(|decision| decision.replicas);
        let outcome = self.simulation.scale(replicas.unwrap_or_else(|| self.simulation.spec_replicas()));
        self.controller.applied(&outcome);
        self.simulation.advance(self.controller.period());
        let mark = CounterMark::of(self.simulation.measures());
        let interval = mark.since(&self.mark, course.reference_pods);
        self.mark = mark;
        weights.terms(&interval, course.slow_share_allowed())
    }
}
