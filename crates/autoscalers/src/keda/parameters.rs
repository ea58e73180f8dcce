//! What is tuned of KEDA: the threshold of a trigger on the request rate, and the behavior of the HPA it makes.

use serde::{Deserialize, Serialize};

use crate::ServiceFacts;
use crate::hpa::Pace;
use crate::search_space::{Parameter, Range, Tunable};

/// A `ScaledObject` with one prometheus trigger on the service's request rate.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct KedaParameters {
    /// The trigger's threshold for one pod, as a share of the rate at which the pod uses its whole CPU request; 0.8,
    /// which is the point at which an HPA without further settings keeps its pods.
    pub threshold_of_request: f64,
    /// Deviation from the threshold that is let be, a ratio; 0.1.
    pub tolerance: f64,
    /// How fast.
    pub pace: Pace,
}

impl Default for KedaParameters {
    fn default() -> Self {
        Self { threshold_of_request: 0.8, tolerance: 0.1, pace: Pace::default() }
    }
}

impl Tunable for KedaParameters {
    fn parameters(facts: &ServiceFacts) -> Vec<Parameter> {
        let default = Self::default();
        let (low, high) = facts.target_of_request_range();
        let mut parameters = vec![
            Parameter::new("threshold_of_request", Range::Linear { low, high }, default.threshold_of_request),
            Parameter::new("tolerance", Range::Linear { low: 0.02, high: 0.1 }, default.tolerance),
        ];
        parameters.extend(Pace::parameters());
        parameters
    }

    fn from_values(values: &[f64]) -> Self {
        Self { threshold_of_request: values[0], tolerance: values[1], pace: Pace::from_values(&values[2..]) }
    }
}
