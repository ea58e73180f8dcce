use podpilot_core::{ReplicaBounds, Span};
use serde::{Deserialize, Serialize};

use crate::hold::LONGEST_HOLD;

/// Multipliers of the base policy's pods.
const MULTIPLIERS: [f64; 5] = [0.86, 0.94, 1.0, 1.08, 1.22];

/// Scale-down holds that an agent can choose from.
const HOLDS: [Span; 3] = [Span::ZERO, Span::seconds(120), LONGEST_HOLD];

/// Index of (1.0, 120 s) among the residual actions.
const RESIDUAL_BASE: usize = 2 * HOLDS.len() + 1;

/// Pods more or fewer.
const STEPS: [i32; 7] = [-2, -1, 0, 1, 2, 3, 4];

/// Index of 0 among [`STEPS`].
const NO_STEP: usize = 2;

/// What an agent may do at a decision. Versioned by [`crate::action_schema`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActionScheme {
    /// A multiplier of the base policy's pods × how long a scale-down is held: 15 actions, multiplier by multiplier.
    Residual,
    /// Pods more or fewer than now: 7 actions from −2 to +4.
    ReplicaStep,
}

/// One action, spelled out.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Action {
    /// Correct the base policy.
    Residual {
        /// Multiplier of its pods before rounding up.
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
    /// Most actions of any scheme.
    pub(crate) const MOST_ACTIONS: usize = MULTIPLIERS.len() * HOLDS.len();

    /// The scheme's name in files and tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Residual => "residual",
            Self::ReplicaStep => "replica_step",
        }
    }

    /// Number of actions.
    pub fn action_count(self) -> usize {
        match self {
            Self::Residual => MULTIPLIERS.len() * HOLDS.len(),
            Self::ReplicaStep => STEPS.len(),
        }
    }

    /// The action with this index; one past the last action is the last.
    pub fn action(self, index: usize) -> Action {
        let index = index.min(self.action_count() - 1);
        match self {
            Self::Residual => Action::Residual {
                multiplier: MULTIPLIERS[index / HOLDS.len()],
                hold: HOLDS[index % HOLDS.len()],
            },
            Self::ReplicaStep => Action::ReplicaStep { step: STEPS[index] },
        }
    }

    /// The action that does what the base policy does, as nearly as the scheme can: where agents start. For
    /// [`ActionScheme::Residual`] that is always (1.0, 120 s). `current` replicas, `base_replicas` that the base policy
    /// would ask for.
    pub fn base_action(self, current: i32, base_replicas: i32) -> usize {
        match self {
            Self::Residual => RESIDUAL_BASE,
            Self::ReplicaStep => {
                let wanted = base_replicas.saturating_sub(current).clamp(STEPS[0], STEPS[STEPS.len() - 1]);
                (wanted - STEPS[0]) as usize
            }
        }
    }

    /// Marks which actions make sense at `current` replicas: steps beyond a bound do not, staying always does. `mask`
    /// has [`ActionScheme::action_count`] places.
    pub fn mask(self, current: i32, bounds: ReplicaBounds, mask: &mut [bool]) {
        match self {
            Self::Residual => mask.fill(true),
            Self::ReplicaStep => {
                for (allowed, step) in mask.iter_mut().zip(STEPS) {
                    let wanted = current.saturating_add(step);
                    *allowed = step == STEPS[NO_STEP] || bounds.clamp(wanted) == wanted;
                }
            }
        }
    }

    /// What the actions are, for the schema hash.
    pub(crate) fn describe(self) -> String {
        match self {
            Self::Residual => format!("residual {MULTIPLIERS:?} x {:?} s", HOLDS.map(Span::as_seconds)),
            Self::ReplicaStep => format!("replica_step {STEPS:?}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_base_action_is_one_times_with_two_minutes_hold() {
        let base = ActionScheme::Residual.base_action(5, 9);
        assert_eq!(
            ActionScheme::Residual.action(base),
            Action::Residual { multiplier: 1.0, hold: Span::seconds(120) }
        );
    }

    #[test]
    fn residual_actions_are_all_pairs() {
        let mut seen = Vec::new();
        for index in 0..ActionScheme::Residual.action_count() {
            let action = ActionScheme::Residual.action(index);
            assert!(!seen.contains(&action), "{action:?} twice");
            seen.push(action);
        }
        assert_eq!(seen.len(), 15);
        assert_eq!(seen[0], Action::Residual { multiplier: 0.86, hold: Span::ZERO });
        assert_eq!(seen[14], Action::Residual { multiplier: 1.22, hold: Span::seconds(360) });
    }

    #[test]
    fn steps_go_towards_the_base_policy() {
        let step = |current, base| {
            ActionScheme::ReplicaStep.action(ActionScheme::ReplicaStep.base_action(current, base))
        };
        assert_eq!(step(5, 7), Action::ReplicaStep { step: 2 });
        assert_eq!(step(5, 100), Action::ReplicaStep { step: 4 });
        assert_eq!(step(5, 1), Action::ReplicaStep { step: -2 });
        assert_eq!(step(5, 5), Action::ReplicaStep { step: 0 });
    }

    #[test]
    fn steps_beyond_the_bounds_are_masked() {
        let mut mask = [false; 7];
        ActionScheme::ReplicaStep.mask(2, ReplicaBounds { min: 1, max: 4 }, &mut mask);
        assert_eq!(mask, [false, true, true, true, true, false, false]);
        ActionScheme::ReplicaStep.mask(9, ReplicaBounds { min: 1, max: 4 }, &mut mask);
        assert_eq!(mask, [false, false, true, false, false, false, false], "staying is always possible");
    }
}
