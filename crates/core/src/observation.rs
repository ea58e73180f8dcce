use crate::{MetricKey, MetricSeries, PodTable, ServiceSignals, Timestamp};

/// Replica counts of the target's `scale` subresource.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ReplicaCounts {
    /// `scale.spec.replicas`: what was asked for.
    pub spec: i32,
    /// `scale.status.replicas`: what exists.
    pub status: i32,
}

/// Everything an autoscaler may see at one instant: the same type in simulation and on a cluster. The world
/// owns it and refills its buffers.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Observation {
    /// The instant of the decision.
    pub now: Timestamp,
    /// Replica counts of the target.
    pub replicas: ReplicaCounts,
    /// The target's pods.
    pub pods: PodTable,
    /// Signals of the service as a whole.
    pub service: ServiceSignals,
    /// Named metrics that were answered. A metric that is absent here could not be read.
    pub metrics: Vec<MetricSeries>,
    /// How many more pods of the target's size would fit on the nodes now; `None` if unknown.
    pub room_for_pods: Option<i32>,
}

impl Observation {
    /// The series of a named metric, `None` if it could not be read.
    pub fn metric(&self, key: &MetricKey) -> Option<&MetricSeries> {
        self.metrics.iter().find(|series| series.key == *key)
    }
}
