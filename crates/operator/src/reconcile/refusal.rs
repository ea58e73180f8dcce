use std::sync::Arc;

use k8s_openapi::api::autoscaling::v2::HorizontalPodAutoscaler;
use kube::ResourceExt;

use crate::resource::{AdaptiveAutoscaler, Mode, ScaleTarget};

/// Why podpilot keeps its hands off a target.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// An older AdaptiveAutoscaler has the target.
    #[error("AdaptiveAutoscaler {0} has this target already; delete one of the two")]
    TargetTaken(String),
    /// An HPA writes the target's scale.
    #[error(
        "HorizontalPodAutoscaler {0} scales this target; delete it, or use mode Floor or Observe: two autoscalers on one \
         target undo each other"
    )]
    HpaOnTarget(String),
    /// Floor has nothing to raise.
    #[error(
        "mode Floor raises minReplicas of an HPA, and none scales this target; make one, or use mode Direct"
    )]
    NoHpa,
}

impl Refusal {
    /// `CamelCase` reason of a condition.
    pub fn reason(&self) -> &'static str {
        match self {
            Self::TargetTaken(_) => "TargetTaken",
            Self::HpaOnTarget(_) => "HpaOnTarget",
            Self::NoHpa => "NoHpa",
        }
    }

    /// Whether not even a decision makes sense.
    pub fn is_final(&self) -> bool {
        matches!(self, Self::TargetTaken(_))
    }
}

/// The HPA that scales a target.
pub(crate) fn hpa_of<'h>(
    namespace: &str,
    target: &ScaleTarget,
    hpas: &'h [Arc<HorizontalPodAutoscaler>],
) -> Option<&'h Arc<HorizontalPodAutoscaler>> {
    hpas.iter().find(|hpa| {
        let reference = &hpa.spec.scale_target_ref;
        hpa.metadata.namespace.as_deref() == Some(namespace)
            && reference.kind == target.kind.name()
            && reference.name == target.name
    })
}

/// Whether something stands in the way of `object`.
pub fn refusal(
    object: &AdaptiveAutoscaler,
    all: &[Arc<AdaptiveAutoscaler>],
    hpas: &[Arc<HorizontalPodAutoscaler>],
) -> Option<Refusal> {
    let namespace = object.metadata.namespace.as_deref().unwrap_or_default();
    let target = &object.spec.scale_target_ref;
    let rivals = all.iter().filter(|other| {
        other.metadata.namespace == object.metadata.namespace
            && other.metadata.uid != object.metadata.uid
            && other.metadata.deletion_timestamp.is_none()
            && other.spec.scale_target_ref == *target
    });
    let age = |object: &AdaptiveAutoscaler| {
        (object.creation_timestamp().map(|time| time.0), object.metadata.name.clone())
    };
    if let Some(older) = rivals.min_by_key(|other| age(other)).filter(|other| age(other) < age(object)) {
        return Some(Refusal::TargetTaken(format!("{namespace}/{}", older.name_any())));
    }
    let hpa = hpa_of(namespace, target, hpas);
    match (object.spec.mode, hpa) {
        (Mode::Direct, Some(hpa)) => Some(Refusal::HpaOnTarget(format!("{namespace}/{}", hpa.name_any()))),
        (Mode::Floor, None) => Some(Refusal::NoHpa),
        _ => None,
    }
}
