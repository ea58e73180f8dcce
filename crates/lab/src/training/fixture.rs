//! A small load for tests of training: ten hours with two waves and short bursts.

use std::fmt::Write as _;
use std::sync::Arc;

use podpilot_controller::{ActionScheme, Agent, Controller, FrozenInputs, Policy, STATE_LENGTH};
use podpilot_learning::{Activation, Mlp, MlpShape};
use podpilot_random::Seed;

use super::base_policy::{controller, fit_base_policy};
use super::course::Course;
use super::rehearsal::Settled;
use super::settings::TrainingSettings;
use super::{course_of, price};
use crate::request::{AgentKind, Experience, LoadChoice, TrainRequest, Unobserved};
use crate::workbench::{DefaultScale, Workbench};

/// What a learner starts from.
pub(super) struct Small {
    pub(super) course: Arc<Course>,
    /// A controller of the base policy.
    pub(super) base: Controller,
    pub(super) settled: Settled,
}

pub(super) fn small(agent: AgentKind, timesteps: u64) -> Small {
    let folder = tempfile::tempdir().unwrap();
    let trace = folder.path().join("load.csv");
    let mut rows = "t_seconds,rps\n".to_owned();
    for minute in 0..600_u32 {
        let burst = if minute % 97 < 6 { 60.0 } else { 0.0 };
        let rate = 60.0 + 40.0 * libm::sin(f64::from(minute) * 0.021) + burst;
        writeln!(rows, "{},{rate:.0}", minute * 60).unwrap();
    }
    std::fs::write(&trace, rows).unwrap();
    let load = LoadChoice {
        scenario: "default".to_owned(),
        trace: Some(trace),
        split: None,
        peak_replicas: Some(6.0),
    };
    let bench = Workbench::open(&load, DefaultScale::PeakReplicas, Seed(1), &mut Unobserved).unwrap();
    let request = TrainRequest {
        load,
        agent,
        experience: Experience::Counterfactual,
        learner: None,
        timesteps,
        episodes: 1,
        seed: 1,
        out: folder.path().join("run"),
    };
    let settings = TrainingSettings::for_request(&request).unwrap();
    let fitted = fit_base_policy(&bench, Some(&settings), Seed(1)).unwrap();
    let base = controller("base", &fitted.policy, fitted.trim_start, &bench).unwrap();
    let course = Arc::new(course_of(&settings, price::UNKNOWN, &bench));
    Small { course, base, settled: fitted.settled }
}

/// A policy that always takes one action.
pub(super) fn always(action: usize) -> Policy {
    let shape = MlpShape {
        inputs: STATE_LENGTH,
        hidden: Vec::new(),
        outputs: ActionScheme::Residual.action_count(),
        activation: Activation::Tanh,
    };
    let mut network = Mlp::zeroed(shape);
    network.output_bias_mut()[action] = 1.0;
    let logits = Agent::new(network, None, FrozenInputs::default(), ActionScheme::Residual).unwrap();
    Policy::Ppo { logits }
}
