use serde::{Deserialize, Serialize};

use super::Difference;

/// Cost differences below this share are called none, whatever the noise.
const NEGLIGIBLE_COST: f64 = 0.005;

/// Differences in the share of bad minutes below this are called none: a tenth of the usual objective.
const NEGLIGIBLE_BAD_MINUTES: f64 = 0.0005;

/// What a comparison says, cost and service together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Cheaper or better served, and neither dearer nor worse served.
    Better,
    /// Neither cost nor service differs beyond noise.
    NoDifference,
    /// Dearer or worse served, and neither cheaper nor better served.
    Worse,
    /// Better in one and worse in the other.
    Mixed,
    /// No rival kept this service.
    NotComparable,
}

#[derive(Clone, Copy, PartialEq)]
enum Sign {
    Less,
    Same,
    More,
}

impl Verdict {
    /// Judges cost alone, for a rival whose service is known to be no looser. Where the cost at exactly equal service
    /// is known and shows no saving, there is none: the rest came from the grid of HPA's targets.
    pub fn of_cost(difference: &Difference, relative_cost_at_equal_service: Option<f64>) -> Self {
        let no_saving_at_equal_service =
            relative_cost_at_equal_service.is_some_and(|cost| cost > -NEGLIGIBLE_COST);
        match cost_sign(difference) {
            Sign::Less if no_saving_at_equal_service => Self::NoDifference,
            Sign::Less => Self::Better,
            Sign::Same => Self::NoDifference,
            Sign::More => Self::Worse,
        }
    }

    /// Judges a difference: by its intervals where there are any, else by whether all days agree on the sign.
    /// Less cost and fewer bad minutes are good.
    pub fn of(difference: &Difference) -> Self {
        match (cost_sign(difference), service_sign(difference)) {
            (Sign::Same, Sign::Same) => Self::NoDifference,
            (Sign::Less, Sign::More) | (Sign::More, Sign::Less) => Self::Mixed,
            (Sign::Less, _) | (_, Sign::Less) => Self::Better,
            (Sign::More, _) | (_, Sign::More) => Self::Worse,
        }
    }
}

fn cost_sign(difference: &Difference) -> Sign {
    let interval = difference.intervals.map(|both| (both.relative_cost.low, both.relative_cost.high));
    sign(difference.relative_cost, interval, difference.relative_cost_by_day, NEGLIGIBLE_COST)
}

fn service_sign(difference: &Difference) -> Sign {
    let interval = difference.intervals.map(|both| (both.slow_minute_ratio.low, both.slow_minute_ratio.high));
    sign(difference.slow_minute_ratio, interval, difference.slow_minute_ratio_by_day, NEGLIGIBLE_BAD_MINUTES)
}

fn sign(value: f64, interval: Option<(f64, f64)>, by_day: Option<(f64, f64)>, negligible: f64) -> Sign {
    let (low, high) = interval.or(by_day).unwrap_or((value, value));
    let noise = low <= 0.0 && high >= 0.0;
    if value.abs() < negligible || noise {
        Sign::Same
    } else if value < 0.0 {
        Sign::Less
    } else {
        Sign::More
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::result::{DifferenceIntervals, Interval};

    fn difference(cost: f64, cost_by_day: (f64, f64), service: f64) -> Difference {
        Difference {
            relative_cost: cost,
            slow_minute_ratio: service,
            relative_cost_by_day: Some(cost_by_day),
            slow_minute_ratio_by_day: Some((service, service)),
            intervals: None,
        }
    }

    #[test]
    fn days_that_disagree_on_the_sign_show_no_difference() {
        assert_eq!(Verdict::of(&difference(-0.04, (-0.1, 0.01), 0.0)), Verdict::NoDifference);
        assert_eq!(Verdict::of(&difference(-0.04, (-0.1, -0.01), 0.0)), Verdict::Better);
        assert_eq!(Verdict::of(&difference(0.04, (0.01, 0.1), 0.0)), Verdict::Worse);
    }

    #[test]
    fn a_negligible_cost_is_no_difference_even_if_all_days_agree() {
        assert_eq!(Verdict::of(&difference(-0.004, (-0.005, -0.003), 0.0)), Verdict::NoDifference);
    }

    #[test]
    fn cheaper_at_worse_service_is_mixed() {
        assert_eq!(Verdict::of(&difference(-0.04, (-0.05, -0.03), 0.01)), Verdict::Mixed);
        assert_eq!(Verdict::of(&difference(0.0, (0.0, 0.0), 0.01)), Verdict::Worse);
    }

    #[test]
    fn intervals_outrank_days() {
        let around_zero = Interval { low: -0.02, high: 0.02, level: 0.95 };
        let intervals = DifferenceIntervals { relative_cost: around_zero, slow_minute_ratio: around_zero };
        let judged = Difference { intervals: Some(intervals), ..difference(-0.04, (-0.05, -0.03), 0.0) };
        assert_eq!(Verdict::of(&judged), Verdict::NoDifference);
    }

    #[test]
    fn a_saving_that_vanishes_at_equal_service_is_none() {
        let saving = difference(-0.04, (-0.05, -0.03), 0.001);
        assert_eq!(Verdict::of_cost(&saving, None), Verdict::Better);
        assert_eq!(Verdict::of_cost(&saving, Some(-0.03)), Verdict::Better);
        assert_eq!(Verdict::of_cost(&saving, Some(0.01)), Verdict::NoDifference);
    }
}
