//! The base policy that agents start from and correct, and controllers of trained policies.

use podpilot_controller::{Controller, ControllerConfig, FrozenInputs, Policy, TrainedPolicy, TrimSettings};
use podpilot_core::Span;
use podpilot_random::Seed;

use super::settings::TrainingSettings;
use super::{demand_fit, rehearsal};
use crate::LabError;
use crate::workbench::{DECISION_PERIOD, Workbench};

/// The base policy: the demand quantiles fitted to the train part.
#[derive(Debug)]
pub(crate) struct BasePolicy {
    pub(crate) policy: TrainedPolicy,
    /// Where its trim stands at the end of the train part.
    pub(crate) trim_start: f64,
    /// Inputs of an agent that did not vary.
    pub(super) frozen: FrozenInputs,
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
    let rehearsal = rehearsal::settle_base(bench, controller, seed);
    Ok(BasePolicy { policy, trim_start: rehearsal.trim, frozen: rehearsal.frozen })
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

/// The base policy with a trim that stands still wherever it is set.
pub(super) fn controller_without_trim(
    policy: &TrainedPolicy,
    bench: &Workbench,
) -> Result<Controller, LabError> {
    let mut config = controller_config("rehearsal", bench);
    config.trim = config.trim.map(|trim| TrimSettings { step_up: f64::MIN_POSITIVE, ..trim });
    policy.clone().into_controller(config).map_err(|error| LabError::Failed(error.to_string()))
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
