use podpilot_core::{Objective, Reason};
use serde::{Deserialize, Serialize};

use super::{AutoscalerResult, Provenance, SimulationSchema, Timeline};

/// One change of the replica count and why.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScalingEvent {
    /// Name of the autoscaler.
    pub autoscaler: String,
    /// Seconds since the start.
    pub at_s: f64,
    /// Replicas before.
    pub from: i32,
    /// Replicas after.
    pub to: i32,
    /// Offered load at that time, requests per second.
    pub load_rps: f64,
    /// Why, as the autoscaler gave it.
    pub reasons: Vec<Reason>,
    /// The same in words.
    pub why: String,
}

/// What `podpilot simulate` found: one pass over the load for each autoscaler.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SimulationResult {
    /// `podpilot/simulation/v1`.
    pub schema: SimulationSchema,
    /// Name of the scenario.
    pub scenario: String,
    /// The service level asked for.
    pub objective: Objective,
    /// Totals of each autoscaler.
    pub autoscalers: Vec<AutoscalerResult>,
    /// Minute by minute.
    pub timeline: Timeline,
    /// Every change of a replica count, by autoscaler and time.
    pub events: Vec<ScalingEvent>,
    /// Where the numbers come from.
    pub provenance: Provenance,
}
