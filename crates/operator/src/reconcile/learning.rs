//! What a decider rests on besides signals: baseline, policy, service model, memory from before a restart.

use std::sync::Arc;
use std::time::Duration;

use k8s_openapi::api::autoscaling::v2::HorizontalPodAutoscaler;
use podpilot_core::Timestamp;
use tokio::time::Instant;

use super::fitting::NotFitted;
use super::making::install_controller;
use super::pod_size::pod_size;
use super::tracked::Tracked;
use super::{ConditionKind, Context, FitOutcome, FitRequest, fit_workload};
use crate::decide::{Brain, Decider, RestartState};
use crate::policy::parse_policy;
use crate::settings::{Settings, hpa_manifest_of};

const POLICY_EVERY: Duration = Duration::from_mins(1);
const REFIT_EVERY: Duration = Duration::from_hours(1);
const RETRY_FIT_EVERY: Duration = Duration::from_mins(1);

/// Makes a decider for a new target, and lets a known one follow an edited specification.
pub(super) fn prepare_decider(
    tracked: &mut Tracked,
    settings: &Settings,
    hpa: Option<&Arc<HorizontalPodAutoscaler>>,
    edited: bool,
    now: Timestamp,
) -> Option<()> {
    let on_target = hpa.and_then(|hpa| hpa_manifest_of(&serde_json::to_value(&hpa.spec).ok()?).ok());
    let manifest = settings.hpa_manifest(on_target.as_ref());
    match &mut tracked.decider {
        None => {
            let brain = Brain::hpa(settings.hpa(&manifest).ok()?);
            tracked.decider = Decider::new(settings, brain, manifest).ok();
        }
        Some(decider) => {
            decider.follow(manifest).ok()?;
            decider.set_mode(settings.mode);
            if edited && let (Some(policy), Some(fitted)) = (&tracked.policy, &tracked.fitted) {
                install_controller(settings, policy, fitted, decider, now).ok()?;
            }
        }
    }
    tracked.decider.as_ref().map(|_| ())
}

/// Reads the policy now and then; a bad one never replaces a good one.
pub(super) async fn take_policy(
    context: &Context,
    namespace: &str,
    tracked: &mut Tracked,
    settings: &Settings,
    at: (Option<i64>, Timestamp),
) {
    if Instant::now() < tracked.policy_due {
        return;
    }
    tracked.policy_due =
        Instant::now() + POLICY_EVERY.min(Duration::from_secs_f64(settings.period.as_seconds()) * 2);
    let read = context.policies.read(&context.client, namespace, &settings.policy).await;
    let unchanged = matches!((&read, &tracked.policy), (Ok(bytes), Some(policy)) if *bytes == policy.bytes);
    if unchanged {
        tracked.conditions.set(ConditionKind::PolicyLoaded, true, "Loaded", "the policy is in use", at);
        return;
    }
    match read.and_then(|bytes| parse_policy(bytes, "the policy")) {
        Ok(policy) => {
            if let (Some(decider), Some(fitted)) = (&mut tracked.decider, &tracked.fitted)
                && let Err(error) = install_controller(settings, &policy, fitted, decider, at.1)
            {
                tracked.conditions.set(
                    ConditionKind::PolicyLoaded,
                    false,
                    "PolicyRefused",
                    error.to_string(),
                    at,
                );
                return;
            }
            tracked.policy = Some(policy);
            tracked.conditions.set(ConditionKind::PolicyLoaded, true, "Loaded", "the policy is in use", at);
        }
        Err(refused) => {
            let stays = if tracked.policy.is_some() { "; the one before it stays in use" } else { "" };
            let message = format!("{refused}{stays}");
            tracked.conditions.set(ConditionKind::PolicyLoaded, false, refused.reason(), message, at);
        }
    }
}

/// Fits the service model beside decisions, and takes what came of it.
pub(super) async fn take_fit(
    context: &Context,
    namespace: &str,
    tracked: &mut Tracked,
    settings: &Settings,
    at: (Option<i64>, Timestamp),
) {
    if let Some(task) = tracked.fitting.take_if(|task| task.is_finished()) {
        let outcome = task.await.unwrap_or(Err(NotFitted::Stopped));
        use_fit(namespace, tracked, settings, outcome, at);
    }
    let Some(size) = pod_size(&tracked.observation.pods) else { return };
    if tracked.pod_size != Some(size) {
        tracked.pod_size = Some(size);
        tracked.fit_due = Instant::now();
    }
    if tracked.fitting.is_none() && Instant::now() >= tracked.fit_due {
        let request = FitRequest {
            namespace: namespace.to_owned(),
            settings: settings.clone(),
            size,
            prometheus: tracked.prometheus.clone(),
            models: context.models.clone(),
            now: at.1,
        };
        tracked.fitting = Some(tokio::spawn(fit_workload(request)));
    }
}

fn use_fit(
    namespace: &str,
    tracked: &mut Tracked,
    settings: &Settings,
    outcome: FitOutcome,
    at: (Option<i64>, Timestamp),
) {
    let pause = if outcome.is_ok() { REFIT_EVERY } else { RETRY_FIT_EVERY };
    tracked.fit_due = Instant::now() + pause;
    match outcome {
        Ok(fitted) => {
            let message = format!(
                "{:.2} ms of CPU a request, {:.1} requests/s a pod within the objective",
                fitted.model.cpu_ms_per_request,
                fitted.model.rps_per_pod()
            );
            let reason = if fitted.cost.is_some() { "Fitted" } else { "Stated" };
            tracked.conditions.set(ConditionKind::ServiceFitted, true, reason, message, at);
            if let (Some(decider), Some(policy)) = (&mut tracked.decider, &tracked.policy)
                && let Err(error) = install_controller(settings, policy, &fitted, decider, at.1)
            {
                tracing::error!(namespace, %error, "no controller can be made");
            }
            tracked.fitted = Some(fitted);
        }
        // A model that is there stays.
        Err(_) if tracked.fitted.is_some() => {}
        Err(problem) => {
            let message = format!("{problem}. Until then the baseline HPA decides");
            tracked.conditions.set(ConditionKind::ServiceFitted, false, "TooLittleData", message, at);
        }
    }
}

/// Puts back the memory from before a restart, as soon as the brain that it is of is there.
pub(super) fn restore(tracked: &mut Tracked, target: &str) {
    let (Some(decider), Some(text)) = (&mut tracked.decider, &tracked.restart_state) else { return };
    match RestartState::from_text(text) {
        Ok(state) if state.brain != decider.brain().name() && tracked.fitting.is_some() => {}
        Ok(state) => {
            if let Err(error) = decider.restore(&state, target) {
                tracing::warn!(%error, "memory from before the restart is not used");
            }
            tracked.restart_state = None;
        }
        Err(error) => {
            tracing::warn!(%error, "memory from before the restart is not used");
            tracked.restart_state = None;
        }
    }
}
