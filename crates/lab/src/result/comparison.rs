use serde::{Deserialize, Serialize};

use super::{
    AutoscalerResult, DayLedger, DayResult, EqualServiceSpread, Verdict, front_cost_per_day,
    front_cost_per_day_at_slow_requests,
};

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

/// The subject against HPA at equal service, or against one named rival.
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
    /// front does not reach that share. This, with its spread, decides the verdict.
    pub relative_cost_at_equal_service: Option<f64>,
    /// How that number scatters over days.
    #[serde(default)]
    pub equal_service_spread: Option<EqualServiceSpread>,
    /// The same number with the share of slow requests as the measure of service; the verdict is `better` only if
    /// it agrees.
    #[serde(default)]
    pub relative_cost_at_equal_slow_requests: Option<f64>,
}

/// The range that a verdict on cost rests on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CostRange {
    /// Lower end of the relative cost.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// Coverage if it is an interval; `None` if it is the smallest and largest value by day.
    pub level: Option<f64>,
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
    /// `subject` against HPA's front among `rows` at equal service, and beside it against the cheapest target at no
    /// looser service. `interval` is that of the cost at equal service, where there are days enough.
    pub fn against_hpa(
        subject: &AutoscalerResult,
        rows: &[AutoscalerResult],
        interval: Option<Interval>,
        intervals: impl FnOnce(&AutoscalerResult, &AutoscalerResult) -> Option<DifferenceIntervals>,
    ) -> Self {
        let cost_against =
            |front_cost: Option<f64>| front_cost.map(|cost| relative(subject.cost_per_day(), cost));
        let at_equal_service = cost_against(front_cost_per_day(rows, subject.slow_minute_ratio));
        let at_equal_slow_requests =
            cost_against(front_cost_per_day_at_slow_requests(rows, subject.slow_request_ratio));
        let spread = DayLedger::new(subject, rows).spread(interval);
        Self {
            verdict: Verdict::at_equal_service(at_equal_service, spread.as_ref(), at_equal_slow_requests),
            relative_cost_at_equal_service: at_equal_service,
            equal_service_spread: spread,
            relative_cost_at_equal_slow_requests: at_equal_slow_requests,
            ..Self::against(subject, cheapest_no_looser(subject, rows), intervals)
        }
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
            equal_service_spread: None,
            relative_cost_at_equal_slow_requests: None,
        }
    }
}

impl Comparison {
    /// The range behind the verdict: at equal service against HPA, of the plain difference against a named rival.
    pub fn cost_range(&self) -> Option<CostRange> {
        let (interval, by_day) = match (&self.equal_service_spread, &self.difference) {
            (Some(spread), _) => (spread.interval, spread.by_day),
            (None, Some(plain)) => {
                (plain.intervals.map(|both| both.relative_cost), plain.relative_cost_by_day)
            }
            (None, None) => (None, None),
        };
        let of_interval =
            interval.map(|found| CostRange { low: found.low, high: found.high, level: Some(found.level) });
        of_interval.or_else(|| by_day.map(|(low, high)| CostRange { low, high, level: None }))
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
