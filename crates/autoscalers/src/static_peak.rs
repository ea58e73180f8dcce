//! A constant count, sized for the peak of the train part.

use serde::{Deserialize, Serialize};

use crate::ServiceFacts;
use crate::search_space::{Parameter, Range, Tunable};

/// Which peak, and how much above it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct StaticPeakParameters {
    /// Quantile of the train part's minute rates that counts as its peak; 1, the highest minute.
    pub quantile: f64,
    /// Pods for each pod that the peak needs; 1.
    pub headroom: f64,
}

impl Default for StaticPeakParameters {
    fn default() -> Self {
        Self { quantile: 1.0, headroom: 1.0 }
    }
}

impl Tunable for StaticPeakParameters {
    fn parameters(_facts: &ServiceFacts) -> Vec<Parameter> {
        let default = Self::default();
        vec![
            Parameter::new("quantile", Range::Linear { low: 0.5, high: 1.0 }, default.quantile),
            Parameter::new("headroom", Range::Linear { low: 0.5, high: 1.5 }, default.headroom),
        ]
    }

    fn from_values(values: &[f64]) -> Self {
        Self { quantile: values[0], headroom: values[1] }
    }
}
