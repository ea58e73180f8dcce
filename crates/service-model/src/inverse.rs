//! How many pods carry a rate within an objective.

use podpilot_core::Objective;

use crate::{LatencyTables, PodSpec};

/// The inverse of a service model under one objective.
#[derive(Debug, Clone)]
pub struct Inverse {
    highest_rps_per_pod: Vec<f64>,
}

impl Inverse {
    /// Finds for each number of pods the highest rate a pod may get so that at most 1 − quantile of the requests
    /// are slow and CPU stays within `cpu_of_limit` (of the limit only; a pod without one has no CPU ceiling).
    pub fn new(tables: &LatencyTables, pod: &PodSpec, objective: &Objective) -> Self {
        let _ = (tables, pod, objective);
        unimplemented!()
    }

    /// Fewest pods that carry `rate_rps`; at least 1.
    pub fn replicas_for(&self, rate_rps: f64) -> i32 {
        let _ = rate_rps;
        unimplemented!()
    }

    /// Pods that carry `rate_rps`, not rounded: linear between the whole numbers, 0 at rate 0.
    pub fn pods_for(&self, rate_rps: f64) -> f64 {
        let _ = rate_rps;
        unimplemented!()
    }

    /// Highest rate that `replicas` pods carry within the objective, requests per second.
    pub fn rate_for(&self, replicas: i32) -> f64 {
        let _ = replicas;
        self.highest_rps_per_pod[0]
    }
}
