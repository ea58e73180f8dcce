//! Cost against HPA at exactly the subject's service, for any choice of days.

use serde::{Deserialize, Serialize};

use super::{
    AutoscalerResult, DayResult, Interval,
    front::{FrontPoint, cost_at_share},
};

/// How the cost at equal service scatters over days. HPA's front is built anew from the very days and read at the
/// subject's share of bad minutes on them.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EqualServiceSpread {
    /// Distinct days that were looked at.
    pub days: u32,
    /// Those on which the front reaches the subject's service.
    pub days_reached: u32,
    /// Smallest and largest relative cost over the days that are reached.
    pub by_day: Option<(f64, f64)>,
    /// Interval from resampled days, where there are days enough and the front reaches nearly all resamples.
    pub interval: Option<Interval>,
}

/// Cost and minutes by day of a subject and of every HPA target, over the days that all of them have.
#[derive(Debug)]
pub(crate) struct DayLedger {
    /// For each day the subject, then the HPA targets.
    days: Vec<Vec<Sum>>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Sum {
    cost: f64,
    minutes: f64,
    bad: f64,
}

impl DayLedger {
    pub(crate) fn new(subject: &AutoscalerResult, rows: &[AutoscalerResult]) -> Self {
        let front: Vec<_> = rows.iter().filter(|row| row.is_hpa_front()).collect();
        let sums_of = |own: &DayResult| {
            let others = front.iter().map(|row| row.days.iter().find(|day| day.day == own.day));
            std::iter::once(Some(own)).chain(others).map(|day| day.map(Sum::of)).collect()
        };
        Self { days: subject.days.iter().filter_map(sums_of).collect() }
    }

    /// Number of days that all have.
    pub(crate) fn len(&self) -> usize {
        self.days.len()
    }

    /// Relative cost at equal service over the days with these indices, each as often as it is named; `None` where
    /// the front of these days does not reach the subject's service on them.
    pub(crate) fn relative_cost(&self, days: impl Iterator<Item = usize>) -> Option<f64> {
        let mut sums = vec![Sum::default(); self.days.first().map_or(0, Vec::len)];
        for day in days {
            sums.iter_mut().zip(&self.days[day]).for_each(|(sum, of_day)| sum.add(of_day));
        }
        let (subject, front) = sums.split_first()?;
        let points: Vec<_> =
            front.iter().map(|sum| FrontPoint { cost: sum.cost, share: sum.share() }).collect();
        let front_cost = cost_at_share(&points, subject.share())?;
        (front_cost > 0.0).then(|| subject.cost / front_cost - 1.0)
    }

    /// The range by day, with an interval that was made elsewhere; `None` without days.
    pub(crate) fn spread(&self, interval: Option<Interval>) -> Option<EqualServiceSpread> {
        let by_day: Vec<f64> =
            (0..self.len()).filter_map(|day| self.relative_cost(std::iter::once(day))).collect();
        (self.len() > 0).then(|| EqualServiceSpread {
            days: self.len() as u32,
            days_reached: by_day.len() as u32,
            by_day: by_day
                .iter()
                .copied()
                .map(|cost| (cost, cost))
                .reduce(|a, b| (a.0.min(b.0), a.1.max(b.1))),
            interval,
        })
    }
}

impl Sum {
    fn of(day: &DayResult) -> Self {
        Self { cost: day.cost, minutes: day.minutes as f64, bad: day.bad_minutes as f64 }
    }

    fn add(&mut self, other: &Self) {
        self.cost += other.cost;
        self.minutes += other.minutes;
        self.bad += other.bad;
    }

    fn share(&self) -> f64 {
        if self.minutes > 0.0 { self.bad / self.minutes } else { 0.0 }
    }
}
