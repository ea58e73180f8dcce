//! After a decision: who hears of it, and what is kept of it.

use kube::ResourceExt;
use kube::runtime::events::EventType;
use podpilot_core::Timestamp;

use super::acting::Act;
use super::telling::{publish, source_name};
use super::tracked::Tracked;
use super::{ConditionKind, Context, DecisionRecord, Inputs, second_writer};
use crate::decide::{Brain, Decider, Verdict};
use crate::resource::{AdaptiveAutoscaler, Mode};
use crate::settings::Settings;
use crate::world::Target;

pub(super) fn note_second_writer(
    tracked: &mut Tracked,
    settings: &Settings,
    target: &Target,
    at: (Option<i64>, Timestamp),
) {
    let found = if settings.mode == Mode::Direct { second_writer(target, tracked.written) } else { None };
    match found {
        Some(owner) => {
            let message = format!(
                "{} writes spec.replicas too: take replicas out of what it applies, or ignore the field there",
                owner.manager
            );
            tracked.conditions.set(ConditionKind::SoleWriter, false, "SecondWriter", message, at);
        }
        None => {
            tracked.conditions.set(
                ConditionKind::SoleWriter,
                true,
                "SoleWriter",
                "nobody else writes the count",
                at,
            );
        }
    }
}

pub(super) async fn conclude(
    context: &Context,
    object: &AdaptiveAutoscaler,
    tracked: &mut Tracked,
    verdict: &Verdict,
    done: &Act,
    now: Timestamp,
) {
    let from = verdict.decision.current;
    let to = if let Act::Written(count) = done { *count } else { verdict.decision.replicas };
    done.tell(&mut tracked.conditions, object.spec.mode, (object.metadata.generation, now));
    if object.spec.mode == Mode::Direct
        && let Some(decider) = &mut tracked.decider
    {
        decider.applied(&done.outcome(now, from, to));
    }
    if let Act::Written(count) = done {
        if object.spec.mode == Mode::Direct {
            tracked.written = Some(*count);
        }
        let why: Vec<String> =
            verdict.decision.reasons.as_slice().iter().map(|reason| (context.explain)(reason)).collect();
        let note = format!("{from} to {count} replicas: {}", why.join("; "));
        publish(context, object, EventType::Normal, "Scaled", note).await;
    }
}

pub(super) fn record(
    context: &Context,
    object: &AdaptiveAutoscaler,
    tracked: &Tracked,
    verdict: &Verdict,
    done: &Act,
    mut inputs: Inputs,
) {
    if let Some(Brain::Controller(controller)) = tracked.decider.as_ref().map(Decider::brain) {
        let forecast = controller.forecast();
        inputs.forecast_rps = Some(std::array::from_fn(|level| forecast.rate_rps(level)));
        inputs.trim = Some(controller.trim());
    }
    let decision = &verdict.decision;
    let record = DecisionRecord {
        at: decision.at,
        namespace: object.namespace().unwrap_or_default(),
        name: object.name_any(),
        mode: object.spec.mode.name(),
        current: tracked.observation.replicas.spec,
        recommended: decision.replicas,
        hpa_replicas: verdict.hpa_replicas,
        decided_by: source_name(decision.source),
        reasons: decision.reasons.as_slice().to_vec(),
        clips: decision.clips,
        outcome: done.name(),
        inputs,
    };
    tracing::info!(
        namespace = record.namespace,
        name = record.name,
        mode = record.mode,
        current = record.current,
        recommended = record.recommended,
        hpa = record.hpa_replicas,
        decided_by = record.decided_by,
        outcome = record.outcome,
        "decision"
    );
    context.decisions.push(record);
}
