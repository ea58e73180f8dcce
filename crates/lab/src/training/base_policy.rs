//! The base policy that agents start from and correct, and controllers of trained policies.

use podpilot_controller::{Controller, ControllerConfig, Policy, TrainedPolicy, TrimSettings};
use podpilot_core::{Objective, Span};
use podpilot_random::Seed;

use super::demand_fit;
use super::rehearsal::{self, Ground, Settled};
use super::settings::TrainingSettings;
use crate::LabError;
use crate::workbench::{DECISION_PERIOD, Workbench};

/// The base policy: the demand quantiles fitted to the train part.
#[derive(Debug)]
pub(crate) struct BasePolicy {
    pub(crate) policy: TrainedPolicy,
    /// Where its trim stands at the end of the train part.
    pub(crate) trim_start: f64,
    /// What its rehearsal showed.
    pub(super) settled: Settled,
}

/// Fits the base policy and rehearses it.
pub(crate) fn fit_base_policy(
    bench: &Workbench,
    settings: Option<&TrainingSettings>,
    seed: Seed,
) -> Result<BasePolicy, LabError> {
    let config = controller_config("quantile", bench);
    let policy = TrainedPolicy {
        forecaster: demand_fit::fit_demand_quantiles(bench, seed)?,
        policy: Policy::Quantile,
        actions: settings.map_or(config.actions, |settings| settings.actions),
        level: config.level,
        hold: config.hold,
    };
    let controller =
        policy.clone().into_controller(config).map_err(|error| LabError::Failed(error.to_string()))?;
    let settled = rehearsal::settle_base(Ground::of_bench(bench), controller, seed);
    Ok(BasePolicy { policy, trim_start: settled.trim, settled })
}

/// The settings of every learned controller in the laboratory, besides its networks.
pub(crate) fn controller_config(name: &str, bench: &Workbench) -> ControllerConfig {
    let scenario = bench.scenario();
    let mut config =
        ControllerConfig::new(name, scenario.objective, bench.capacity.clone(), scenario.bounds());
    config.period = DECISION_PERIOD;
    // The laboratory starts controllers in steady state, not after a restart.
    config.guard.restart_hold = Span::ZERO;
    config
}

/// As [`controller`], with a trim that aims at another limit on bad minutes than the scenario's.
pub(crate) fn controller_at_limit(
    name: &str,
    policy: &TrainedPolicy,
    trim_start: f64,
    bad_minutes: f64,
    bench: &Workbench,
) -> Result<Controller, LabError> {
    let mut config = controller_config(name, bench);
    config.trim = Some(TrimSettings::for_objective(&Objective { bad_minutes, ..config.objective }));
    let mut controller =
        policy.clone().into_controller(config).map_err(|error| LabError::BadInput(error.to_string()))?;
    controller.set_trim(trim_start);
    Ok(controller)
}

/// A policy with a trim that stands still wherever it is set.
pub(crate) fn controller_without_trim(
    name: &str,
    policy: &TrainedPolicy,
    headroom: f64,
    bench: &Workbench,
) -> Result<Controller, LabError> {
    let mut config = controller_config(name, bench);
    config.trim = config.trim.map(|trim| TrimSettings { step_up: f64::MIN_POSITIVE, ..trim });
    let mut controller =
        policy.clone().into_controller(config).map_err(|error| LabError::BadInput(error.to_string()))?;
    controller.set_trim(headroom);
    Ok(controller)
}

/// A controller of a policy, with the trim where the train part left it.
pub(crate) fn controller(
    name: &str,
    policy: &TrainedPolicy,
    trim_start: f64,
    bench: &Workbench,
) -> Result<Controller, LabError> {
    let mut controller = policy
        .clone()
        .into_controller(controller_config(name, bench))
        .map_err(|error| LabError::BadInput(error.to_string()))?;
    controller.set_trim(trim_start);
    Ok(controller)
}
