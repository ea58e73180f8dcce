use serde::{Deserialize, Serialize};

use super::{AutoscalerResult, DayResult, Verdict, front_cost_per_day};

/// An interval from resampling days.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Interval {
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// Coverage, such as 0.95.
    pub level: f64,
}

/// Intervals of the two numbers of a [`Difference`]; only from
/// [`DAYS_FOR_AN_INTERVAL`](super::DAYS_FOR_AN_INTERVAL) distinct days on.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DifferenceIntervals {
    /// Of the relative cost.
    pub relative_cost: Interval,
    /// Of the difference in the share of bad minutes.
    pub slow_minute_ratio: Interval,
}

/// Subject minus rival, paired: both met the same arrivals.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Difference {
    /// Cost of the subject over cost of the rival, minus 1: −0.1 = a tenth cheaper.
    pub relative_cost: f64,
    /// Share of bad minutes of the subject minus the rival's.
    pub slow_minute_ratio: f64,
    /// Smallest and largest relative cost over distinct days.
    pub relative_cost_by_day: Option<(f64, f64)>,
    /// Smallest and largest difference in the share of bad minutes over distinct days.
    pub slow_minute_ratio_by_day: Option<(f64, f64)>,
    /// Intervals, where there are days enough.
    pub intervals: Option<DifferenceIntervals>,
}

/// The subject against one rival at no looser service, or the statement that there is none.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Comparison {
    /// Name of the autoscaler that is judged.
    pub subject: String,
    /// The rival's name: the cheapest HPA with no more bad minutes, or the clone when RL is judged. `None`: no
    /// rival kept the subject's service, so the two are not comparable.
    pub rival: Option<String>,
    /// What the numbers say.
    pub verdict: Verdict,
    /// The numbers; absent when not comparable.
    pub difference: Option<Difference>,
    /// Relative cost against HPA's front read at exactly the subject's share of bad minutes, between two targets
    /// (linear in the logarithm of the share): takes the grid of targets out of the comparison. `None` where the
    /// front does not reach that share.
    pub relative_cost_at_equal_service: Option<f64>,
}

/// The cheapest point of HPA's front whose share of bad minutes is not above the subject's.
pub fn cheapest_no_looser<'a>(
    subject: &AutoscalerResult,
    rows: &'a [AutoscalerResult],
) -> Option<&'a AutoscalerResult> {
    rows.iter()
        .filter(|row| row.is_hpa_front() && row.slow_minute_ratio <= subject.slow_minute_ratio)
        .min_by(|a, b| a.cost.total_cmp(&b.cost))
}

impl Difference {
    /// Subject minus rival from the totals and, for the ranges, from the distinct days that both have.
    pub fn between(
        subject: &AutoscalerResult,
        rival: &AutoscalerResult,
        intervals: Option<DifferenceIntervals>,
    ) -> Self {
        let days = || {
            subject.days.iter().filter_map(|day| {
                rival.days.iter().find(|other| other.day == day.day).map(|other| (day, other))
            })
        };
        let bad = |day: &DayResult| ratio(day.bad_minutes as f64, day.minutes as f64);
        Self {
            relative_cost: relative(subject.cost, rival.cost),
            slow_minute_ratio: subject.slow_minute_ratio - rival.slow_minute_ratio,
            relative_cost_by_day: range(days().map(|(own, other)| relative(own.cost, other.cost))),
            slow_minute_ratio_by_day: range(days().map(|(own, other)| bad(own) - bad(other))),
            intervals,
        }
    }
}

impl Comparison {
    /// `subject` against the cheapest HPA among `rows` at no looser service.
    pub fn against_hpa(
        subject: &AutoscalerResult,
        rows: &[AutoscalerResult],
        intervals: impl FnOnce(&AutoscalerResult, &AutoscalerResult) -> Option<DifferenceIntervals>,
    ) -> Self {
        let at_equal_service = front_cost_per_day(rows, subject.slow_minute_ratio)
            .map(|front_cost| relative(subject.cost_per_day(), front_cost));
        let compared = Self::against(subject, cheapest_no_looser(subject, rows), intervals);
        let verdict = match &compared.difference {
            Some(difference) => Verdict::of_cost(difference, at_equal_service),
            None => Verdict::NotComparable,
        };
        Self { verdict, relative_cost_at_equal_service: at_equal_service, ..compared }
    }

    /// `subject` against one named rival, whatever its service; `None` states that nothing is comparable.
    pub fn against(
        subject: &AutoscalerResult,
        rival: Option<&AutoscalerResult>,
        intervals: impl FnOnce(&AutoscalerResult, &AutoscalerResult) -> Option<DifferenceIntervals>,
    ) -> Self {
        let difference = rival.map(|rival| Difference::between(subject, rival, intervals(subject, rival)));
        Self {
            subject: subject.name.clone(),
            rival: rival.map(|rival| rival.name.clone()),
            verdict: difference.as_ref().map_or(Verdict::NotComparable, Verdict::of),
            difference,
            relative_cost_at_equal_service: None,
        }
    }
}

fn ratio(part: f64, whole: f64) -> f64 {
    if whole > 0.0 { part / whole } else { 0.0 }
}

fn relative(own: f64, other: f64) -> f64 {
    if other > 0.0 { own / other - 1.0 } else { 0.0 }
}

fn range(values: impl Iterator<Item = f64>) -> Option<(f64, f64)> {
    values.fold(None, |bounds, value| match bounds {
        None => Some((value, value)),
        Some((low, high)) => Some((value.min(low), value.max(high))),
    })
}
