//! What can be tuned of each rival, and within which bounds it is sensible to search.

use serde::{Deserialize, Serialize};

use crate::rival::{Rival, RivalConfig};
use crate::{
    FeedForwardParameters, HpaParameters, KedaParameters, KnativeParameters, ServiceFacts,
    StaticPeakParameters, ThresholdParameters,
};

/// The values that a parameter may take.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Range {
    /// Every number in between, evenly.
    Linear {
        /// Lowest value.
        low: f64,
        /// Highest value.
        high: f64,
    },
    /// Every number in between, evenly in its logarithm; `low` is above 0.
    Log {
        /// Lowest value.
        low: f64,
        /// Highest value.
        high: f64,
    },
    /// Whole numbers, both ends included.
    Integer {
        /// Lowest value.
        low: i32,
        /// Highest value.
        high: i32,
    },
    /// `count` alternatives, numbered from 0.
    Choice {
        /// How many there are.
        count: i32,
    },
}

/// One number that can be tuned.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Parameter {
    /// Its name: that of the field in the rival's parameters, with a point before a field of a field.
    pub name: &'static str,
    /// Where to search.
    pub range: Range,
    /// Its value in the rival's defaults.
    pub default: f64,
}

/// Everything that can be tuned of one rival.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SearchSpace {
    /// Whose.
    pub rival: Rival,
    /// One axis each.
    pub parameters: Vec<Parameter>,
}

/// Values that do not belong to a search space.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum SearchSpaceError {
    /// There must be one value for each parameter.
    #[error("{rival} has {expected} parameters, but {found} values are given")]
    Count {
        /// Whose.
        rival: Rival,
        /// How many there are.
        expected: usize,
        /// How many were given.
        found: usize,
    },
    /// A value outside its range.
    #[error("{rival}: {name} is {value}, outside its range")]
    OutOfRange {
        /// Whose.
        rival: Rival,
        /// Which parameter.
        name: &'static str,
        /// The value given.
        value: f64,
    },
}

/// Parameters of a rival as a point of a search space.
pub(crate) trait Tunable: Sized {
    /// The axes, in the order of [`Tunable::from_values`].
    fn parameters(facts: &ServiceFacts) -> Vec<Parameter>;

    /// The parameters at a point with as many values as there are axes.
    fn from_values(values: &[f64]) -> Self;
}

impl Range {
    /// The value at `position`, which runs evenly from 0 (the lowest) to 1 (the highest). A uniform random number makes
    /// a uniform random value.
    pub fn at(self, position: f64) -> f64 {
        let position = position.clamp(0.0, 1.0);
        match self {
            Self::Linear { low, high } => low + (high - low) * position,
            Self::Log { low, high } => (low * libm::exp(libm::log(high / low) * position)).clamp(low, high),
            Self::Integer { low, high } => whole(low, high, position),
            Self::Choice { count } => whole(0, count - 1, position),
        }
    }

    /// Where a value lies: the inverse of [`Range::at`], the middle of its share for whole numbers.
    pub fn position(self, value: f64) -> f64 {
        let middle =
            |low: i32, high: i32| (value - f64::from(low) + 0.5) / (f64::from(high) - f64::from(low) + 1.0);
        let position = match self {
            Self::Linear { low, high } => (value - low) / (high - low),
            Self::Log { low, high } => libm::log(value / low) / libm::log(high / low),
            Self::Integer { low, high } => middle(low, high),
            Self::Choice { count } => middle(0, count - 1),
        };
        position.clamp(0.0, 1.0)
    }

    /// Whether the value may be taken.
    pub fn contains(self, value: f64) -> bool {
        // A logarithm and back does not always end at the very bound.
        const SLACK: f64 = 1e-9;
        let within =
            |low: f64, high: f64| value >= low - SLACK * low.abs() && value <= high + SLACK * high.abs();
        match self {
            Self::Linear { low, high } | Self::Log { low, high } => within(low, high),
            Self::Integer { low, high } => value.fract() == 0.0 && within(f64::from(low), f64::from(high)),
            Self::Choice { count } => value.fract() == 0.0 && within(0.0, f64::from(count - 1)),
        }
    }
}

/// Every whole number gets an equal share of the unit interval.
fn whole(low: i32, high: i32, position: f64) -> f64 {
    let count = f64::from(high) - f64::from(low) + 1.0;
    f64::from(low) + (position * count).floor().min(count - 1.0)
}

impl Parameter {
    pub(crate) fn new(name: &'static str, range: Range, default: f64) -> Self {
        Self { name, range, default }
    }

    pub(crate) fn integer(name: &'static str, low: i32, high: i32, default: i32) -> Self {
        Self::new(name, Range::Integer { low, high }, f64::from(default))
    }
}

impl SearchSpace {
    /// What can be tuned of `rival` for a service; `None` if nothing can, because all that it has is a table that its
    /// user writes.
    pub fn of(rival: Rival, facts: &ServiceFacts) -> Option<Self> {
        let parameters = match rival {
            Rival::Hpa => HpaParameters::parameters(facts),
            Rival::Keda => KedaParameters::parameters(facts),
            Rival::Knative => KnativeParameters::parameters(facts),
            Rival::FeedForward => FeedForwardParameters::parameters(facts),
            Rival::Threshold => ThresholdParameters::parameters(facts),
            Rival::StaticPeak => StaticPeakParameters::parameters(facts),
            Rival::Schedule => return None,
        };
        Some(Self { rival, parameters })
    }

    /// The defaults as a point.
    pub fn defaults(&self) -> Vec<f64> {
        self.parameters.iter().map(|parameter| parameter.default).collect()
    }

    /// The point at `positions`, each from 0 to 1; absent ones are in the middle.
    pub fn at(&self, positions: &[f64]) -> Vec<f64> {
        let position = |index: usize| positions.get(index).copied().unwrap_or(0.5);
        self.parameters.iter().enumerate().map(|(index, axis)| axis.range.at(position(index))).collect()
    }

    /// The rival's configuration at a point.
    pub fn config(&self, values: &[f64]) -> Result<RivalConfig, SearchSpaceError> {
        let rival = self.rival;
        if values.len() != self.parameters.len() {
            let (expected, found) = (self.parameters.len(), values.len());
            return Err(SearchSpaceError::Count { rival, expected, found });
        }
        let outside = |(axis, value): &(&Parameter, &f64)| !axis.range.contains(**value);
        if let Some((axis, &value)) = self.parameters.iter().zip(values).find(outside) {
            return Err(SearchSpaceError::OutOfRange { rival, name: axis.name, value });
        }
        Ok(match rival {
            Rival::Hpa => RivalConfig::Hpa(HpaParameters::from_values(values)),
            Rival::Keda => RivalConfig::Keda(KedaParameters::from_values(values)),
            Rival::Knative => RivalConfig::Knative(KnativeParameters::from_values(values)),
            Rival::FeedForward => RivalConfig::FeedForward(FeedForwardParameters::from_values(values)),
            Rival::Threshold => RivalConfig::Threshold(ThresholdParameters::from_values(values)),
            Rival::StaticPeak | Rival::Schedule => {
                RivalConfig::StaticPeak(StaticPeakParameters::from_values(values))
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_covered_from_end_to_end() {
        let log = Range::Log { low: 0.05, high: 100.0 };
        let ranges = [
            Range::Linear { low: 0.02, high: 0.1 },
            log,
            Range::Integer { low: 20, high: 95 },
            Range::Choice { count: 3 },
        ];
        for range in ranges {
            for position in [0.0, 0.2, 0.5, 0.999, 1.0] {
                let value = range.at(position);
                assert!(range.contains(value), "{range:?} at {position} gives {value}");
                assert!((range.at(range.position(value)) - value).abs() < 1e-9 * value.abs().max(1.0));
            }
        }
        assert_eq!(Range::Integer { low: 20, high: 95 }.at(1.0), 95.0);
        assert_eq!(Range::Choice { count: 2 }.at(0.49), 0.0);
        assert_eq!(Range::Choice { count: 2 }.at(0.5), 1.0);
        assert!((log.at(0.5) - (0.05_f64 * 100.0).sqrt()).abs() < 1e-12);
        assert!(!Range::Integer { low: 1, high: 4 }.contains(2.5));
        assert!(!log.contains(0.049));
    }

    #[test]
    fn defaults_lie_in_their_ranges_and_make_the_default_configuration() {
        let facts = ServiceFacts::example();
        for rival in Rival::ALL {
            let Some(space) = SearchSpace::of(rival, &facts) else {
                assert_eq!(rival, Rival::Schedule);
                continue;
            };
            for parameter in &space.parameters {
                assert!(parameter.range.contains(parameter.default), "{rival}: {parameter:?}");
            }
            let config = space.config(&space.defaults()).unwrap();
            assert_eq!(Some(config), RivalConfig::default_of(rival), "{rival}");
        }
    }

    #[test]
    fn names_of_parameters_are_those_of_the_fields() {
        let facts = ServiceFacts::example();
        for space in Rival::ALL.into_iter().filter_map(|rival| SearchSpace::of(rival, &facts)) {
            let config = serde_json::to_value(space.config(&space.defaults()).unwrap()).unwrap();
            for parameter in &space.parameters {
                let pointer = format!("/parameters/{}", parameter.name.replace('.', "/"));
                assert!(config.pointer(&pointer).is_some(), "{}: {}", space.rival, parameter.name);
            }
            assert_eq!(leaves(&config["parameters"]), space.parameters.len(), "{}", space.rival);
        }
    }

    /// Fields that hold a value: each must be an axis.
    fn leaves(value: &serde_json::Value) -> usize {
        value.as_object().map_or(1, |fields| fields.values().map(leaves).sum())
    }

    #[test]
    fn every_corner_of_every_space_can_be_built() {
        let facts = ServiceFacts::example();
        for space in Rival::ALL.into_iter().filter_map(|rival| SearchSpace::of(rival, &facts)) {
            for corner in 0..1_u32 << space.parameters.len() {
                let bit = |index: usize| f64::from(corner >> index & 1);
                let positions: Vec<f64> = (0..space.parameters.len()).map(bit).collect();
                let config = space.config(&space.at(&positions)).unwrap();
                let built = config.build("corner", &facts);
                assert!(built.is_ok(), "{}: {config:?}: {:?}", space.rival, built.err());
            }
        }
    }

    #[test]
    fn foreign_points_are_refused() {
        let space = SearchSpace::of(Rival::StaticPeak, &ServiceFacts::example()).unwrap();
        assert_eq!(
            space.config(&[1.0]).unwrap_err().to_string(),
            "static-peak has 2 parameters, but 1 values are given"
        );
        assert_eq!(
            space.config(&[1.0, 9.0]).unwrap_err().to_string(),
            "static-peak: headroom is 9, outside its range"
        );
    }
}
