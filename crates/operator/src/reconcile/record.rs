use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use podpilot_core::{ClipList, Observation, Reason, ServiceSignals, Timestamp};
use serde::Serialize;

use crate::signals::SourceFault;

/// Decisions that are kept for `/debug/decisions`.
const KEPT: usize = 512;

/// One decision with everything that it rests on.
#[derive(Debug, Clone, Serialize)]
pub struct DecisionRecord {
    /// When.
    pub at: Timestamp,
    /// Namespace of the AdaptiveAutoscaler.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// Mode in force.
    pub mode: &'static str,
    /// Replicas that the target asked for.
    pub current: i32,
    /// Replicas decided on.
    pub recommended: i32,
    /// Replicas of the virtual HPA.
    pub hpa_replicas: i32,
    /// Who decided: `policy`, `hpa` or `hold`.
    pub decided_by: &'static str,
    /// Why.
    pub reasons: Vec<Reason>,
    /// What the guard changed.
    pub clips: ClipList,
    /// What became of it: `observed`, `unchanged`, `paused`, `refused`, `written`, or the fault of the write.
    pub outcome: String,
    /// What was seen.
    pub inputs: Inputs,
}

/// What a decision rests on. What is missing is `null`.
#[derive(Debug, Clone, Serialize)]
pub struct Inputs {
    /// Load and latency.
    pub service: ServiceSignals,
    /// In-flight requests come from Little's law.
    pub in_flight_is_derived: bool,
    /// Pods of the target.
    pub pods: usize,
    /// Those that serve.
    pub serving: usize,
    /// CPU that the serving pods use, nanocores, where it was measured.
    pub cpu_nanocores: Option<i64>,
    /// Highest forecast demand at each quantile, requests per second.
    pub forecast_rps: Option<[f64; 6]>,
    /// Headroom of the trim.
    pub trim: Option<f64>,
    /// What could not be read.
    pub faults: Vec<SourceFault>,
}

impl Inputs {
    /// From what was observed.
    pub fn of(observation: &Observation, in_flight_is_derived: bool, faults: Vec<SourceFault>) -> Self {
        let pods = &observation.pods;
        let serving = pods.pods().iter().filter(|pod| pod.is_serving());
        let used = serving
            .flat_map(|pod| pods.containers(pod))
            .filter_map(|container| container.usage?.cpu_nanocores);
        Self {
            service: observation.service,
            in_flight_is_derived,
            pods: pods.pods().len(),
            serving: pods.serving(),
            cpu_nanocores: used.reduce(|sum, one| sum + one),
            forecast_rps: None,
            trim: None,
            faults,
        }
    }
}

/// The last decisions of all workloads.
#[derive(Debug, Clone, Default)]
pub struct Decisions {
    ring: Arc<Mutex<VecDeque<DecisionRecord>>>,
}

impl Decisions {
    /// Adds one and forgets the oldest beyond those that are kept.
    pub fn push(&self, record: DecisionRecord) {
        let mut ring = self.ring.lock().unwrap_or_else(PoisonError::into_inner);
        if ring.len() == KEPT {
            ring.pop_front();
        }
        ring.push_back(record);
    }

    /// The newest first, of one namespace or name if they are given.
    pub fn newest_first(&self, namespace: Option<&str>, name: Option<&str>) -> Vec<DecisionRecord> {
        let ring = self.ring.lock().unwrap_or_else(PoisonError::into_inner);
        let wanted = |record: &&DecisionRecord| {
            namespace.is_none_or(|namespace| namespace == record.namespace)
                && name.is_none_or(|name| name == record.name)
        };
        ring.iter().rev().filter(wanted).cloned().collect()
    }
}
