//! What each action would have brought: from one state, every action is tried on the same arrivals.
//!
//! A branch takes its action for two decisions, then the agent acts as it would now, then the base policy brings all
//! branches back together. The label is the discounted return beyond that of the base action. Actions that ask for
//! the same replicas and leave the same memory behind share one branch.

use podpilot_controller::{Controller, Policy};

use super::arm::Arm;
use super::course::Course;
use super::settings::BranchSettings;

/// Actions that a set of bits can hold.
type ActionSet = u32;

/// Tries actions out. Keeps its simulations, so that branching allocates nothing.
#[derive(Debug)]
pub(super) struct Brancher {
    settings: BranchSettings,
    once: Arm,
    twice: Arm,
    first_decisions: Decided,
    second_decisions: Decided,
}

/// Controllers after their decisions, different ones only, and which actions lead to each.
#[derive(Debug)]
struct Decided {
    controllers: Vec<Controller>,
    actions: Vec<ActionSet>,
}

impl Decided {
    fn new(controller: &Controller, count: usize) -> Self {
        Self { controllers: vec![controller.clone(); count], actions: Vec::with_capacity(count) }
    }

    /// Lets each action of the set decide from the same prepared controller.
    fn decide(&mut self, prepared: &Controller, set: ActionSet) {
        self.actions.clear();
        for action in (0..self.controllers.len()).filter(|action| set & (1 << action) != 0) {
            let found = self.actions.len();
            let (known, rest) = self.controllers.split_at_mut(found);
            let next = &mut rest[0];
            next.copy_from(prepared);
            next.decide_action(action);
            match known.iter().position(|controller| controller.decided_alike(next)) {
                Some(same) => self.actions[same] |= 1 << action,
                None => self.actions.push(1 << action),
            }
        }
    }
}

impl Brancher {
    pub(super) fn new(course: &Course, controller: &Controller, settings: BranchSettings) -> Self {
        let count = controller.actions().action_count();
        Self {
            settings,
            once: Arm::new(course, controller),
            twice: Arm::new(course, controller),
            first_decisions: Decided::new(controller, count),
            second_decisions: Decided::new(controller, count),
        }
    }

    /// Writes the label of each action at the state that `arm` has perceived. Returns how many different branches were
    /// simulated.
    pub(super) fn label(
        &mut self,
        course: &Course,
        arm: &Arm,
        agent: &mut Policy,
        labels: &mut [f32],
    ) -> usize {
        let (weights, scale) = course.prices(&arm.controller);
        let mut branches = 0;
        self.first_decisions.decide(&arm.controller, (1 << labels.len()) - 1);
        for (decided, &set) in self.first_decisions.controllers.iter().zip(&self.first_decisions.actions) {
            self.once.branch_from(arm, decided);
            let first = self.once.pass_decided(course, &weights).total();
            self.once.perceive();
            self.second_decisions.decide(&self.once.controller, set);
            let second = self.second_decisions.controllers.iter().zip(&self.second_decisions.actions);
            for (decided, &set) in second {
                self.twice.branch_from(&self.once, decided);
                let gamma = self.settings.gamma;
                let mut total = first + gamma * self.twice.pass_decided(course, &weights).total();
                let mut discount = gamma * gamma;
                for step in 2..self.settings.steps {
                    self.twice.perceive();
                    let base_action = self.twice.controller.base_action();
                    let action = if step < self.settings.agent_steps {
                        self.twice.controller.ask(agent).unwrap_or(base_action)
                    } else {
                        base_action
                    };
                    total += discount * self.twice.act(course, action, &weights).total();
                    discount *= gamma;
                }
                branches += 1;
                let members = labels.iter_mut().enumerate().filter(|(action, _)| set & (1 << action) != 0);
                members.for_each(|(_, label)| *label = (scale * total) as f32);
            }
        }
        let base = labels[arm.controller.base_action()];
        for label in labels.iter_mut() {
            *label -= base;
        }
        branches
    }
}

#[cfg(test)]
mod tests {
    use podpilot_random::Seed;

    use super::super::fixture::{always, small};
    use super::*;
    use crate::request::AgentKind;

    /// The label of one action by the definition: a branch of its own, in one go.
    fn by_definition(
        course: &Course,
        arm: &Arm,
        agent: &mut Policy,
        action: usize,
        settings: BranchSettings,
    ) -> f64 {
        let (weights, scale) = course.prices(&arm.controller);
        let mut branch = Arm::new(course, &arm.controller);
        branch.branch_from(arm, &arm.controller);
        let mut total = 0.0;
        for step in 0..settings.steps {
            if step > 0 {
                branch.perceive();
            }
            let taken = match step {
                0 | 1 => action,
                _ if step < settings.agent_steps => branch.controller.ask(agent).unwrap(),
                _ => branch.controller.base_action(),
            };
            let reward = branch.act(course, taken, &weights).total();
            total += libm::pow(settings.gamma, f64::from(step)) * reward;
        }
        scale * total
    }

    #[test]
    fn labels_are_the_returns_of_separate_branches_and_leave_the_path_as_it_was() {
        let small = small(AgentKind::Ppo, 1_000);
        let course = &small.course;
        let settings = BranchSettings { agent_steps: 5, steps: 12, gamma: 0.9 };
        let mut brancher = Brancher::new(course, &small.base, settings);
        let mut agent = always(3);
        let mut arm = Arm::new(course, &small.base);
        arm.reset(course, &small.base, course.starts[0], Seed(5));
        let (mut shared, mut states) = (0, 0);
        for step in 0..60 {
            arm.perceive();
            if step % 10 == 9 {
                let mut labels = [0.0; 15];
                let branches = brancher.label(course, &arm, &mut agent, &mut labels);
                let returns: Vec<f64> =
                    (0..15).map(|action| by_definition(course, &arm, &mut agent, action, settings)).collect();
                for (action, label) in labels.iter().enumerate() {
                    let expected = returns[action] - returns[7];
                    assert!(
                        (f64::from(*label) - expected).abs() < 1e-4,
                        "{step}, {action}: {label} {expected}"
                    );
                }
                assert!(labels.iter().any(|label| label.abs() > 1e-3), "all actions alike: {labels:?}");
                shared += usize::from(branches < 15);
                states += 1;
            }
            arm.act(course, 7, &course.weights);
        }
        assert!(shared > 0, "equal branches were simulated apart in all of {states} states");
    }
}
