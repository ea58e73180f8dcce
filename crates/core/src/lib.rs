//! The vocabulary of podpilot: what an autoscaler may see, what it may propose, and how service is measured.
//!
//! Types and arithmetic only: no I/O, no clock, no randomness.

mod autoscaler;
mod decision;
mod ledger;
mod objective;
mod observation;
mod pods;
mod reason;
mod signals;
mod time;

pub use autoscaler::{Autoscaler, Outcome, Proposal, ReplicaBounds, RestoreError, Snapshot, WriteResult};
pub use decision::{ClipList, Decision, DecisionSource, GuardClip, GuardRule};
pub use ledger::{MinuteCounts, MinuteLedger};
pub use objective::{LatencyObjective, Objective, ObjectiveError};
pub use observation::{Observation, ReplicaCounts};
pub use pods::{
    ContainerObservation, ContainerUsage, NameId, PodId, PodObservation, PodPhase, PodTable, Readiness,
    ReadyCondition,
};
pub use reason::{Reason, ReasonList, WatchedQuantity};
pub use signals::{
    LatencyQuantiles, MetricKey, MetricSeries, MetricValue, ProxyTotals, RequestTotals, Sample,
    ServiceSignals, Signal, SignalSet,
};
pub use time::{Span, Timestamp};
