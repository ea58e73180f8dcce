use podpilot_simulator::Measures;
use serde::{Deserialize, Serialize};

use crate::evaluation::Episode;

/// Raised whenever simulated numbers change under the same inputs, so that no cache mixes old and new.
pub(super) const CELL_SCHEMA: &str = "podpilot/cell/v2";

/// One autoscaler over one day with one noise seed: the raw measurement.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cell {
    /// Distinct day of the test part, from 0.
    pub day: u32,
    /// Noise seed of the day, from 0.
    pub noise: u32,
    /// Root of the day's randomness: equal in all paired cells.
    pub seed: u64,
    /// Where the day starts in the whole load, seconds.
    pub start_s: f64,
    /// Simulated hours.
    pub hours: f64,
    /// Money.
    pub cost: f64,
    /// Pod-hours.
    pub pod_hours: f64,
    /// Node-hours.
    pub node_hours: f64,
    /// Minutes that count.
    pub minutes: f64,
    /// Bad ones among them.
    pub bad_minutes: f64,
    /// Requests that ended.
    pub requests: f64,
    /// Slow or failed ones among them.
    pub slow_requests: f64,
    /// Failed ones among them.
    pub failed_requests: f64,
    /// Minutes in which a pod served.
    pub serving_minutes: f64,
    /// Of those, above the CPU ceiling.
    pub cpu_over_minutes: f64,
    /// Of those, above the memory ceiling.
    pub memory_over_minutes: f64,
    /// Pods started.
    pub pods_started: f64,
    /// Changes of the replica count.
    pub scale_events: f64,
}

impl Cell {
    pub(super) fn of(episode: &Episode, noise: u32, measures: &Measures) -> Self {
        Self {
            day: episode.day,
            noise,
            seed: episode.seed.0,
            start_s: episode.start.as_seconds(),
            hours: measures.elapsed_s / 3_600.0,
            cost: measures.cost(),
            pod_hours: measures.pod_hours(),
            node_hours: measures.node_hours(),
            minutes: (measures.minutes.good + measures.minutes.bad) as f64,
            bad_minutes: measures.minutes.bad as f64,
            requests: measures.totals.requests,
            slow_requests: measures.totals.slow,
            failed_requests: measures.totals.failed,
            serving_minutes: measures.serving_minutes as f64,
            cpu_over_minutes: measures.cpu_over_minutes as f64,
            memory_over_minutes: measures.memory_over_minutes as f64,
            pods_started: measures.pods_created as f64,
            scale_events: (measures.scale_ups + measures.scale_downs) as f64,
        }
    }

    /// What must be equal for two cells to be a pair.
    pub(super) fn pairing(&self) -> (u32, u32, u64, u64, u64) {
        (self.day, self.noise, self.seed, self.start_s.to_bits(), self.hours.to_bits())
    }
}
