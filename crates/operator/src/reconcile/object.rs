//! One object, one decision.

use std::collections::BTreeMap;
use std::sync::Arc;

use k8s_openapi::api::autoscaling::v2::HorizontalPodAutoscaler;
use k8s_openapi::api::core::v1::Pod;
use kube::ResourceExt;
use podpilot_core::{Span, Timestamp};
use tokio::time::Instant;

use super::acting::act;
use super::aftermath::{conclude, note_second_writer, record};
use super::learning::{prepare_decider, restore, take_fit, take_policy};
use super::making::stale_after;
use super::refusal::hpa_of;
use super::signal_condition::set_signals;
use super::telling::{set_ready, status, tell};
use super::tracked::Tracked;
use super::{ConditionKind, Context, Inputs, Refusal, refusal};
use crate::decide::Verdict;
use crate::resource::AdaptiveAutoscaler;
use crate::settings::Settings;
use crate::signals::{
    NamespaceUsage, Prometheus, RESOURCE_METRICS, ServiceReading, SignalFault, SourceFault, read_service,
};
use crate::world::{Target, WorldView, observe, startup_seconds};

/// What all objects of a round share.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) autoscalers: Vec<Arc<AdaptiveAutoscaler>>,
    pub(super) hpas: Vec<Arc<HorizontalPodAutoscaler>>,
    pub(super) pods: BTreeMap<String, Vec<Arc<Pod>>>,
    pub(super) usage: BTreeMap<String, Result<NamespaceUsage, SignalFault>>,
}

/// Decides for one object, carries it out, and tells of it.
pub(super) async fn reconcile(
    context: &Context,
    object: &AdaptiveAutoscaler,
    tracked: &mut Tracked,
    shared: &Shared,
) {
    let now = context.clock.now();
    let at = (object.metadata.generation, now);
    let decided = decide(context, object, tracked, shared, now).await;
    set_ready(tracked, decided.is_some(), at);
    let replicas = decided.as_ref().map(|(_, current)| *current);
    let status =
        status(context, object, tracked, decided.as_ref().map(|(verdict, _)| verdict), replicas, now);
    tell(context, object, tracked, status, now).await;
}

/// The verdict and the target's replicas; `None` if nothing could be decided, which a condition explains.
async fn decide(
    context: &Context,
    object: &AdaptiveAutoscaler,
    tracked: &mut Tracked,
    shared: &Shared,
    now: Timestamp,
) -> Option<(Verdict, i32)> {
    let at = (object.metadata.generation, now);
    let namespace = object.namespace().unwrap_or_default();
    let edited = follow_settings(object, tracked, at)?;
    let settings = tracked.settings.clone()?;
    let refusal = accept(object, tracked, shared, at)?;
    let target = find_target(context, &namespace, tracked, &settings, at)?;
    let hpa = hpa_of(&namespace, &settings.target, &shared.hpas);
    let (reading, usage) = read_signals(tracked, &settings, shared, &namespace, now).await;
    let mut faults = reading.faults.clone();
    if let Err(fault) = &usage {
        faults.push(SourceFault {
            source_name: RESOURCE_METRICS,
            signal: "CPU and memory",
            fault: fault.clone(),
        });
    }
    set_signals(&mut tracked.conditions, &faults, settings.prometheus.is_some(), at);
    let view = WorldView {
        now,
        target: &target,
        pods: shared.pods.get(&namespace).map_or(&[], Vec::as_slice),
        usage: usage.ok(),
        service: reading.signals,
    };
    let own_pods = observe(&mut tracked.observation, &view);
    prepare_decider(tracked, &settings, hpa, edited, now)?;
    take_policy(context, &namespace, tracked, &settings, at).await;
    take_fit(context, &namespace, tracked, &settings, at).await;
    restore(tracked, &target.uid);
    if let (Some(decider), Some(seconds)) = (&mut tracked.decider, startup_seconds(&own_pods)) {
        decider.set_startup(Span::from_seconds(seconds));
    }
    let verdict = tracked.decider.as_mut()?.decide(&mut tracked.observation);
    note_second_writer(tracked, &settings, &target, at);
    let wanted = verdict.decision.replicas;
    let done = act(context, &settings, &target, hpa, refusal.into(), (wanted, now)).await;
    conclude(context, object, tracked, &verdict, &done, now).await;
    record(
        context,
        object,
        tracked,
        &verdict,
        &done,
        Inputs::of(&tracked.observation, reading.in_flight_is_derived, faults),
    );
    Some((verdict, target.replicas.spec))
}

/// Reads a specification that is new; says whether it was.
fn follow_settings(
    object: &AdaptiveAutoscaler,
    tracked: &mut Tracked,
    at: (Option<i64>, Timestamp),
) -> Option<bool> {
    if tracked.settings.is_some() && tracked.generation == object.metadata.generation {
        return Some(false);
    }
    tracked.generation = object.metadata.generation;
    match Settings::of(object) {
        Ok(settings) => {
            tracked.prometheus = settings
                .prometheus
                .as_ref()
                .and_then(|prometheus| Prometheus::at(&prometheus.url, prometheus.timeout).ok());
            tracked.settings = Some(settings);
            let at_once = Instant::now();
            (tracked.policy_due, tracked.fit_due) = (at_once, at_once);
            Some(true)
        }
        Err(error) => {
            tracked.conditions.set(ConditionKind::Accepted, false, "InvalidSpec", error.to_string(), at);
            tracked.settings = None;
            None
        }
    }
}

/// A refusal that leaves decisions possible, or none. `None` if not even a decision makes sense.
fn accept(
    object: &AdaptiveAutoscaler,
    tracked: &mut Tracked,
    shared: &Shared,
    at: (Option<i64>, Timestamp),
) -> Option<MaybeRefused> {
    let refusal = refusal(object, &shared.autoscalers, &shared.hpas);
    match &refusal {
        Some(refusal) => {
            tracked.conditions.set(ConditionKind::Accepted, false, refusal.reason(), refusal.to_string(), at);
            if refusal.is_final() {
                tracked.conditions.set(
                    ConditionKind::Acting,
                    false,
                    refusal.reason(),
                    refusal.to_string(),
                    at,
                );
                return None;
            }
        }
        None => tracked.conditions.set(
            ConditionKind::Accepted,
            true,
            "Accepted",
            "the specification is followed",
            at,
        ),
    }
    Some(MaybeRefused(refusal))
}

/// A refusal that does not end the decision.
struct MaybeRefused(Option<Refusal>);

impl From<MaybeRefused> for Option<Refusal> {
    fn from(maybe: MaybeRefused) -> Self {
        maybe.0
    }
}

fn find_target(
    context: &Context,
    namespace: &str,
    tracked: &mut Tracked,
    settings: &Settings,
    at: (Option<i64>, Timestamp),
) -> Option<Target> {
    let (kind, name) = (settings.target.kind, &settings.target.name);
    if !context.watches.watches_kind(kind) {
        let message = format!(
            "the operator may not see {}; add {} to the chart's targetKinds",
            kind.plural(),
            kind.plural()
        );
        tracked.conditions.set(ConditionKind::Acting, false, "KindNotWatched", message, at);
        return None;
    }
    let Some(target) = context.watches.target(namespace, &settings.target) else {
        tracked.forget_target();
        let message = format!("there is no {} {namespace}/{name}; podpilot waits for it", kind.name());
        tracked.conditions.set(ConditionKind::Acting, false, "TargetNotFound", message, at);
        return None;
    };
    if tracked.target_uid.as_ref() != Some(&target.uid) {
        tracked.forget_target();
        tracked.target_uid = Some(target.uid.clone());
    }
    Some(target)
}

async fn read_signals<'s>(
    tracked: &mut Tracked,
    settings: &Settings,
    shared: &'s Shared,
    namespace: &str,
    now: Timestamp,
) -> (ServiceReading, Result<&'s NamespaceUsage, SignalFault>) {
    let usage = match shared.usage.get(namespace) {
        Some(Ok(usage)) => Ok(usage),
        Some(Err(fault)) => Err(fault.clone()),
        None => Err(SignalFault::Empty),
    };
    let (Some(prometheus), Some(source)) = (&tracked.prometheus, &settings.prometheus) else {
        return (ServiceReading::default(), usage);
    };
    let stale_after = stale_after(settings);
    let reading = read_service(prometheus, &source.queries, source.window, stale_after, now).await;
    if let Some(rate) = reading.signals.request_rate_rps {
        tracked.note_lag(now, rate.at);
    }
    (reading, usage)
}
