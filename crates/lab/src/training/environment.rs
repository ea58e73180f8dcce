//! The learning task: the production controller on the simulator, one decision a step.
//!
//! A second, paired simulation meets the same arrivals under the base policy; the reward is what the agent's actions
//! brought beyond it. The base policy's own luck with the load cancels out, which leaves far less noise to learn
//! from, and an agent that never leaves the base policy earns exactly zero.

use std::sync::Arc;

use podpilot_controller::{Controller, RewardTerms, RewardWeights};
use podpilot_core::{Autoscaler, Span};
use podpilot_learning::{End, Environment, StateError, StateReader, StateWriter, Step};
use podpilot_random::Seed;
use podpilot_simulator::{Fidelity, PreparedScenario, Simulation};
use podpilot_traffic::LoadSeries;

use crate::history::history_before;

use super::episode_log::{EpisodeLog, EpisodeSummary};
use super::interval::CounterMark;
use super::price::MarginalPrice;

/// Standard deviation of an episode's first headroom, in units of the change that makes bad minutes e times fewer.
const HEADROOM_SPREAD: f64 = 0.8;

/// What all environments of one training share.
#[derive(Debug)]
pub(super) struct Course {
    pub(super) prepared: Arc<PreparedScenario>,
    /// The train part of the load.
    pub(super) load: Arc<LoadSeries>,
    /// Offsets in the load at which an episode may start.
    pub(super) starts: Vec<Span>,
    /// Decisions in an episode.
    pub(super) episode_steps: u32,
    /// Pods that the load needs on average.
    pub(super) reference_pods: f64,
    pub(super) weights: RewardWeights,
    pub(super) price: MarginalPrice,
    pub(super) log: EpisodeLog,
}

/// One arm of the paired comparison.
#[derive(Debug)]
struct Arm {
    simulation: Simulation,
    controller: Controller,
    mark: CounterMark,
}

/// The learning task.
#[derive(Debug)]
pub(super) struct ScalingEnvironment {
    course: Arc<Course>,
    fresh_controller: Controller,
    agent: Arm,
    base: Arm,
    seed: Seed,
    actions: Vec<u32>,
    summary: EpisodeSummary,
}

impl Arm {
    fn new(course: &Course, controller: &Controller) -> Self {
        let mut simulation =
            Simulation::of(&course.prepared, Fidelity::Fast, Arc::clone(&course.load), Seed(0));
        simulation.watch(controller.signals());
        Self { simulation, controller: controller.clone(), mark: CounterMark::default() }
    }

    fn reset(&mut self, course: &Course, fresh: &Controller, start: Span, seed: Seed) {
        self.simulation.reset(Arc::clone(&course.load), start, seed);
        self.controller.copy_from(fresh);
        self.controller.recall(history_before(&course.load, start, self.simulation.now()));
        self.mark = CounterMark::of(self.simulation.measures());
    }

    /// Carries an action out and lets one period pass; returns the terms of the reward at the given weights.
    fn act(&mut self, course: &Course, action: usize, weights: &RewardWeights) -> RewardTerms {
        let decision = self.controller.decide_action(action);
        let outcome = self.simulation.scale(decision.replicas);
        self.controller.applied(&outcome);
        self.simulation.advance(self.controller.period());
        let mark = CounterMark::of(self.simulation.measures());
        let scenario = course.prepared.scenario();
        let interval = mark.since(&self.mark, course.reference_pods);
        self.mark = mark;
        weights.terms(&interval, 1.0 - scenario.objective.latency.quantile)
    }
}

impl ScalingEnvironment {
    pub(super) fn new(course: Arc<Course>, controller: Controller) -> Self {
        let agent = Arm::new(&course, &controller);
        let base = Arm::new(&course, &controller);
        Self {
            course,
            fresh_controller: controller,
            agent,
            base,
            seed: Seed(0),
            actions: Vec::new(),
            summary: EpisodeSummary::default(),
        }
    }

    fn begin(&mut self, seed: Seed) {
        self.seed = seed;
        self.actions.clear();
        self.summary = EpisodeSummary::default();
        let start = self.course.starts[seed.named("start").stream().below(self.course.starts.len())];
        let headroom = self.drawn_headroom(seed);
        for arm in [&mut self.agent, &mut self.base] {
            arm.reset(&self.course, &self.fresh_controller, start, seed);
            arm.controller.set_trim(headroom);
        }
    }

    /// Where the trim stands at the start of an episode: scattered, so that the agent meets more than one headroom.
    fn drawn_headroom(&self, seed: Seed) -> f64 {
        let spread = HEADROOM_SPREAD / self.course.price.steepness;
        seed.named("headroom").stream().normal(self.fresh_controller.trim(), spread)
    }

    fn perceive(&mut self, observation: &mut [f32]) {
        let state = self.agent.controller.prepare(self.agent.simulation.observe());
        observation.copy_from_slice(state);
    }

    /// One decision of both arms. The agent's arm must have been perceived before.
    fn advance(&mut self, action: usize) -> f32 {
        self.actions.push(action as u32);
        let headroom = self.agent.controller.trim();
        let (weights, scale) = self.course.price.weights(&self.course.weights, headroom);
        let terms = self.agent.act(&self.course, action, &weights);
        self.base.controller.prepare(self.base.simulation.observe());
        let base_action = self.base.controller.base_action();
        let base_terms = self.base.act(&self.course, base_action, &weights);
        let reward = scale * (terms.total() - base_terms.total());
        self.summary.add(reward, &terms);
        reward as f32
    }

    fn is_over(&self) -> bool {
        self.actions.len() >= self.course.episode_steps as usize
    }
}

impl Environment for ScalingEnvironment {
    fn observation_len(&self) -> usize {
        podpilot_controller::STATE_LENGTH
    }

    fn action_count(&self) -> usize {
        self.agent.controller.action_mask().len()
    }

    fn reset(&mut self, seed: Seed, observation: &mut [f32]) {
        self.begin(seed);
        self.perceive(observation);
    }

    fn step(&mut self, action: usize, observation: &mut [f32]) -> Step {
        let reward = self.advance(action);
        self.perceive(observation);
        let end = self.is_over().then_some(End::Truncated);
        if end.is_some() {
            self.summary.close(self.agent.simulation.measures());
            self.course.log.push(self.summary);
        }
        Step { reward, end }
    }

    fn has_masks(&self) -> bool {
        true
    }

    fn action_mask(&self, mask: &mut [bool]) {
        mask.copy_from_slice(self.agent.controller.action_mask());
    }

    /// Seed and actions: an episode is repeated from them in milliseconds, which is far less to keep than the
    /// state of two clusters.
    fn save_state(&self) -> Option<Vec<u8>> {
        let mut writer = StateWriter::new();
        writer.section("scaling episode");
        writer.u64(self.seed.0);
        writer.u32s(&self.actions);
        Some(writer.into_bytes())
    }

    fn load_state(&mut self, state: &[u8]) -> Result<(), StateError> {
        let mut reader = StateReader::new(state);
        reader.section("scaling episode")?;
        let seed = Seed(reader.u64()?);
        let actions = reader.u32s()?;
        reader.finish()?;
        self.begin(seed);
        let mut observation = vec![0.0; self.observation_len()];
        self.perceive(&mut observation);
        for action in actions {
            self.advance(action as usize);
            self.perceive(&mut observation);
        }
        Ok(())
    }
}
