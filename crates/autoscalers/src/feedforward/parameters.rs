//! What is tuned of the feed-forward autoscaler.

use serde::{Deserialize, Serialize};

use crate::search_space::{Parameter, Range, Tunable};
use crate::{ManifestError, ServiceFacts};

/// Forecast, headroom and hold.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct FeedForwardParameters {
    /// How far ahead the forecast looks, seconds: what a decision, its metric and a new pod take; 60.
    pub horizon_s: f64,
    /// Half-life of the level's exponential average, seconds; 30.
    pub half_life_s: f64,
    /// Past over which the trend is fitted, seconds; 120.
    pub trend_window_s: f64,
    /// Share of the fitted trend that the forecast follows; 1, and 0 for none.
    pub trend_gain: f64,
    /// Share of yesterday's change over the same horizon that the forecast expects again; 0.5. Without a yesterday it
    /// counts as 0.
    pub yesterday_weight: f64,
    /// Pods for each pod that the forecast needs; 1.15.
    pub headroom: f64,
    /// Seconds for which the highest count holds back a scale-down; 120. Scale-up is at once.
    pub hold_s: f64,
}

impl Default for FeedForwardParameters {
    fn default() -> Self {
        Self {
            horizon_s: 60.0,
            half_life_s: 30.0,
            trend_window_s: 120.0,
            trend_gain: 1.0,
            yesterday_weight: 0.5,
            headroom: 1.15,
            hold_s: 120.0,
        }
    }
}

impl FeedForwardParameters {
    /// Fails unless every number means something.
    pub(super) fn check(&self) -> Result<(), ManifestError> {
        // Yesterday is kept for a few minutes ahead, the trend for ten minutes back.
        let checks = [
            ("horizon_s", self.horizon_s, 0.0, 300.0),
            ("half_life_s", self.half_life_s, 1.0, 3_600.0),
            ("trend_window_s", self.trend_window_s, 45.0, 900.0),
            ("trend_gain", self.trend_gain, 0.0, 10.0),
            ("yesterday_weight", self.yesterday_weight, 0.0, 1.0),
            ("headroom", self.headroom, 0.1, 100.0),
            ("hold_s", self.hold_s, 0.0, 3_600.0),
        ];
        match checks.into_iter().find(|(_, value, low, high)| !(low..=high).contains(&value)) {
            None => Ok(()),
            Some((field, value, low, high)) => {
                Err(ManifestError::new(field, format!("is {value}, must be between {low} and {high}")))
            }
        }
    }
}

impl Tunable for FeedForwardParameters {
    fn parameters(_facts: &ServiceFacts) -> Vec<Parameter> {
        let default = Self::default();
        let linear = |low: f64, high: f64| Range::Linear { low, high };
        let log = |low: f64, high: f64| Range::Log { low, high };
        vec![
            Parameter::new("horizon_s", linear(15.0, 180.0), default.horizon_s),
            Parameter::new("half_life_s", log(10.0, 300.0), default.half_life_s),
            Parameter::new("trend_window_s", linear(45.0, 600.0), default.trend_window_s),
            Parameter::new("trend_gain", linear(0.0, 1.5), default.trend_gain),
            Parameter::new("yesterday_weight", linear(0.0, 1.0), default.yesterday_weight),
            Parameter::new("headroom", log(0.8, 2.5), default.headroom),
            Parameter::new("hold_s", linear(0.0, 600.0), default.hold_s),
        ]
    }

    fn from_values(values: &[f64]) -> Self {
        Self {
            horizon_s: values[0],
            half_life_s: values[1],
            trend_window_s: values[2],
            trend_gain: values[3],
            yesterday_weight: values[4],
            headroom: values[5],
            hold_s: values[6],
        }
    }
}
