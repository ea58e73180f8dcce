//! One object, one decision.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use k8s_openapi::api::autoscaling::v2::HorizontalPodAutoscaler;
use k8s_openapi::api::core::v1::Pod;
use kube::ResourceExt;
use kube::runtime::events::EventType;
use podpilot_core::{Span, Timestamp};
use tokio::time::Instant;

use super::acting::{Act, act};
use super::making::{install_controller, stale_after};
use super::pod_size::pod_size;
use super::refusal::hpa_of;
use super::signal_condition::set_signals;
use super::telling::{publish, set_ready, source_name, status, tell};
use super::tracked::Tracked;
use super::{
    ConditionKind, Context, DecisionRecord, FitRequest, Inputs, Refusal, fit_workload, refusal, second_writer,
};
use crate::decide::{Brain, Decider, RestartState, Verdict};
use crate::policy::parse_policy;
use crate::resource::{AdaptiveAutoscaler, Mode};
use crate::settings::{Settings, hpa_manifest_of};
use crate::signals::{
    NamespaceUsage, Prometheus, RESOURCE_METRICS, ServiceReading, SignalFault, SourceFault, read_service,
};
use crate::world::{Target, WorldView, observe, startup_seconds};

const POLICY_EVERY: Duration = Duration::from_mins(1);
const REFIT_EVERY: Duration = Duration::from_hours(1);
const RETRY_FIT_EVERY: Duration = Duration::from_mins(1);

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

/// Makes a decider for a new target, and lets a known one follow an edited specification.
fn prepare_decider(
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
async fn take_policy(
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
async fn take_fit(
    context: &Context,
    namespace: &str,
    tracked: &mut Tracked,
    settings: &Settings,
    at: (Option<i64>, Timestamp),
) {
    if let Some(task) = tracked.fitting.take_if(|task| task.is_finished()) {
        let outcome = task.await.unwrap_or(Err(super::fitting::NotFitted::Stopped));
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

/// Puts back the memory from before a restart, as soon as the brain that it is of is there.
fn restore(tracked: &mut Tracked, target: &str) {
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

fn note_second_writer(
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

async fn conclude(
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

fn record(
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
