use podpilot_core::Timestamp;

use super::{ConditionKind, Conditions};
use crate::signals::SourceFault;

/// Sets `SignalsHealthy`: the first fault gives the reason, and all are told.
pub(super) fn set_signals(
    conditions: &mut Conditions,
    faults: &[SourceFault],
    has_prometheus: bool,
    at: (Option<i64>, Timestamp),
) {
    let Some(first) = faults.first() else {
        let message = if has_prometheus {
            "every signal is read"
        } else {
            "CPU and memory are read; without signals.prometheus the baseline HPA decides"
        };
        conditions.set(ConditionKind::SignalsHealthy, true, "AllSignals", message, at);
        return;
    };
    let told: Vec<String> = faults.iter().map(ToString::to_string).collect();
    let message =
        format!("{}. No scale-down until it is read again; {}.", told.join("; "), first.fault.remedy());
    conditions.set(ConditionKind::SignalsHealthy, false, &first.reason(), message, at);
}
