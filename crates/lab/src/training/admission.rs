//! The admission of an agent: it must beat the base policy on the end of the train part, where it did not learn.

use std::ops::ControlFlow;
use std::sync::Arc;

use podpilot_controller::{Controller, Policy};
use podpilot_core::Span;
use podpilot_random::Seed;
use podpilot_simulator::Measures;

use super::arm::Arm;
use super::course::Course;
use super::rehearsal::{self, Ground};
use crate::evaluation::on_every_core;
use crate::result::Admission;
use crate::workbench::DECISION_PERIOD;

/// Repetitions with fresh noise.
const NOISE_SEEDS: usize = 5;

/// The newest days are the most like what comes.
const LONGEST: Span = Span::minutes(5 * 24 * 60);

/// What one policy earned over the held-out part.
#[derive(Debug, Clone)]
struct Earned {
    reward: f64,
    measures: Measures,
}

/// Both policies over the held-out part on the same arrivals, each from the headroom where its own trim came to stand,
/// judged by the reward that the agent was trained for. `base` is a controller of the base policy.
pub(super) fn judge(course: &Arc<Course>, base: &Controller, agent: &Policy, seed: Seed) -> Admission {
    let policies = [agent.clone(), Policy::Quantile];
    let controllers = policies.clone().map(|policy| settled(course, base, &policy, seed));
    let seeds = seed.named("admission");
    let mut earned: Vec<Option<Earned>> = vec![None; 2 * NOISE_SEEDS];
    on_every_core(
        earned.len(),
        || Arm::new(course, base),
        |arm, piece| {
            let (policy, controller) = (&policies[piece % 2], &controllers[piece % 2]);
            play(course, arm, controller, &mut policy.clone(), seeds.indexed((piece / 2) as u64))
        },
        |piece, outcome| {
            earned[piece] = Some(outcome);
            ControlFlow::Continue(())
        },
    );
    let sum = |of: usize, number: &dyn Fn(&Earned) -> f64| {
        earned.iter().skip(of).step_by(2).flatten().map(number).sum::<f64>()
    };
    let difference = |number: &dyn Fn(&Earned) -> f64| sum(0, number) - sum(1, number);
    let base_minutes = sum(1, &|earned| earned.measures.pod_seconds) / 60.0 / course.reference_pods;
    let gain = difference(&|earned| earned.reward) / base_minutes.max(1.0);
    let bad = |of: usize| {
        let minutes = sum(of, &|earned| (earned.measures.minutes.good + earned.measures.minutes.bad) as f64);
        sum(of, &|earned| earned.measures.minutes.bad as f64) / minutes.max(1.0)
    };
    Admission {
        admitted: gain > 0.0,
        gain,
        relative_cost: sum(0, &|earned| earned.measures.cost()) / sum(1, &|earned| earned.measures.cost())
            - 1.0,
        bad_minutes_difference: bad(0) - bad(1),
        hours: stretch(course).1.as_seconds() / 3_600.0,
        noise_seeds: NOISE_SEEDS as u32,
    }
}

/// Where the held-out stretch starts and how long it is.
fn stretch(course: &Course) -> (Span, Span) {
    let end = course.load.duration();
    let step = course.load.step();
    let from = Span(course.until.0.max((end - LONGEST).0).div_euclid(step.0) * step.0);
    (from, end - from)
}

/// The controller of a policy at the headroom where its own trim comes to stand before the held-out part.
fn settled(course: &Course, base: &Controller, policy: &Policy, seed: Seed) -> Controller {
    let mut controller = base.clone();
    // A policy that does not fit the actions leaves the base policy in place, which earns nothing and is refused.
    if controller.set_policy(policy.clone()).is_ok() {
        let trim = rehearsal::settle_policy(Ground::of_course(course), controller.clone(), seed);
        controller.set_trim(trim);
    }
    controller
}

fn play(course: &Course, arm: &mut Arm, fresh: &Controller, policy: &mut Policy, seed: Seed) -> Earned {
    let (from, length) = stretch(course);
    arm.reset(course, fresh, from, seed);
    let mut reward = 0.0;
    for _ in 0..length / DECISION_PERIOD {
        arm.perceive();
        let action = arm.controller.ask(policy).unwrap_or_else(|| arm.controller.base_action());
        reward += arm.act(course, action, &course.weights).total();
    }
    Earned { reward, measures: arm.simulation.measures().clone() }
}

#[cfg(test)]
mod tests {
    use podpilot_random::Seed;

    use super::super::fixture::{always, small};
    use super::*;
    use crate::request::AgentKind;

    #[test]
    fn who_does_no_better_than_the_base_policy_is_not_let_in() {
        let small = small(AgentKind::Ppo, 1_000);
        let judged = |action| judge(&small.course, &small.base, &always(action), Seed(2));
        // The base action.
        let clone = judged(7);
        assert!(!clone.admitted && clone.gain == 0.0 && clone.relative_cost == 0.0, "{clone:?}");
        // Always 22 % more pods for six minutes.
        let wasteful = judged(14);
        assert!(!wasteful.admitted && wasteful.gain < -0.02 && wasteful.relative_cost > 0.02, "{wasteful:?}");
        assert!((wasteful.hours - 1.2).abs() < 0.02, "a fifth of six hours: {}", wasteful.hours);
    }

    #[test]
    fn who_earns_more_is_let_in() {
        let mut small = small(AgentKind::Ppo, 1_000);
        // Where bad minutes cost nothing, fewer pods earn more.
        let course = Arc::get_mut(&mut small.course).unwrap();
        (course.weights.latency, course.weights.throughput, course.weights.cpu) = (0.0, 0.0, 0.0);
        let thrifty = judge(&small.course, &small.base, &always(0), Seed(2));
        assert!(thrifty.admitted && thrifty.gain > 0.0 && thrifty.relative_cost < 0.0, "{thrifty:?}");
    }
}
