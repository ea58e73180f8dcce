//! What the HPA gets for a trigger that cannot be read (`pkg/fallback`).

use podpilot_core::{Observation, PodPhase};

use super::manifest::{Fallback, FallbackBehavior};
use super::trigger::ExternalTrigger;

/// The value that steers the HPA to the fallback's count, × 1000, and that count; `None` if it cannot be made.
pub(super) fn substitute(
    fallback: &Fallback,
    trigger: &ExternalTrigger,
    observation: &Observation,
) -> Option<(i64, i32)> {
    let current = observation.replicas.spec;
    let count = match fallback.behavior {
        FallbackBehavior::Static => fallback.replicas,
        FallbackBehavior::CurrentReplicas => current,
        FallbackBehavior::CurrentReplicasIfHigher => current.max(fallback.replicas),
        FallbackBehavior::CurrentReplicasIfLower => current.min(fallback.replicas),
        FallbackBehavior::ScalingModifiers => return None,
    };
    let mut share = f64::from(count);
    if !trigger.is_average {
        // A value as a whole is multiplied by the ready pods in the HPA.
        let is_ready =
            |pod: &&podpilot_core::PodObservation| pod.phase == PodPhase::Running && pod.is_ready();
        let ready = observation.pods.pods().iter().filter(is_ready).count();
        if ready == 0 {
            return None;
        }
        share /= ready as f64;
    }
    Some(((trigger.target_milli as f64 * share) as i64, count))
}
