use std::sync::Arc;

use podpilot_core::{Objective, ReplicaBounds};
use podpilot_service_model::{Inverse, PodSpec, ServiceSpec};

use crate::HpaControllerConfig;

/// What the person who sets up an autoscaler knows of the service, its pods and its past load.
#[derive(Debug, Clone)]
pub struct ServiceFacts {
    /// Replica bounds to keep.
    pub bounds: ReplicaBounds,
    /// Flags of the controller that runs every HPA, those that KEDA makes included.
    pub hpa: HpaControllerConfig,
    /// How many pods carry a rate within the objective.
    pub inverse: Arc<Inverse>,
    /// Rate at which a pod uses exactly its CPU request, requests per second.
    pub rps_at_cpu_request: f64,
    /// CPU limit of a pod over its request; 1 if there is no limit.
    pub limit_of_request: f64,
    /// The objective.
    pub objective: Objective,
    /// Mean rates of the minutes of the train part, requests per second, in any order.
    pub train_rates_rps: Arc<[f64]>,
}

/// Highest target worth trying, as a share of the limit: beyond it pods are throttled before anyone scales.
const HIGHEST_TARGET_OF_LIMIT: f64 = 0.95;
/// Lowest target worth trying, as a share of the request.
const LOWEST_TARGET_OF_REQUEST: f64 = 0.2;

impl ServiceFacts {
    /// What specifications say of a service. `inverse` must be that of the same service, pod and objective.
    pub fn new(
        service: &ServiceSpec,
        pod: &PodSpec,
        objective: Objective,
        inverse: Arc<Inverse>,
        bounds: ReplicaBounds,
        train_rates_rps: Arc<[f64]>,
    ) -> Self {
        let request_cores = f64::from(pod.cpu_request_m) / 1_000.0;
        Self {
            bounds,
            hpa: HpaControllerConfig::default(),
            inverse,
            rps_at_cpu_request: request_cores / service.cpu_ms_per_request.mean_s(),
            limit_of_request: pod.cpu_limit_cores().map_or(1.0, |limit| limit / request_cores),
            objective,
            train_rates_rps,
        }
    }

    /// The lowest rate of the train part that at least `quantile` of its minutes do not exceed; `None` without a train
    /// part.
    pub(crate) fn train_rate_quantile_rps(&self, quantile: f64) -> Option<f64> {
        let mut rates = self.train_rates_rps.to_vec();
        rates.sort_by(f64::total_cmp);
        let rank = (quantile * rates.len() as f64).ceil() as usize;
        rates.get(rank.saturating_sub(1)).copied()
    }

    /// Where a target that is a share of a pod's CPU request is worth searching: a limit above the request makes targets
    /// beyond 100 % sensible.
    pub(crate) fn target_of_request_range(&self) -> (f64, f64) {
        (LOWEST_TARGET_OF_REQUEST, HIGHEST_TARGET_OF_LIMIT * self.limit_of_request.max(1.0))
    }

    /// The default service between 1 and 40 replicas, with a train part of 1 to 100 requests per second.
    #[cfg(test)]
    pub(crate) fn example() -> Self {
        use podpilot_service_model::LatencyTables;
        let (service, pod, objective) = (ServiceSpec::default(), PodSpec::default(), Objective::default());
        let tables = LatencyTables::build(&service, &pod, objective.latency.threshold_ms / 1_000.0, 40);
        let inverse = Arc::new(Inverse::new(&tables, &pod, &objective, 40));
        let bounds = ReplicaBounds { min: 1, max: 40 };
        Self::new(&service, &pod, objective, inverse, bounds, (1..=100).map(f64::from).collect())
    }
}
