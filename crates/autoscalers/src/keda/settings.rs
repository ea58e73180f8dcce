//! A `ScaledObject` checked, with defaults filled in.

use podpilot_core::{ReplicaBounds, Span};

use super::manifest::{Fallback, FallbackBehavior, Metadata, ScaledObject};
use super::trigger::{ResolvedTrigger, resolve};
use crate::ManifestError;
use crate::hpa::HpaManifest;
use crate::hpa::manifest::{Behavior, HpaSpec, ObjectMeta, ObjectReference, ScalingRules, SelectPolicy};

const PREFIX: &str = "autoscaling.keda.sh/";
const DEFAULT_MAX_REPLICAS: i32 = 100;

/// Everything that the operator needs to know.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Settings {
    pub(super) polling_interval: Span,
    pub(super) cooldown_period: Span,
    pub(super) initial_cooldown_period: Span,
    pub(super) bounds: ReplicaBounds,
    pub(super) idle: Option<i32>,
    pub(super) fallback: Option<Fallback>,
    pub(super) switches: Switches,
    /// In the order of the HPA's metrics.
    pub(super) triggers: Vec<ResolvedTrigger>,
}

/// What annotations switch.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each annotation is a switch of its own")]
pub(super) struct Switches {
    pub(super) paused: bool,
    pub(super) paused_replicas: Option<i32>,
    pub(super) scale_in_paused: bool,
    pub(super) scale_out_paused: bool,
    pub(super) activation_forced: bool,
}

/// Replica bounds of a `ScaledObject` with KEDA's defaults.
pub(super) fn bounds(object: &ScaledObject) -> ReplicaBounds {
    ReplicaBounds {
        min: object.spec.min_replica_count.unwrap_or(0),
        max: object.spec.max_replica_count.unwrap_or(DEFAULT_MAX_REPLICAS),
    }
}

impl Settings {
    pub(super) fn resolve(object: &ScaledObject) -> Result<Self, ManifestError> {
        object.check_type()?;
        let spec = &object.spec;
        let seconds = |value: Option<i32>, default: i32, lowest: i32, name: &str| {
            let value = value.unwrap_or(default);
            if value < lowest {
                let problem = format!("is {value}, must be at least {lowest} s");
                return Err(ManifestError::new(format!("spec.{name}"), problem));
            }
            Ok(Span::seconds(i64::from(value)))
        };
        let bounds = bounds(object);
        check_counts(bounds, spec.idle_replica_count)?;
        if let Some(fallback) = &spec.fallback {
            check_fallback(fallback)?;
        }
        if spec.advanced.as_ref().is_some_and(|advanced| advanced.scaling_modifiers.is_some()) {
            let problem =
                "is not supported: formulas over triggers cannot be simulated, use triggers without it";
            return Err(ManifestError::new("spec.advanced.scalingModifiers", problem));
        }
        let triggers = resolve_triggers(object, bounds)?;
        Ok(Self {
            polling_interval: seconds(spec.polling_interval, 30, 1, "pollingInterval")?,
            cooldown_period: seconds(spec.cooldown_period, 300, 0, "cooldownPeriod")?,
            initial_cooldown_period: seconds(spec.initial_cooldown_period, 0, 0, "initialCooldownPeriod")?,
            bounds,
            idle: spec.idle_replica_count,
            fallback: spec.fallback,
            switches: Switches::read(&object.metadata)?,
            triggers,
        })
    }

    /// The HPA that KEDA makes. It never goes to zero: that is the operator's part.
    pub(super) fn hpa_manifest(&self, object: &ScaledObject) -> HpaManifest {
        let target = &object.spec.scale_target_ref;
        let config =
            object.spec.advanced.as_ref().and_then(|it| it.horizontal_pod_autoscaler_config.as_ref());
        let name = object.metadata.name.as_deref().unwrap_or(&target.name);
        let hpa_name = config.and_then(|config| config.name.clone());
        let behavior = self.behavior(config.and_then(|config| config.behavior.clone()));
        let spec = HpaSpec {
            scale_target_ref: ObjectReference {
                api_version: Some(target.api_version.clone().unwrap_or_else(|| "apps/v1".to_owned())),
                kind: target.kind.clone().unwrap_or_else(|| "Deployment".to_owned()),
                name: target.name.clone(),
            },
            min_replicas: Some(self.bounds.min.max(1)),
            max_replicas: self.bounds.max,
            metrics: Some(self.triggers.iter().map(|trigger| trigger.metric.clone()).collect()),
            behavior,
        };
        let name = hpa_name.unwrap_or_else(|| format!("keda-hpa-{name}"));
        HpaManifest::new(ObjectMeta { name: Some(name), namespace: None }, spec)
    }

    /// Pausing one direction disables it in the HPA.
    fn behavior(&self, behavior: Option<Behavior>) -> Option<Behavior> {
        let Switches { scale_in_paused, scale_out_paused, .. } = self.switches;
        if !scale_in_paused && !scale_out_paused {
            return behavior;
        }
        let mut behavior = behavior.unwrap_or_default();
        let disable = |rules: &mut Option<ScalingRules>| {
            rules.get_or_insert_default().select_policy = Some(SelectPolicy::Disabled);
        };
        if scale_in_paused {
            disable(&mut behavior.scale_down);
        }
        if scale_out_paused {
            disable(&mut behavior.scale_up);
        }
        Some(behavior)
    }
}

fn check_counts(bounds: ReplicaBounds, idle: Option<i32>) -> Result<(), ManifestError> {
    let ReplicaBounds { min, max } = bounds;
    let wrong = |field: &str, problem: String| Err(ManifestError::new(format!("spec.{field}"), problem));
    if min < 0 {
        return wrong("minReplicaCount", format!("is {min}, must be at least 0"));
    }
    if max < min.max(1) {
        return wrong("maxReplicaCount", format!("is {max}, must be at least {}", min.max(1)));
    }
    match idle {
        Some(idle) if idle != 0 => {
            wrong("idleReplicaCount", format!("is {idle}, must be 0: the HPA undoes any other count"))
        }
        Some(_) if min == 0 => {
            wrong("idleReplicaCount", "must be below minReplicaCount, which is 0".to_owned())
        }
        _ => Ok(()),
    }
}

fn check_fallback(fallback: &Fallback) -> Result<(), ManifestError> {
    if fallback.behavior == FallbackBehavior::ScalingModifiers {
        let problem = "is scalingModifiers, which is not supported: must be static, currentReplicas, \
                       currentReplicasIfHigher or currentReplicasIfLower";
        return Err(ManifestError::new("spec.fallback.behavior", problem));
    }
    let counts = [("failureThreshold", fallback.failure_threshold), ("replicas", fallback.replicas)];
    match counts.into_iter().find(|(_, count)| *count < 0) {
        None => Ok(()),
        Some((field, count)) => {
            let problem = format!("is {count}, must be at least 0");
            Err(ManifestError::new(format!("spec.fallback.{field}"), problem))
        }
    }
}

fn resolve_triggers(
    object: &ScaledObject,
    bounds: ReplicaBounds,
) -> Result<Vec<ResolvedTrigger>, ManifestError> {
    let triggers = &object.spec.triggers;
    if triggers.is_empty() {
        return Err(ManifestError::new("spec.triggers", "is empty, must hold at least one trigger"));
    }
    let resolved = triggers.iter().enumerate().map(|(index, trigger)| resolve(trigger, index));
    let mut resolved = resolved.collect::<Result<Vec<_>, _>>()?;
    if bounds.min == 0 && resolved.iter().all(|trigger| trigger.external.is_none()) {
        let problem = "is 0, must be at least 1: cpu and memory alone cannot wake a target without pods";
        return Err(ManifestError::new("spec.minReplicaCount", problem));
    }
    // KEDA orders the metrics of its HPA by type.
    resolved.sort_by_key(|trigger| format!("{:?}", trigger.metric.source_type));
    Ok(resolved)
}

impl Switches {
    fn read(metadata: &Metadata) -> Result<Self, ManifestError> {
        let mut switches = Self::default();
        for (name, value) in &metadata.annotations {
            let Some(key) = name.strip_prefix(PREFIX) else { continue };
            let error =
                |problem: String| ManifestError::new(format!("metadata.annotations[{name}]"), problem);
            let flag = || match value.as_str() {
                "true" => Ok(true),
                "false" => Ok(false),
                _ => Err(error(format!("is `{value}`, must be true or false, in quotes"))),
            };
            match key {
                "paused" => switches.paused = flag()?,
                "paused-scale-in" => switches.scale_in_paused = flag()?,
                "paused-scale-out" => switches.scale_out_paused = flag()?,
                "force-activation" => switches.activation_forced = flag()?,
                "paused-replicas" => {
                    let count = value.parse().ok().filter(|count: &i32| *count >= 0);
                    let wrong = || error(format!("is `{value}`, must be a whole number of at least 0"));
                    switches.paused_replicas = Some(count.ok_or_else(wrong)?);
                }
                _ => {
                    let known =
                        "paused, paused-replicas, paused-scale-in, paused-scale-out, force-activation";
                    return Err(error(format!("is unknown, known are {known}")));
                }
            }
        }
        Ok(switches)
    }
}
