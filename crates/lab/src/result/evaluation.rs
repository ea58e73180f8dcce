use podpilot_core::Objective;
use serde::{Deserialize, Serialize};

use super::{AutoscalerResult, Comparison, EvaluationSchema, Provenance, Timeline, TrainingRecord};

/// An evaluation on the test part: the content of `result.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EvaluationResult {
    /// `podpilot/result/v1`.
    pub schema: EvaluationSchema,
    /// Name of the scenario.
    pub scenario: String,
    /// Episodes of each autoscaler, paired by seed.
    pub episodes: u32,
    /// Length of an episode, hours.
    pub episode_hours: f64,
    /// Distinct days of load among the episodes; noise seeds on one day do not add to it.
    pub distinct_days: u32,
    /// The service level asked for.
    pub objective: Objective,
    /// The rows, agent first.
    pub autoscalers: Vec<AutoscalerResult>,
    /// Each learned row against the cheapest HPA at no looser service.
    pub against_hpa: Vec<Comparison>,
    /// What RL added: the agent against its clone.
    pub against_clone: Option<Comparison>,
    /// Where the numbers come from.
    pub provenance: Provenance,
    /// How the agent was trained, when this run trained it.
    pub training: Option<TrainingRecord>,
    /// One day of the test part.
    pub timeline: Option<Timeline>,
}

impl EvaluationResult {
    /// The row of that name.
    pub fn row(&self, name: &str) -> Option<&AutoscalerResult> {
        self.autoscalers.iter().find(|row| row.name == name)
    }
}
