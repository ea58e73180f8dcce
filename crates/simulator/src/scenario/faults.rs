use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Which part of the metric pipeline a fault hits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum MetricSource {
    /// metrics-server: CPU and memory of pods.
    Resource,
    /// Prometheus: request rate, latency, in-flight requests, counters, named metrics.
    Prometheus,
    /// Both.
    All,
}

/// When a fault happens: once at `at_s`, or at random `per_day` times a day on average.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FaultSchedule {
    /// Onset, seconds after the load starts.
    #[serde(default)]
    pub at_s: Option<f64>,
    /// Mean number a day; gaps are exponential.
    #[serde(default)]
    pub per_day: Option<f64>,
    /// How long it lasts, seconds. Means nothing to a pod crash, which is over at once.
    #[serde(default)]
    pub for_s: f64,
}

/// Something that goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum FaultSpec {
    /// Queries fail: the signals are missing, and nothing is collected meanwhile.
    MetricsOutage {
        /// Which pipeline.
        source: MetricSource,
        /// When.
        when: FaultSchedule,
    },
    /// Queries answer NaN, which is no measurement: the values are missing, the pods are still listed.
    Nan {
        /// Which pipeline.
        source: MetricSource,
        /// When.
        when: FaultSchedule,
    },
    /// Queries answer with what was known at the onset, under its old time stamp.
    Stale {
        /// Which pipeline.
        source: MetricSource,
        /// When.
        when: FaultSchedule,
    },
    /// A write takes effect only after `delay_s`.
    SlowApi {
        /// Delay of a write, seconds.
        delay_s: f64,
        /// When.
        when: FaultSchedule,
    },
    /// Writes of the replica count fail with a conflict.
    Conflict {
        /// Share of writes that fail, 0-1.
        #[serde(default = "always")]
        probability: f64,
        /// When.
        when: FaultSchedule,
    },
    /// Containers of serving pods crash and are restarted.
    PodCrash {
        /// How many pods at once.
        #[serde(default = "one")]
        pods: u32,
        /// When.
        when: FaultSchedule,
    },
    /// A node stops with all its pods and comes back after `for_s`.
    NodeLoss {
        /// When.
        when: FaultSchedule,
    },
    /// Memory of running containers grows and is not given back before a restart; at the limit they are killed.
    MemoryLeak {
        /// Growth of each container, MiB per hour.
        mib_per_hour: f64,
        /// When.
        when: FaultSchedule,
    },
    /// Containers that start meanwhile take longer from Started to Ready.
    SlowStart {
        /// What the start-up time is multiplied by.
        factor: f64,
        /// When.
        when: FaultSchedule,
    },
    /// Containers that would become ready meanwhile die instead and are started again, after pauses that double.
    CrashLoop {
        /// Share of starts that end so, 0-1.
        #[serde(default = "always")]
        probability: f64,
        /// When.
        when: FaultSchedule,
    },
    /// The autoscaler's clock is off by `by_s`, then right again.
    ClockJump {
        /// Seconds ahead (negative: behind).
        by_s: f64,
        /// When.
        when: FaultSchedule,
    },
}

fn always() -> f64 {
    1.0
}

fn one() -> u32 {
    1
}

impl FaultSpec {
    /// When it happens.
    pub fn schedule(&self) -> &FaultSchedule {
        match self {
            Self::MetricsOutage { when, .. }
            | Self::Nan { when, .. }
            | Self::Stale { when, .. }
            | Self::SlowApi { when, .. }
            | Self::Conflict { when, .. }
            | Self::PodCrash { when, .. }
            | Self::NodeLoss { when }
            | Self::MemoryLeak { when, .. }
            | Self::SlowStart { when, .. }
            | Self::CrashLoop { when, .. }
            | Self::ClockJump { when, .. } => when,
        }
    }
}
