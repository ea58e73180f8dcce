use podpilot_service_model::Inverse;

/// What a number of pods carries within the objective, and its inverse. Fixed size after construction.
#[derive(Debug, Clone, PartialEq)]
pub struct CapacityCurve {
    /// Rate carried by index + 1 pods, strictly increasing.
    rates_rps: Vec<f64>,
}

impl CapacityCurve {
    /// From the service model: the highest rate that 1 to `max_replicas` pods carry within its objective.
    pub fn from_inverse(inverse: &Inverse, max_replicas: i32) -> Self {
        Self { rates_rps: (1..=max_replicas).map(|n| inverse.rate_for(n)).collect() }
    }

    /// Every pod carries the same.
    pub fn linear(rps_per_pod: f64) -> Self {
        Self { rates_rps: vec![rps_per_pod] }
    }

    /// Pods that carry `rate_rps`, not rounded: linear between whole numbers and beyond the last.
    pub fn pods_for(&self, rate_rps: f64) -> f64 {
        let _ = rate_rps;
        unimplemented!()
    }

    /// Highest rate that `pods` carry, requests per second.
    pub fn rate_for(&self, pods: i32) -> f64 {
        let _ = pods;
        unimplemented!()
    }
}
