use serde::{Deserialize, Serialize};

/// What happened between two decisions, as the world measures it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct IntervalMeasures {
    /// Length, seconds.
    pub duration_s: f64,
    /// Pod-seconds from scheduled to deleted.
    pub pod_seconds: f64,
    /// Pods that the offered load needed on average over the interval, for scale (at least the lower bound).
    pub pods_needed: f64,
    /// Requests that arrived.
    pub offered: f64,
    /// Requests that were answered in time.
    pub completed: f64,
    /// Requests slower than the threshold, failures included.
    pub slow: f64,
    /// Requests that ended, however.
    pub ended: f64,
    /// Minutes of the service-level ledger that closed.
    pub minutes_closed: f64,
    /// Bad ones among them.
    pub minutes_bad: f64,
    /// Share of the interval, 0-1, in which mean CPU exceeded its ceiling.
    pub cpu_over_share: f64,
    /// Share of the interval, 0-1, in which mean memory exceeded its ceiling.
    pub memory_over_share: f64,
    /// Pods started.
    pub pods_started: f64,
    /// Pods stopped.
    pub pods_stopped: f64,
}

/// Price of each term of the reward.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RewardWeights {
    /// Per pod-minute over the pods needed.
    pub cost: f64,
    /// Per minute in which all that is allowed to be slow, and more, is slow.
    pub latency: f64,
    /// Share of `latency` that counts by the hard verdict of the minute instead of the smooth one, 0-1.
    pub hard_share: f64,
    /// Per minute in which nothing is completed.
    pub throughput: f64,
    /// Per minute over the CPU ceiling.
    pub cpu: f64,
    /// Per minute over the memory ceiling.
    pub memory: f64,
    /// Per pod started, over the pods needed.
    pub churn: f64,
}

impl Default for RewardWeights {
    fn default() -> Self {
        Self { cost: 1.0, latency: 30.0, hard_share: 0.3, throughput: 30.0, cpu: 1.0, memory: 1.0, churn: 0.1 }
    }
}

/// The terms of one reward; each is at most zero.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct RewardTerms {
    /// Pods paid for.
    pub cost: f64,
    /// Requests over the threshold.
    pub latency: f64,
    /// Requests not completed.
    pub throughput: f64,
    /// CPU over its ceiling.
    pub cpu: f64,
    /// Memory over its ceiling.
    pub memory: f64,
    /// Pods started.
    pub churn: f64,
}

impl RewardTerms {
    /// The reward.
    pub fn total(&self) -> f64 {
        self.cost + self.latency + self.throughput + self.cpu + self.memory + self.churn
    }
}

impl RewardWeights {
    /// The terms of an interval. `slow_share_allowed` is 1 − the objective's quantile.
    pub fn terms(&self, measures: &IntervalMeasures, slow_share_allowed: f64) -> RewardTerms {
        let _ = (measures, slow_share_allowed);
        unimplemented!()
    }

    /// These weights with the price of latency following the trim: × exp(kappa · (trim − trim_base)), so that an
    /// agent that sees high headroom does not undo it.
    #[must_use]
    pub fn following_trim(&self, trim: f64, trim_base: f64, kappa: f64) -> Self {
        let _ = (trim, trim_base, kappa);
        unimplemented!()
    }
}
