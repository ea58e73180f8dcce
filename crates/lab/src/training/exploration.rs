//! One window of experience: the agent acts as it learns to, and at every few decisions all actions are tried out.

use std::sync::Arc;

use podpilot_controller::{Agent, Controller, Policy, STATE_LENGTH};
use podpilot_core::Span;
use podpilot_learning::loss::Categorical;
use podpilot_random::{Seed, Stream};

use super::arm::Arm;
use super::branches::Brancher;
use super::course::Course;
use super::episode_log::EpisodeSummary;
use super::settings::CounterfactualSettings;
use crate::workbench::DECISION_PERIOD;

/// Decisions for which a random action is kept up: a single one among many would leave no trace.
const RANDOM_STEPS: u32 = 8;

/// States with the outcome of every action.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Experience {
    /// Inputs of the networks, row by row.
    pub(super) inputs: Vec<f32>,
    /// Return of each action beyond that of the base action.
    pub(super) labels: Vec<f32>,
}

/// What one window came to.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct WindowExperience {
    pub(super) experience: Experience,
    pub(super) summary: EpisodeSummary,
    /// Branches simulated a state.
    pub(super) branches: f64,
}

/// Lives through windows. Each worker has one.
#[derive(Debug)]
pub(super) struct Explorer {
    course: Arc<Course>,
    settings: CounterfactualSettings,
    fresh_controller: Controller,
    policy: Policy,
    /// How the networks see a state.
    inputs: Agent,
    main: Arm,
    brancher: Brancher,
    distribution: Categorical,
}

impl Explorer {
    /// `fresh_controller` starts at the headroom where the agent's own trim comes to stand.
    pub(super) fn new(
        course: &Arc<Course>,
        settings: &CounterfactualSettings,
        fresh_controller: &Controller,
        policy: &Policy,
        inputs: &Agent,
    ) -> Self {
        Self {
            course: Arc::clone(course),
            settings: settings.clone(),
            fresh_controller: fresh_controller.clone(),
            policy: policy.clone(),
            inputs: inputs.clone(),
            main: Arm::new(course, fresh_controller),
            brancher: Brancher::new(course, fresh_controller, settings.branch),
            distribution: Categorical::new(fresh_controller.actions().action_count()),
        }
    }

    /// The window of this seed, `steps` decisions long.
    pub(super) fn window(&mut self, seed: Seed, steps: u32) -> WindowExperience {
        let course = Arc::clone(&self.course);
        let mut behaviour = Behaviour::new(self.settings.exploration, seed);
        self.begin(&course, seed, &mut behaviour);
        let mut window = WindowExperience::default();
        let (mut branches, mut gain, mut labelled) = (0, 0.0, 0);
        let actions = self.distribution.probabilities().len();
        for step in 0..steps {
            let mut state = [0.0; STATE_LENGTH];
            state.copy_from_slice(self.main.perceive());
            if step % self.settings.label_every == 0 {
                let rows = &mut window.experience;
                let (inputs, labels) = (rows.inputs.len(), rows.labels.len());
                rows.inputs.resize(inputs + STATE_LENGTH, 0.0);
                rows.labels.resize(labels + actions, 0.0);
                self.inputs.write_input(&state, &mut rows.inputs[inputs..]);
                let labels = &mut rows.labels[labels..];
                branches += self.brancher.label(&course, &self.main, &mut self.policy, labels);
                let base_action = self.main.controller.base_action();
                let chosen = self.main.controller.ask(&mut self.policy).unwrap_or(base_action);
                gain += f64::from(labels[chosen]);
                labelled += 1;
            }
            let action = self.choose(&state, &mut behaviour);
            let (weights, _) = course.prices(&self.main.controller);
            let terms = self.main.act(&course, action, &weights);
            window.summary.add(0.0, &terms);
        }
        let labelled = f64::from(labelled);
        window.summary.set_return(gain / labelled);
        window.summary.close(self.main.simulation.measures());
        window.branches = branches as f64 / labelled;
        window
    }

    /// Lives up to the window's start, so that the agent meets it with a past, then draws the headroom.
    fn begin(&mut self, course: &Course, seed: Seed, behaviour: &mut Behaviour) {
        let start = course.drawn_start(seed);
        let seam = course.load.discontinuities().filter(|seam| *seam <= start).last().unwrap_or(Span::ZERO);
        let step = course.load.step();
        let warm_up = DECISION_PERIOD * i64::from(self.settings.warm_up_steps);
        let earliest = Span((start - warm_up).0.max(seam.0).div_euclid(step.0) * step.0);
        self.main.reset(course, &self.fresh_controller, earliest, seed);
        for _ in 0..(start - earliest) / DECISION_PERIOD {
            let mut state = [0.0; STATE_LENGTH];
            state.copy_from_slice(self.main.perceive());
            let action = self.choose(&state, behaviour);
            self.main.act(course, action, &course.weights);
        }
        let headroom = course.drawn_headroom(self.fresh_controller.trim(), seed);
        self.main.controller.set_trim(headroom);
    }

    /// What the learning agent does: a draw of PPO's policy, else the best action; now and then something else for a
    /// while.
    fn choose(&mut self, state: &[f32; STATE_LENGTH], behaviour: &mut Behaviour) -> usize {
        let count = self.distribution.probabilities().len();
        if let Some(random) = behaviour.random_action(count) {
            return random;
        }
        match &mut self.policy {
            Policy::Ppo { logits } | Policy::Hybrid { logits, .. } => {
                self.distribution.set(logits.scores(state), self.main.controller.action_mask());
                self.distribution.sample(&mut behaviour.stream)
            }
            policy @ (Policy::Dqn { .. } | Policy::Quantile) => {
                let base_action = self.main.controller.base_action();
                self.main.controller.ask(policy).unwrap_or(base_action)
            }
        }
    }
}

/// When something other than the policy acts.
#[derive(Debug)]
struct Behaviour {
    stream: Stream,
    /// Probability that a decision belongs to a random stretch.
    exploration: f64,
    random: usize,
    left: u32,
}

impl Behaviour {
    fn new(exploration: f64, seed: Seed) -> Self {
        Self { stream: seed.named("behaviour").stream(), exploration, random: 0, left: 0 }
    }

    fn random_action(&mut self, count: usize) -> Option<usize> {
        if self.left == 0 {
            // A stretch of n steps begins with probability p / (n − (n − 1) p), so that a share p of all lies in one.
            let (steps, share) = (f64::from(RANDOM_STEPS), self.exploration);
            if self.stream.uniform() >= share / (steps - (steps - 1.0) * share) {
                return None;
            }
            self.random = self.stream.below(count);
            self.left = RANDOM_STEPS;
        }
        self.left -= 1;
        Some(self.random)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn random_stretches_take_their_share_of_the_decisions() {
        let mut behaviour = Behaviour::new(0.1, Seed(3));
        let random = (0..200_000).filter(|_| behaviour.random_action(15).is_some()).count();
        assert!((random as f64 / 200_000.0 - 0.1).abs() < 0.006, "{random}");
    }
}
