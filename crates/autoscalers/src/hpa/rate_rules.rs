//! How far one decision may move the replica count.

use podpilot_core::{ReplicaBounds, Span, Timestamp};

use super::go_conversion::to_i32;
use super::manifest::{PolicyType, ScalingPolicy, SelectPolicy};
use super::scale_events::ScaleEvents;

const LEGACY_UP_FACTOR: f64 = 2.0;
const LEGACY_UP_FLOOR: f64 = 4.0;

/// Which limit a count ran into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// None.
    WithinRange,
    /// The lower bound.
    TooFewReplicas,
    /// The upper bound.
    TooManyReplicas,
    /// The speed of scaling up.
    ScaleUp,
    /// The speed of scaling down.
    ScaleDown,
}

/// Policies of one direction.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RateRules<'a> {
    /// Which policy counts.
    pub select: SelectPolicy,
    /// The policies.
    pub policies: &'a [ScalingPolicy],
}

/// What was scaled before, against which policies count.
#[derive(Debug, Clone, Copy)]
pub struct ScaleHistory<'a> {
    /// Changes upward.
    pub up: &'a ScaleEvents,
    /// Changes downward.
    pub down: &'a ScaleEvents,
    /// The instant of the decision.
    pub now: Timestamp,
}

impl ScaleHistory<'_> {
    /// Replicas at the start of the period that ends now.
    fn replicas_at_start(&self, current: i32, period: Span) -> i32 {
        current
            .wrapping_sub(self.up.change_within(period, self.now))
            .wrapping_add(self.down.change_within(period, self.now))
    }
}

impl RateRules<'_> {
    /// The highest count that the policies allow (`calculateScaleUpLimitWithScalingRules`).
    pub fn up_limit(&self, current: i32, history: &ScaleHistory<'_>) -> i32 {
        let limits = self.policies.iter().map(|policy| {
            let start = history.replicas_at_start(current, period(policy));
            match policy.policy_type {
                PolicyType::Pods => start.wrapping_add(policy.value),
                PolicyType::Percent => {
                    to_i32((f64::from(start) * (1.0 + f64::from(policy.value) / 100.0)).ceil())
                }
            }
        });
        match self.select {
            SelectPolicy::Disabled => current,
            SelectPolicy::Min => limits.fold(i32::MAX, i32::min),
            SelectPolicy::Max => limits.fold(i32::MIN, i32::max),
        }
    }

    /// The lowest count that the policies allow (`calculateScaleDownLimitWithBehaviors`).
    pub fn down_limit(&self, current: i32, history: &ScaleHistory<'_>) -> i32 {
        let limits = self.policies.iter().map(|policy| {
            let start = history.replicas_at_start(current, period(policy));
            match policy.policy_type {
                PolicyType::Pods => start.wrapping_sub(policy.value),
                PolicyType::Percent => to_i32(f64::from(start) * (1.0 - f64::from(policy.value) / 100.0)),
            }
        });
        match self.select {
            SelectPolicy::Disabled => current,
            SelectPolicy::Min => limits.fold(i32::MIN, i32::max),
            SelectPolicy::Max => limits.fold(i32::MAX, i32::min),
        }
    }
}

fn period(policy: &ScalingPolicy) -> Span {
    Span::seconds(i64::from(policy.period_seconds))
}

/// Limits a count by policies and bounds (`convertDesiredReplicasWithBehaviorRate`).
pub fn limit_by_policies(
    current: i32,
    desired: i32,
    bounds: ReplicaBounds,
    up: RateRules<'_>,
    down: RateRules<'_>,
    history: &ScaleHistory<'_>,
) -> (i32, Limit) {
    if desired > current {
        let rate_limit = up.up_limit(current, history).max(current);
        let reason = if bounds.max > rate_limit { Limit::ScaleUp } else { Limit::TooManyReplicas };
        let allowed = bounds.max.min(rate_limit);
        if desired > allowed {
            return (allowed, reason);
        }
    } else if desired < current {
        let rate_limit = down.down_limit(current, history).min(current);
        let reason = if bounds.min < rate_limit { Limit::ScaleDown } else { Limit::TooFewReplicas };
        let allowed = bounds.min.max(rate_limit);
        if desired < allowed {
            return (allowed, reason);
        }
    }
    (desired, Limit::WithinRange)
}

/// Limits a count where the manifest has no behavior: at most twice the current count, or 4
/// (`convertDesiredReplicasWithRules`).
pub fn limit_without_policies(current: i32, desired: i32, bounds: ReplicaBounds) -> (i32, Limit) {
    let rate_limit = to_i32((LEGACY_UP_FACTOR * f64::from(current)).max(LEGACY_UP_FLOOR));
    let reason = if bounds.max > rate_limit { Limit::ScaleUp } else { Limit::TooManyReplicas };
    let allowed = bounds.max.min(rate_limit);
    if desired < bounds.min {
        (bounds.min, Limit::TooFewReplicas)
    } else if desired > allowed {
        (allowed, reason)
    } else {
        (desired, Limit::WithinRange)
    }
}
