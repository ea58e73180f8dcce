use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use podpilot_controller::{CapacityCurve, ControllerError};
use podpilot_core::{Objective, ReplicaBounds};
use podpilot_service_model::{CpuCost, Inverse, LatencyTables, PodSpec, ServiceSpec};

use crate::settings::ServiceSettings;

/// Requests and limits of a pod, as the service model needs them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct PodSize {
    /// Sum of the containers' CPU requests, millicores.
    pub cpu_request_m: u32,
    /// Sum of the limits, if every container has one.
    pub cpu_limit_m: Option<u32>,
}

/// What pods of one workload carry, with the error of what it rests on.
#[derive(Debug, Clone)]
pub struct ServiceModel {
    /// CPU time of one request, milliseconds.
    pub cpu_ms_per_request: f64,
    /// Relative standard error of that; 0 if it was stated.
    pub relative_error: f64,
    /// Share of variance that the fit explains; `None` if the cost was stated.
    pub r_squared: Option<f64>,
    /// Replicas to rate within the objective.
    pub capacity: CapacityCurve,
    /// Latency of one pod.
    pub tables: Arc<LatencyTables>,
}

/// Tables take seconds to build, and workloads that are alike can share them.
#[derive(Debug, Clone, Default)]
pub struct ModelCache {
    tables: Arc<Mutex<BTreeMap<TableKey, Arc<LatencyTables>>>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct TableKey {
    size: PodSize,
    /// Cost, threshold and time-out, microseconds.
    cost_us: u64,
    threshold_us: u64,
    timeout_us: u64,
    workers: u32,
}

/// Costs are rounded to this many significant steps a decade, upwards, so that a small refit builds nothing.
const STEPS_PER_DECADE: f64 = 96.0;

impl ModelCache {
    /// The model of a workload. Takes seconds if no workload alike was modelled before.
    pub fn model(
        &self,
        cost_ms: f64,
        (relative_error, r_squared): (f64, Option<f64>),
        size: PodSize,
        service: &ServiceSettings,
        objective: &Objective,
        bounds: ReplicaBounds,
    ) -> Result<ServiceModel, ControllerError> {
        let cost_ms = rounded_up(cost_ms);
        let (spec, pod) = specifications(cost_ms, size, service);
        let key = TableKey {
            size,
            cost_us: (cost_ms * 1e3) as u64,
            threshold_us: (objective.latency.threshold_ms * 1e3) as u64,
            timeout_us: (service.timeout_s * 1e6) as u64,
            workers: service.workers,
        };
        let tables = self.tables(key, &spec, &pod, objective.latency.threshold_ms / 1e3);
        let most = u32::try_from(bounds.max).unwrap_or(1).max(1);
        let inverse = Inverse::new(&tables, &pod, objective, most);
        let capacity = CapacityCurve::from_inverse(&inverse, bounds.max)?;
        Ok(ServiceModel { cpu_ms_per_request: cost_ms, relative_error, r_squared, capacity, tables })
    }

    fn tables(
        &self,
        key: TableKey,
        spec: &ServiceSpec,
        pod: &PodSpec,
        threshold_s: f64,
    ) -> Arc<LatencyTables> {
        // Held while a table is built: a second workload alike waits instead of building it again.
        let mut tables = self.tables.lock().unwrap_or_else(PoisonError::into_inner);
        let build = || Arc::new(LatencyTables::build(spec, pod, threshold_s, 1));
        Arc::clone(tables.entry(key).or_insert_with(build))
    }
}

impl ServiceModel {
    /// Requests per second that one pod carries within the objective.
    pub fn rps_per_pod(&self) -> f64 {
        self.capacity.rate_for(1)
    }
}

fn specifications(cost_ms: f64, size: PodSize, service: &ServiceSettings) -> (ServiceSpec, PodSpec) {
    let request = size.cpu_request_m.max(1);
    let spec = ServiceSpec {
        cpu_ms_per_request: CpuCost { mean: cost_ms, cv: 0.1 },
        workers: service.workers,
        timeout_s: service.timeout_s,
        ..ServiceSpec::default()
    };
    let pod = PodSpec { cpu_request_m: request, cpu_limit_m: size.cpu_limit_m, ..PodSpec::default() };
    (spec, pod)
}

fn rounded_up(cost_ms: f64) -> f64 {
    let step = (libm::log10(cost_ms) * STEPS_PER_DECADE - 1e-9).ceil();
    libm::pow(10.0, step / STEPS_PER_DECADE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounding_goes_up_by_little_and_stays() {
        for cost in [0.01, 3.7, 250.0] {
            let rounded = rounded_up(cost);
            assert!(rounded >= cost * (1.0 - 1e-9) && rounded < cost * 1.03, "{cost} {rounded}");
            assert!((rounded_up(rounded) - rounded).abs() < 1e-9 * rounded);
        }
    }
}
