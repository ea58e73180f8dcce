use serde::{Deserialize, Serialize};

use super::{Difference, EqualServiceSpread};

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
    /// Better in one and worse in the other, or a saving that one measure of service shows and the other does not.
    Mixed,
    /// No rival has this service.
    NotComparable,
}

#[derive(Clone, Copy, PartialEq)]
enum Sign {
    Less,
    Same,
    More,
}

impl Verdict {
    /// Judges the cost at exactly the subject's service: by its interval where there is one, else by whether all days
    /// agree on the sign. A saving at an equal share of bad minutes counts as better only if there is one at an equal
    /// share of slow requests too. Where HPA's front does not reach the subject's service nothing is comparable.
    pub fn at_equal_service(
        by_bad_minutes: Option<f64>,
        spread: Option<&EqualServiceSpread>,
        by_slow_requests: Option<f64>,
    ) -> Self {
        let Some(cost) = by_bad_minutes else {
            return Self::NotComparable;
        };
        let second = by_slow_requests.map(|cost| sign(cost, (cost, cost), NEGLIGIBLE_COST));
        match (equal_service_sign(cost, spread), second) {
            (Sign::Same, _) => Self::NoDifference,
            (Sign::Less, Some(Sign::Less)) => Self::Better,
            (Sign::Less, _) | (Sign::More, Some(Sign::Less)) => Self::Mixed,
            (Sign::More, _) => Self::Worse,
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

/// Days of which the front reaches none leave the sign unknown, which is no difference.
fn equal_service_sign(cost: f64, spread: Option<&EqualServiceSpread>) -> Sign {
    let range = match spread {
        None => Some((cost, cost)),
        Some(spread) => spread.interval.map(|interval| (interval.low, interval.high)).or(spread.by_day),
    };
    range.map_or(Sign::Same, |range| sign(cost, range, NEGLIGIBLE_COST))
}

fn cost_sign(difference: &Difference) -> Sign {
    let value = difference.relative_cost;
    let interval = difference.intervals.map(|both| (both.relative_cost.low, both.relative_cost.high));
    sign(value, interval.or(difference.relative_cost_by_day).unwrap_or((value, value)), NEGLIGIBLE_COST)
}

fn service_sign(difference: &Difference) -> Sign {
    let value = difference.slow_minute_ratio;
    let interval = difference.intervals.map(|both| (both.slow_minute_ratio.low, both.slow_minute_ratio.high));
    let range = interval.or(difference.slow_minute_ratio_by_day).unwrap_or((value, value));
    sign(value, range, NEGLIGIBLE_BAD_MINUTES)
}

fn sign(value: f64, (low, high): (f64, f64), negligible: f64) -> Sign {
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

    fn days(low: f64, high: f64) -> EqualServiceSpread {
        EqualServiceSpread { days: 5, days_reached: 5, by_day: Some((low, high)), interval: None }
    }

    #[test]
    fn both_measures_of_service_must_show_the_saving() {
        let cheaper = days(-0.05, -0.03);
        let dearer = days(0.03, 0.05);
        let noisy = days(-0.05, 0.01);
        let cases = [
            (Some(-0.04), cheaper, Some(-0.03), Verdict::Better),
            (Some(-0.04), cheaper, Some(0.01), Verdict::Mixed),
            (Some(-0.04), cheaper, Some(-0.001), Verdict::Mixed),
            (Some(-0.04), cheaper, None, Verdict::Mixed),
            (Some(-0.04), noisy, Some(-0.04), Verdict::NoDifference),
            (Some(-0.001), cheaper, Some(-0.03), Verdict::NoDifference),
            (Some(0.04), dearer, Some(0.03), Verdict::Worse),
            (Some(0.04), dearer, None, Verdict::Worse),
            (Some(0.04), dearer, Some(-0.03), Verdict::Mixed),
            (None, cheaper, Some(-0.03), Verdict::NotComparable),
        ];
        for (by_minutes, spread, by_requests, verdict) in cases {
            let judged = Verdict::at_equal_service(by_minutes, Some(&spread), by_requests);
            assert_eq!(judged, verdict, "{by_minutes:?} {spread:?} {by_requests:?}");
        }
    }

    #[test]
    fn the_interval_at_equal_service_outranks_the_days() {
        let around_zero = Some(Interval { low: -0.02, high: 0.02, level: 0.95 });
        let spread = EqualServiceSpread { interval: around_zero, ..days(-0.05, -0.03) };
        assert_eq!(Verdict::at_equal_service(Some(-0.04), Some(&spread), Some(-0.04)), Verdict::NoDifference);
    }

    #[test]
    fn days_that_the_front_never_reaches_show_nothing() {
        let unreached = EqualServiceSpread { days: 5, days_reached: 0, by_day: None, interval: None };
        assert_eq!(
            Verdict::at_equal_service(Some(-0.04), Some(&unreached), Some(-0.04)),
            Verdict::NoDifference
        );
    }
}
