use podpilot_core::{ReplicaBounds, Span};

/// Largest change of one decision: the larger of the two applies.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StepLimit {
    /// As a share of the current replicas.
    pub share: f64,
    /// In pods.
    pub pods: i32,
}

/// What the guard enforces.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GuardSettings {
    /// Hard bounds.
    pub bounds: ReplicaBounds,
    /// Limit on one scale-up; `None` for no limit.
    pub scale_up: Option<StepLimit>,
    /// Limit on one scale-down; `None` for no limit.
    pub scale_down: Option<StepLimit>,
    /// No scale-down for this long after a start without memory.
    pub restart_hold: Span,
}

/// The last word on a decision.
#[derive(Debug, Clone, PartialEq)]
pub struct Guard {}
