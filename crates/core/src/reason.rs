use serde::{Deserialize, Serialize};

/// A quantity that threshold rules watch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WatchedQuantity {
    /// P95 latency, milliseconds.
    LatencyMs,
    /// Mean CPU, per cent of the limit.
    CpuPercent,
    /// Mean memory, per cent of the limit.
    MemoryPercent,
}

/// Why an autoscaler proposed what it did: small typed values, turned into text only at the rim.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Reason {
    /// The metric at `index` of the specification asked for `replicas` and won.
    MetricChosen {
        /// Position in the autoscaler's list of metrics.
        index: u8,
        /// What it asked for.
        replicas: i32,
        /// Measured value over target, 1 = on target.
        usage_ratio: f64,
    },
    /// The metric at `index` could not be computed.
    MetricFailed {
        /// Position in the autoscaler's list of metrics.
        index: u8,
    },
    /// Every metric lies within its tolerance.
    WithinTolerance,
    /// A scale-up was held back by recent lower recommendations.
    ScaleUpStabilized {
        /// The recommendation before stabilization.
        wanted: i32,
    },
    /// A scale-down was held back by recent higher recommendations.
    ScaleDownStabilized {
        /// The recommendation before stabilization.
        wanted: i32,
    },
    /// A scale-up rate rule capped the step.
    ScaleUpLimit {
        /// What was wanted.
        wanted: i32,
    },
    /// A scale-down rate rule capped the step.
    ScaleDownLimit {
        /// What was wanted.
        wanted: i32,
    },
    /// The upper bound applied.
    TooManyReplicas {
        /// What was wanted.
        wanted: i32,
    },
    /// The lower bound applied.
    TooFewReplicas {
        /// What was wanted.
        wanted: i32,
    },
    /// Scaling is switched off because the target has zero replicas.
    ScalingDisabled,
    /// No usable metric: replicas stay.
    NoUsableMetric,
    /// A constant count.
    Fixed,
    /// The learned quantile of demand over the time a new pod needs.
    DemandQuantile {
        /// Quantile level, 0-1.
        level: f64,
        /// Demand at that level, requests per second.
        rps: f64,
    },
    /// Headroom factor on top of the demand quantile, learned online from observed bad minutes.
    Trim {
        /// Multiplier of replicas, 1 = none.
        factor: f64,
    },
    /// A recent higher target still holds replicas up.
    ScaleDownHold {
        /// What was wanted.
        wanted: i32,
    },
    /// The agent's correction of the base policy's replicas.
    Residual {
        /// Multiplier, 1 = none.
        multiplier: f64,
        /// How long a scale-down is held, seconds.
        hold_s: f64,
    },
    /// The agent asked for a number of pods more or fewer.
    ReplicaStep {
        /// Change in replicas.
        step: i32,
    },
    /// A trigger became active while the target was idle.
    Activated,
    /// No trigger has been active for the whole cooldown period.
    Idle {
        /// How long ago one was, seconds; how long the target is known if none ever was.
        inactive_s: f64,
    },
    /// The trigger at `index` has failed too often in a row: it steers to a fallback count.
    Fallback {
        /// Position in the autoscaler's list of metrics.
        index: u8,
        /// The count.
        replicas: i32,
    },
    /// An annotation pauses scaling.
    Paused,
    /// Averages over two windows against the target of one pod.
    WindowAverages {
        /// Mean over the stable window.
        stable: f64,
        /// Mean over the panic window.
        panic: f64,
        /// What one pod should have.
        target: f64,
    },
    /// In panic mode: nothing is removed.
    Panicking {
        /// The highest count wanted since it began.
        floor: i32,
    },
    /// A forecast of the request rate.
    Forecast {
        /// The rate now, smoothed, requests per second.
        level_rps: f64,
        /// The rate to be ready for, requests per second.
        forecast_rps: f64,
    },
    /// A quantity lies above its threshold.
    AboveThreshold {
        /// Which.
        quantity: WatchedQuantity,
        /// Its value.
        value: f64,
        /// The threshold.
        threshold: f64,
    },
    /// Every quantity lies below its threshold, and CPU far enough for pods to go.
    BelowThresholds {
        /// Mean CPU, per cent of the limit.
        cpu_percent: f64,
    },
    /// The last change was too short a time ago.
    Cooldown,
    /// The entry at `index` of the schedule holds.
    Scheduled {
        /// Position in the schedule.
        index: u8,
    },
    /// The peak of the train part sets the count.
    TrainPeak {
        /// The peak, requests per second.
        rps: f64,
    },
    /// No more pods fit on the nodes.
    NoRoom {
        /// What was wanted.
        wanted: i32,
    },
}

const CAPACITY: usize = 8;

/// Up to eight reasons, kept inline so that a decision allocates nothing. Further reasons are dropped.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ReasonList {
    items: [Reason; CAPACITY],
    length: u8,
}

impl ReasonList {
    /// No reason.
    pub const fn new() -> Self {
        Self { items: [Reason::WithinTolerance; CAPACITY], length: 0 }
    }

    /// Appends a reason if there is room.
    pub fn push(&mut self, reason: Reason) {
        if let Some(slot) = self.items.get_mut(self.length as usize) {
            *slot = reason;
            self.length += 1;
        }
    }

    /// The reasons in the order they were added.
    pub fn as_slice(&self) -> &[Reason] {
        &self.items[..self.length as usize]
    }
}

impl Default for ReasonList {
    fn default() -> Self {
        Self::new()
    }
}

impl FromIterator<Reason> for ReasonList {
    fn from_iter<I: IntoIterator<Item = Reason>>(reasons: I) -> Self {
        let mut list = Self::new();
        reasons.into_iter().for_each(|reason| list.push(reason));
        list
    }
}

impl Serialize for ReasonList {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.as_slice().serialize(serializer)
    }
}
