//! From a policy and a service model to who decides.

use podpilot_controller::{Controller, ControllerConfig, ControllerError};
use podpilot_core::Span;

use super::Fitted;
use crate::decide::{Brain, Decider};
use crate::policy::LoadedPolicy;
use crate::settings::Settings;

/// A signal older than this is stale, and never younger than three decisions.
const STALE_AFTER: Span = Span::seconds(60);

/// How old a signal may be.
pub(crate) fn stale_after(settings: &Settings) -> Span {
    STALE_AFTER.max(settings.period * 3)
}

/// The decision pipeline of a policy, with the baseline HPA as second link of its fallback chain.
pub(super) fn controller(
    settings: &Settings,
    policy: &LoadedPolicy,
    fitted: &Fitted,
    decider: &Decider,
) -> Result<Controller, ControllerError> {
    let name = policy.trained.policy.name();
    let capacity = fitted.model.capacity.clone();
    let mut config = ControllerConfig::new(name, settings.objective, capacity, settings.bounds);
    config.period = settings.period;
    config.stale_after = stale_after(settings);
    config.fallback = decider.fresh_hpa(settings.period).ok();
    let mut controller = policy.trained.clone().into_controller(config)?;
    controller.set_trim(policy.trim_start);
    controller.recall(fitted.rates.iter().copied());
    Ok(controller)
}

/// Puts a controller in place once there is a policy and a model.
pub(super) fn install_controller(
    settings: &Settings,
    policy: &LoadedPolicy,
    fitted: &Fitted,
    decider: &mut Decider,
    now: podpilot_core::Timestamp,
) -> Result<(), ControllerError> {
    let controller = controller(settings, policy, fitted, decider)?;
    decider.replace_brain(Brain::Controller(controller), now);
    decider.set_model(fitted.model.clone());
    Ok(())
}
