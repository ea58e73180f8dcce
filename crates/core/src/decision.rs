use serde::Serialize;

use crate::{ReasonList, Timestamp};

/// Who decided in the fallback chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DecisionSource {
    /// The learned policy.
    Policy,
    /// The in-process HPA, because the policy's signals were missing or stale.
    Hpa,
    /// Nobody: the count is held because no signal was usable.
    Hold,
}

/// A rule of the guard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum GuardRule {
    /// Below the lower bound.
    MinReplicas,
    /// Above the upper bound.
    MaxReplicas,
    /// More pods than the nodes have room for.
    Room,
    /// Scale-down faster than allowed.
    ScaleDownRate,
    /// Scale-up faster than allowed.
    ScaleUpRate,
    /// No scale-down from the onset of a fault.
    FaultHold,
    /// No scale-down before one window has passed since a restart without memory.
    RestartHold,
}

/// What one guard rule changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct GuardClip {
    /// Which rule.
    pub rule: GuardRule,
    /// Replicas before it.
    pub from: i32,
    /// Replicas after it.
    pub to: i32,
}

const CAPACITY: usize = 4;

/// Up to four guard clips, kept inline. Further ones are dropped.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ClipList {
    items: [Option<GuardClip>; CAPACITY],
}

impl ClipList {
    /// Appends a clip if there is room.
    pub fn push(&mut self, clip: GuardClip) {
        if let Some(slot) = self.items.iter_mut().find(|slot| slot.is_none()) {
            *slot = Some(clip);
        }
    }

    /// The clips in the order they were added.
    pub fn iter(&self) -> impl Iterator<Item = &GuardClip> {
        self.items.iter().flatten()
    }
}

impl Serialize for ClipList {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

/// A decision of the controller: what it will ask the world for, who decided, why, and what the guard changed.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Decision {
    /// When.
    pub at: Timestamp,
    /// Replicas before.
    pub current: i32,
    /// Replicas asked for.
    pub replicas: i32,
    /// Who decided.
    pub source: DecisionSource,
    /// Why.
    pub reasons: ReasonList,
    /// What the guard changed.
    pub clips: ClipList,
}
