use podpilot_core::{ReplicaBounds, Span};
use serde::{Deserialize, Serialize};

/// What an agent may do at a decision. Versioned by [`crate::ACTION_SCHEMA`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActionScheme {
    /// A multiplier of the base policy's pods × how long a scale-down is held: 15 actions.
    Residual,
    /// Pods more or fewer than now: 7 actions.
    ReplicaStep,
}

/// One action, spelled out.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Action {
    /// Correct the base policy.
    Residual {
        /// Multiplier of its pods before rounding.
        multiplier: f64,
        /// How long a higher target holds replicas up.
        hold: Span,
    },
    /// Change the replica count.
    ReplicaStep {
        /// Pods more or fewer.
        step: i32,
    },
}

impl ActionScheme {
    /// Number of actions.
    pub fn len(self) -> usize {
        match self {
            Self::Residual => 15,
            Self::ReplicaStep => 7,
        }
    }

    /// Never: a scheme has actions.
    pub fn is_empty(self) -> bool {
        false
    }

    /// The action of an index below [`ActionScheme::len`].
    pub fn action(self, index: usize) -> Action {
        let _ = index;
        unimplemented!()
    }

    /// The action that does what the base policy does (as nearly as the scheme can): where agents start.
    /// `current` and `base_target` are replica counts.
    pub fn base_action(self, current: i32, base_target: i32) -> usize {
        let _ = (current, base_target);
        unimplemented!()
    }

    /// Marks which actions make sense at `current` replicas. `mask` has [`ActionScheme::len`] places.
    pub fn mask(self, current: i32, bounds: ReplicaBounds, mask: &mut [bool]) {
        let _ = (current, bounds, mask);
        unimplemented!()
    }
}
