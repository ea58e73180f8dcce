use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// What a controller did at each sync of a case.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    /// The case's number.
    pub id: u64,
    /// Why the case could not be run: its manifest is refused.
    #[serde(default)]
    pub invalid: String,
    /// Sync by sync, up to the one that could not be run.
    #[serde(default, deserialize_with = "null_is_empty")]
    pub syncs: Vec<SyncAnswer>,
}

/// What a controller did at one sync.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct SyncAnswer {
    /// The count that it tried to write, if it tried.
    pub write: Option<i32>,
    /// `status.desiredReplicas`.
    pub desired: i32,
    /// The error with which the sync ended; empty if it ended well.
    pub error: String,
    /// `status.conditions` by type.
    pub conditions: BTreeMap<String, ConditionAnswer>,
    /// `status.currentMetrics`, `None` if the metrics were not computed. A metric that failed has an empty place.
    pub metrics: Option<Vec<Option<MetricStatus>>>,
}

/// One condition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConditionAnswer {
    /// `True` or `False`.
    pub status: String,
    /// Why.
    pub reason: String,
    /// When the status changed.
    pub since_ms: i64,
}

/// `current` of one metric.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MetricStatus {
    /// `averageUtilization`.
    pub utilization_percent: Option<i32>,
    /// `averageValue` × 1000.
    pub average_milli: Option<i64>,
    /// `value` × 1000.
    pub value_milli: Option<i64>,
}

fn null_is_empty<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Vec<SyncAnswer>, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}
