use serde::{Deserialize, Serialize};

use crate::{Observation, ReasonList, Sample, SignalSet, Span, Timestamp};

/// Smallest and largest replica count allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReplicaBounds {
    /// At least this many.
    pub min: i32,
    /// At most this many.
    pub max: i32,
}

impl ReplicaBounds {
    /// `replicas` brought within the bounds.
    pub fn clamp(self, replicas: i32) -> i32 {
        replicas.min(self.max).max(self.min)
    }
}

/// What an autoscaler wants, and why.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Proposal {
    /// The wanted count; `None` leaves the count as it is because nothing could be decided.
    pub replicas: Option<i32>,
    /// Why.
    pub reasons: ReasonList,
}

/// What became of a proposal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WriteResult {
    /// The scale subresource was written.
    Applied,
    /// The count was already right; nothing was written.
    Unchanged,
    /// Someone else wrote first.
    Conflict,
    /// The write failed.
    Failed,
}

/// The world's answer to a proposal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outcome {
    /// When the write ended.
    pub at: Timestamp,
    /// `scale.spec.replicas` before.
    pub from: i32,
    /// The count that was asked for.
    pub to: i32,
    /// Whether it took effect.
    pub result: WriteResult,
}

/// An autoscaler's memory as bytes, to branch a simulation or to survive a restart (at most 4 KB).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Snapshot(pub Vec<u8>);

/// A snapshot that does not belong to this autoscaler.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("cannot restore {autoscaler}: {why}")]
pub struct RestoreError {
    /// Name of the autoscaler.
    pub autoscaler: String,
    /// What is wrong with the snapshot.
    pub why: String,
}

/// A scaling algorithm: pure, synchronous, with no clock and no randomness of its own.
pub trait Autoscaler: Send {
    /// Its name in tables and logs, such as `hpa-80`.
    fn name(&self) -> &str;

    /// Time between two decisions.
    fn period(&self) -> Span;

    /// The signals it reads.
    fn signals(&self) -> SignalSet;

    /// Learns the request rates of the past, requests per second, oldest first, as a monitoring system remembers them.
    /// Autoscalers that look at the present only have no use for them.
    fn recall(&mut self, _history: &mut dyn Iterator<Item = Sample<f64>>) {}

    /// Decides from what is seen now.
    fn decide(&mut self, observation: &Observation) -> Proposal;

    /// Learns what became of its last proposal. An HPA records a scale event only here, after a successful write.
    fn applied(&mut self, outcome: &Outcome);

    /// Its memory.
    fn snapshot(&self) -> Snapshot;

    /// Puts back a memory taken by [`Autoscaler::snapshot`] of the same configuration.
    fn restore(&mut self, snapshot: &Snapshot) -> Result<(), RestoreError>;
}
