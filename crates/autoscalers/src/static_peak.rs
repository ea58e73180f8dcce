//! A constant count, sized for the peak of the train part.

use podpilot_core::{
    Autoscaler, Observation, Outcome, Proposal, Reason, ReasonList, RestoreError, SignalSet, Snapshot, Span,
};
use serde::{Deserialize, Serialize};

use crate::memory::restore_nothing;
use crate::search_space::{Parameter, Range, Tunable};
use crate::{ManifestError, ServiceFacts};

const PERIOD: Span = Span::seconds(15);

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

/// As many pods as the train part's peak needs, always.
#[derive(Debug, Clone, PartialEq)]
pub struct StaticPeak {
    name: String,
    replicas: i32,
    peak_rps: f64,
}

impl StaticPeak {
    /// Sized for what `facts` know of the train part.
    pub fn new(
        name: impl Into<String>,
        parameters: StaticPeakParameters,
        facts: &ServiceFacts,
    ) -> Result<Self, ManifestError> {
        let StaticPeakParameters { quantile, headroom } = parameters;
        if !(0.0..=1.0).contains(&quantile) {
            return Err(ManifestError::new("quantile", format!("is {quantile}, must be between 0 and 1")));
        }
        if !(headroom.is_finite() && headroom > 0.0) {
            return Err(ManifestError::new("headroom", format!("is {headroom}, must be above 0")));
        }
        let peak_rps = facts.train_rate_quantile_rps(quantile).ok_or_else(|| {
            ManifestError::new("quantile", "has nothing to refer to: there is no train part")
        })?;
        let replicas = (facts.inverse.pods_for(peak_rps) * headroom).ceil() as i32;
        Ok(Self { name: name.into(), replicas: facts.bounds.clamp(replicas), peak_rps })
    }
}

impl Autoscaler for StaticPeak {
    fn name(&self) -> &str {
        &self.name
    }

    fn period(&self) -> Span {
        PERIOD
    }

    fn signals(&self) -> SignalSet {
        SignalSet::EMPTY
    }

    fn decide(&mut self, _observation: &Observation) -> Proposal {
        let reason = Reason::TrainPeak { rps: self.peak_rps };
        Proposal { replicas: Some(self.replicas), reasons: ReasonList::from_iter([reason]) }
    }

    fn applied(&mut self, _outcome: &Outcome) {}

    fn snapshot(&self) -> Snapshot {
        Snapshot::default()
    }

    fn restore(&mut self, snapshot: &Snapshot) -> Result<(), RestoreError> {
        restore_nothing(snapshot, &self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn replicas(parameters: StaticPeakParameters) -> i32 {
        let mut autoscaler = StaticPeak::new("static-peak", parameters, &ServiceFacts::example()).unwrap();
        autoscaler.decide(&Observation::default()).replicas.unwrap()
    }

    #[test]
    fn the_count_carries_the_peak_and_one_fewer_would_not() {
        let facts = ServiceFacts::example();
        for quantile in [0.25, 0.5, 1.0] {
            let count = replicas(StaticPeakParameters { quantile, headroom: 1.0 });
            let peak_rps = (100.0 * quantile).ceil();
            assert!(facts.inverse.rate_for(count) >= peak_rps, "{count} pods carry {peak_rps}");
            assert!(facts.inverse.rate_for(count - 1) < peak_rps, "{count} pods are needed for {peak_rps}");
        }
    }

    #[test]
    fn headroom_multiplies_and_bounds_hold() {
        let plain = replicas(StaticPeakParameters::default());
        let doubled = replicas(StaticPeakParameters { headroom: 2.0, ..Default::default() });
        assert!((2 * plain - 1..=2 * plain).contains(&doubled), "{plain} and {doubled}");
        assert_eq!(replicas(StaticPeakParameters { headroom: 1e6, ..Default::default() }), 40);
    }

    #[test]
    fn nonsense_is_refused() {
        let refused = |quantile, headroom| {
            let parameters = StaticPeakParameters { quantile, headroom };
            StaticPeak::new("x", parameters, &ServiceFacts::example()).unwrap_err().to_string()
        };
        assert_eq!(refused(1.5, 1.0), "quantile: is 1.5, must be between 0 and 1");
        assert_eq!(refused(1.0, 0.0), "headroom: is 0, must be above 0");
        let facts = ServiceFacts { train_rates_rps: [].into(), ..ServiceFacts::example() };
        assert!(StaticPeak::new("x", StaticPeakParameters::default(), &facts).is_err());
    }
}
