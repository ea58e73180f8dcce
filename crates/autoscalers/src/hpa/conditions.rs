use podpilot_core::Timestamp;

/// A condition in the status of a `HorizontalPodAutoscaler`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConditionKind {
    /// Whether the scale could be read and written.
    AbleToScale,
    /// Whether the metrics gave a replica count.
    ScalingActive,
    /// Whether a bound or rate rule changed that count.
    ScalingLimited,
    /// Whether the autoscaler itself scaled to zero.
    ScaledToZero,
}

/// Why a condition is as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConditionReason {
    /// The scale was read.
    SucceededGetScale,
    /// The scale could not be read.
    FailedGetScale,
    /// The scale was written.
    SucceededRescale,
    /// The scale could not be written.
    FailedUpdateScale,
    /// No recent recommendation held the count back.
    ReadyForNewScale,
    /// Recent lower recommendations held a scale-up back.
    ScaleUpStabilized,
    /// Recent higher recommendations held a scale-down back.
    ScaleDownStabilized,
    /// A metric gave a count.
    ValidMetricFound,
    /// The target has zero replicas, and not by this autoscaler's doing.
    ScalingDisabled,
    /// The target's selector is missing or malformed.
    InvalidSelector,
    /// Another autoscaler selects the same pods.
    AmbiguousSelector,
    /// A Resource metric failed.
    FailedGetResourceMetric,
    /// A `ContainerResource` metric failed.
    FailedGetContainerResourceMetric,
    /// A Pods metric failed.
    FailedGetPodsMetric,
    /// An Object metric failed.
    FailedGetObjectMetric,
    /// An External metric failed.
    FailedGetExternalMetric,
    /// The count lies within all limits.
    DesiredWithinRange,
    /// The lower bound raised it.
    TooFewReplicas,
    /// The upper bound lowered it.
    TooManyReplicas,
    /// A scale-up rate rule lowered it.
    ScaleUpLimit,
    /// A scale-down rate rule raised it.
    ScaleDownLimit,
    /// The autoscaler scaled to zero.
    ScaledToZero,
    /// It did not.
    NotScaledToZero,
}

/// One condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Condition {
    /// Which.
    pub kind: ConditionKind,
    /// Whether it holds.
    pub status: bool,
    /// Why.
    pub reason: ConditionReason,
    /// When `status` last changed.
    pub last_transition: Timestamp,
}

const KINDS: usize = 4;

/// The conditions that have been set so far, at most one of each kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Conditions {
    slots: [Option<Condition>; KINDS],
}

impl Conditions {
    /// The condition of this kind, `None` if it was never set.
    pub fn get(&self, kind: ConditionKind) -> Option<&Condition> {
        self.slots[kind as usize].as_ref()
    }

    /// All conditions that are set.
    pub fn iter(&self) -> impl Iterator<Item = &Condition> {
        self.slots.iter().flatten()
    }

    pub(crate) fn is_true(&self, kind: ConditionKind) -> bool {
        self.get(kind).is_some_and(|condition| condition.status)
    }

    /// Sets a condition; the time of transition moves only if its status changes.
    pub(crate) fn set(&mut self, kind: ConditionKind, status: bool, reason: ConditionReason, now: Timestamp) {
        let slot = &mut self.slots[kind as usize];
        let last_transition = match slot {
            Some(before) if before.status == status => before.last_transition,
            _ => now,
        };
        *slot = Some(Condition { kind, status, reason, last_transition });
    }
}
