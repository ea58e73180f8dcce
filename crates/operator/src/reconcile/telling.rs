//! What the status, the events and the log say.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::{Condition, Time};
use kube::runtime::events::{Event, EventType};
use kube::{Resource, ResourceExt};
use podpilot_core::{DecisionSource, Span, Timestamp};

use super::tracked::Tracked;
use super::{ConditionKind, Context};
use crate::cluster::write_status;
use crate::decide::{Comparison, Verdict};
use crate::resource::{AdaptiveAutoscaler, AdaptiveAutoscalerStatus, FittedService};

/// Memory for a restart is taken this seldom.
const STATE_EVERY: Span = Span::seconds(60);

/// Who decided, as the status writes it.
pub(super) fn source_name(source: DecisionSource) -> &'static str {
    match source {
        DecisionSource::Policy => "policy",
        DecisionSource::Hpa => "hpa",
        DecisionSource::Hold => "hold",
    }
}

/// The status after a decision, or without one.
pub(super) fn status(
    context: &Context,
    object: &AdaptiveAutoscaler,
    tracked: &mut Tracked,
    verdict: Option<&Verdict>,
    replicas: Option<i32>,
    now: Timestamp,
) -> AdaptiveAutoscalerStatus {
    let comparison = tracked.decider.as_ref().and_then(|decider| decider.comparison());
    let price = tracked.settings.as_ref().and_then(|settings| settings.replica_hour);
    let bad = comparison.and_then(|comparison| comparison.podpilot().minutes().bad_ratio());
    let mut status = AdaptiveAutoscalerStatus {
        observed_generation: object.metadata.generation,
        mode: Some(object.spec.mode.name().to_owned()),
        replicas,
        bad_minutes: bad.map(|ratio| format!("at most {:.1}%", 100.0 * ratio)),
        saving: comparison.and_then(|comparison| comparison.saving(price)),
        counterfactual: comparison.map(Comparison::told),
        service: service(tracked),
        ..AdaptiveAutoscalerStatus::default()
    };
    if let Some(Verdict { decision, hpa_replicas }) = verdict {
        status.recommended_replicas = Some(decision.replicas);
        status.hpa_replicas = Some(*hpa_replicas);
        status.last_decision_time = Some(time(now));
        status.decided_by = Some(source_name(decision.source).to_owned());
        status.reasons = decision.reasons.as_slice().iter().map(|reason| (context.explain)(reason)).collect();
    }
    status.restart_state = restart_state(tracked, now);
    status.conditions = tracked.conditions.list().to_vec();
    status
}

fn service(tracked: &Tracked) -> Option<FittedService> {
    let fitted = tracked.fitted.as_ref()?;
    let model = &fitted.model;
    let startup = tracked.decider.as_ref().map(|decider| decider.startup().as_seconds());
    Some(FittedService {
        cpu_ms_per_request: format!("{:.3}", model.cpu_ms_per_request),
        r_squared: model.r_squared.map(|share| format!("{share:.3}")),
        relative_error: model.r_squared.map(|_| format!("{:.3}", model.relative_error)),
        rps_per_pod: format!("{:.1}", model.rps_per_pod()),
        startup_seconds: startup.map(|seconds| format!("{seconds:.1}")),
    })
}

/// Taken once a minute, so that a status is not a write a tick.
fn restart_state(tracked: &mut Tracked, now: Timestamp) -> Option<String> {
    let kept = |tracked: &Tracked| tracked.state_taken.as_ref().map(|(_, text)| text.clone());
    let fresh = tracked.state_taken.as_ref().is_some_and(|(at, _)| now >= *at && now - *at < STATE_EVERY);
    // What an earlier process left is kept until it is put back.
    if tracked.restart_state.is_some() {
        return tracked.restart_state.clone();
    }
    let (Some(decider), Some(target)) = (&tracked.decider, &tracked.target_uid) else { return kept(tracked) };
    if fresh {
        return kept(tracked);
    }
    let text = decider.restart_state(target, now)?.to_text();
    tracked.state_taken = Some((now, text.clone()));
    Some(text)
}

/// Writes the status if it is worth a write, and the events of conditions that changed.
pub(super) async fn tell(
    context: &Context,
    object: &AdaptiveAutoscaler,
    tracked: &mut Tracked,
    status: AdaptiveAutoscalerStatus,
    now: Timestamp,
) {
    for condition in tracked.conditions.take_changed() {
        log_condition(object, &condition);
        if is_event(&condition) {
            let kind = if condition.status == "True" { EventType::Normal } else { EventType::Warning };
            publish(context, object, kind, &condition.reason, condition.message.clone()).await;
        }
    }
    if !tracked.status.is_due(now, &status) {
        return;
    }
    let (namespace, name) = (object.namespace().unwrap_or_default(), object.name_any());
    context.counters.status_writes.increment();
    match write_status(&context.client, &context.leadership, &namespace, &name, &status).await {
        Ok(()) => tracked.status.wrote(now, status),
        Err(error) => tracing::warn!(namespace, name, %error, "the status could not be written"),
    }
}

/// Publishes an event; a failure is logged, as events are for people and nothing rests on them.
pub(super) async fn publish(
    context: &Context,
    object: &AdaptiveAutoscaler,
    type_: EventType,
    reason: &str,
    note: String,
) {
    let event = Event {
        type_,
        reason: reason.to_owned(),
        note: Some(note.chars().take(1_000).collect()),
        action: "Scale".to_owned(),
        secondary: None,
    };
    if let Err(error) = context.recorder.publish(&event, &object.object_ref(&())).await {
        tracing::warn!(name = object.name_any(), %error, "the event could not be written");
    }
}

/// Modes that write nothing on purpose are no news.
fn is_event(condition: &Condition) -> bool {
    let expected = ["ObserveMode", "AllSignals", "Writing", "Accepted", "SoleWriter", "Deciding"];
    !expected.contains(&condition.reason.as_str())
}

fn log_condition(object: &AdaptiveAutoscaler, condition: &Condition) {
    let (namespace, name) = (object.namespace().unwrap_or_default(), object.name_any());
    let Condition { type_, status, reason, message, .. } = condition;
    if status == "True" || reason == "ObserveMode" {
        tracing::info!(namespace, name, condition = type_, status, reason, message, "condition");
    } else {
        tracing::warn!(namespace, name, condition = type_, status, reason, message, "condition");
    }
}

/// Sets `Ready` from the others.
pub(super) fn set_ready(tracked: &mut Tracked, decided: bool, at: (Option<i64>, Timestamp)) {
    let culprit = [ConditionKind::Accepted, ConditionKind::SignalsHealthy, ConditionKind::PolicyLoaded]
        .into_iter()
        .find(|kind| tracked.conditions.holds(*kind) == Some(false));
    let told = culprit.and_then(|kind| tracked.conditions.get(kind)).cloned();
    match told {
        Some(told) => tracked.conditions.set(ConditionKind::Ready, false, &told.reason, told.message, at),
        None if decided => {
            tracked.conditions.set(ConditionKind::Ready, true, "Deciding", "decisions are made", at);
        }
        None => tracked.conditions.set(ConditionKind::Ready, false, "NotDeciding", "no decision yet", at),
    }
}

fn time(now: Timestamp) -> Time {
    Time(jiff::Timestamp::from_nanosecond(i128::from(now.0)).unwrap_or_default())
}
