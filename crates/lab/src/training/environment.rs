//! The single-path learning task: the production controller on the simulator, one decision a step.
//!
//! A second, paired simulation meets the same arrivals under the base policy; the reward is what the agent's actions
//! brought beyond it. The base policy's own luck with the load cancels out, which leaves far less noise to learn
//! from, and an agent that never leaves the base policy earns exactly zero.

use std::sync::Arc;

use podpilot_controller::Controller;
use podpilot_learning::{End, Environment, StateError, StateReader, StateWriter, Step};
use podpilot_random::Seed;

use super::arm::Arm;
use super::course::Course;
use super::episode_log::EpisodeSummary;

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
        let start = self.course.drawn_start(seed);
        let headroom = self.course.drawn_headroom(self.fresh_controller.trim(), seed);
        for arm in [&mut self.agent, &mut self.base] {
            arm.reset(&self.course, &self.fresh_controller, start, seed);
            arm.controller.set_trim(headroom);
        }
    }

    fn perceive(&mut self, observation: &mut [f32]) {
        observation.copy_from_slice(self.agent.perceive());
    }

    /// One decision of both arms. The agent's arm must have been perceived before.
    fn advance(&mut self, action: usize) -> f32 {
        self.actions.push(action as u32);
        let (weights, scale) = self.course.prices(&self.agent.controller);
        let terms = self.agent.act(&self.course, action, &weights);
        self.base.perceive();
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
