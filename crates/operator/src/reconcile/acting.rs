//! From a decision to a write, or to the reason why there is none.

use std::sync::Arc;

use k8s_openapi::api::autoscaling::v2::HorizontalPodAutoscaler;
use podpilot_core::{Outcome, Timestamp, WriteResult};

use super::{ConditionKind, Conditions, Context, Refusal};
use crate::cluster::{WriteFault, floor_change, write_floor, write_scale};
use crate::decide::paused;
use crate::resource::Mode;
use crate::settings::Settings;
use crate::world::Target;

/// What became of a decision.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Act {
    /// The mode writes nothing.
    Observed,
    /// The count was right already.
    Unchanged,
    /// A pause held it back.
    Paused,
    /// Something stands in the way.
    Refused(Refusal),
    /// It was written.
    Written(i32),
    /// The write failed.
    Failed(WriteFault),
}

impl Act {
    pub(super) fn name(&self) -> String {
        match self {
            Self::Observed => "observed".to_owned(),
            Self::Unchanged => "unchanged".to_owned(),
            Self::Paused => "paused".to_owned(),
            Self::Refused(refusal) => refusal.reason().to_owned(),
            Self::Written(_) => "written".to_owned(),
            Self::Failed(fault) => fault.reason().to_owned(),
        }
    }

    /// As an autoscaler hears of it.
    pub(super) fn outcome(&self, at: Timestamp, from: i32, to: i32) -> Outcome {
        let result = match self {
            Self::Written(_) => WriteResult::Applied,
            Self::Failed(fault) => fault.result(),
            _ => WriteResult::Unchanged,
        };
        Outcome { at, from, to, result }
    }

    /// Sets `Acting`.
    pub(super) fn tell(&self, conditions: &mut Conditions, mode: Mode, at: (Option<i64>, Timestamp)) {
        let mut set = |holds, reason: &str, message: String| {
            conditions.set(ConditionKind::Acting, holds, reason, message, at);
        };
        match self {
            Self::Observed => {
                set(false, "ObserveMode", "mode Observe writes nothing to the target".to_owned());
            }
            Self::Paused => set(false, "Paused", "spec.paused holds the decision back".to_owned()),
            Self::Refused(refusal) => set(false, refusal.reason(), refusal.to_string()),
            Self::Failed(fault) => set(false, fault.reason(), fault.to_string()),
            Self::Unchanged | Self::Written(_) => {
                let what =
                    if mode == Mode::Floor { "minReplicas of the HPA follows" } else { "the scale follows" };
                set(true, "Writing", format!("{what} the decisions"));
            }
        }
    }
}

/// Carries a decision of `wanted` replicas out.
pub(super) async fn act(
    context: &Context,
    settings: &Settings,
    target: &Target,
    hpa: Option<&Arc<HorizontalPodAutoscaler>>,
    refusal: Option<Refusal>,
    (wanted, now): (i32, Timestamp),
) -> Act {
    if settings.mode == Mode::Observe {
        return Act::Observed;
    }
    if let Some(refusal) = refusal {
        return Act::Refused(refusal);
    }
    match settings.mode {
        Mode::Observe => Act::Observed,
        Mode::Direct => direct(context, settings, target, wanted, now).await,
        Mode::Floor => match hpa {
            Some(hpa) => floor(context, settings, hpa, wanted, now).await,
            None => Act::Refused(Refusal::NoHpa),
        },
    }
}

async fn direct(context: &Context, settings: &Settings, target: &Target, wanted: i32, now: Timestamp) -> Act {
    let current = target.replicas.spec;
    let allowed = paused(wanted, current, settings.paused(now));
    if allowed == current {
        return if wanted == current { Act::Unchanged } else { Act::Paused };
    }
    context.counters.scale_writes.increment();
    match write_scale(&context.client, &context.leadership, target, allowed).await {
        Ok(()) => Act::Written(allowed),
        Err(fault) => Act::Failed(fault),
    }
}

async fn floor(
    context: &Context,
    settings: &Settings,
    hpa: &HorizontalPodAutoscaler,
    wanted: i32,
    now: Timestamp,
) -> Act {
    let current = hpa.spec.min_replicas.unwrap_or(1);
    let allowed = paused(wanted, current, settings.paused(now));
    let Some(change) = floor_change(hpa, allowed) else {
        return if allowed == wanted { Act::Unchanged } else { Act::Paused };
    };
    context.counters.floor_writes.increment();
    match write_floor(&context.client, &context.leadership, hpa, &change).await {
        Ok(()) => Act::Written(change.min_replicas),
        Err(fault) => Act::Failed(fault),
    }
}
