use podpilot_service_model::Inverse;

use crate::ControllerError;

/// What a number of pods carries within the objective, and its inverse.
#[derive(Debug, Clone, PartialEq)]
pub struct CapacityCurve {
    /// Highest rate of index + 1 pods, requests per second; never falls.
    rates_rps: Vec<f64>,
}

impl CapacityCurve {
    /// From the service model: the highest rate that 1 to `max_replicas` pods carry within its objective.
    pub fn from_inverse(inverse: &Inverse, max_replicas: i32) -> Result<Self, ControllerError> {
        Self::from_rates((1..=max_replicas).map(|pods| inverse.rate_for(pods)).collect())
    }

    /// From the highest rate of 1, 2, … pods, requests per second; beyond the last, each pod adds the mean of those
    /// before it.
    pub fn from_rates(rates_rps: Vec<f64>) -> Result<Self, ControllerError> {
        let rising = rates_rps.windows(2).all(|pair| pair[0] <= pair[1]);
        let positive = rates_rps.first().is_some_and(|first| *first > 0.0);
        let finite = rates_rps.iter().all(|rate| rate.is_finite());
        if rising && positive && finite {
            return Ok(Self { rates_rps });
        }
        Err(ControllerError::Setting {
            field: "capacity",
            value: format!("{rates_rps:?}"),
            expected: "positive requests per second that do not fall with more pods",
        })
    }

    /// Every pod carries the same.
    pub fn linear(rps_per_pod: f64) -> Result<Self, ControllerError> {
        Self::from_rates(vec![rps_per_pod])
    }

    /// Pods that carry `rate_rps`, not rounded: linear between whole numbers, 0 at rate 0.
    pub fn pods_for(&self, rate_rps: f64) -> f64 {
        let enough = self.rates_rps.partition_point(|capacity| *capacity < rate_rps);
        let Some(&upper) = self.rates_rps.get(enough) else {
            let last = self.rates_rps.len();
            return rate_rps * last as f64 / self.rates_rps[last - 1];
        };
        let lower = if enough == 0 { 0.0 } else { self.rates_rps[enough - 1] };
        enough as f64 + (rate_rps.max(0.0) - lower) / (upper - lower)
    }

    /// Highest rate that `pods` carry, requests per second; 0 for none.
    pub fn rate_for(&self, pods: i32) -> f64 {
        let Some(index) = usize::try_from(pods).ok().and_then(|pods| pods.checked_sub(1)) else { return 0.0 };
        let last = self.rates_rps.len();
        match self.rates_rps.get(index) {
            Some(rate) => *rate,
            None => self.rates_rps[last - 1] / last as f64 * f64::from(pods),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_inverse_undoes_the_curve() {
        let curve = CapacityCurve::from_rates(vec![40.0, 90.0, 145.0]).expect("rising");
        for pods in 0..=9 {
            assert!((curve.pods_for(curve.rate_for(pods)) - f64::from(pods)).abs() < 1e-12, "{pods} pods");
        }
        assert_eq!(curve.pods_for(20.0), 0.5);
        assert_eq!(curve.pods_for(65.0), 1.5);
        assert_eq!(curve.pods_for(290.0), 6.0);
        assert_eq!(curve.pods_for(-1.0), 0.0);
    }

    #[test]
    fn a_pod_that_adds_nothing_is_passed_over() {
        let curve = CapacityCurve::from_rates(vec![40.0, 40.0, 60.0]).expect("not falling");
        assert_eq!(curve.pods_for(40.0), 1.0);
        assert_eq!(curve.pods_for(50.0), 2.5);
    }

    #[test]
    fn a_falling_curve_is_refused() {
        for rates in [vec![], vec![0.0], vec![5.0, 4.0], vec![5.0, f64::INFINITY]] {
            assert!(CapacityCurve::from_rates(rates).is_err());
        }
    }
}
