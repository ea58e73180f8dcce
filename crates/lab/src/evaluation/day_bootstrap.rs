//! Intervals by resampling distinct days: noise seeds on one day are not independent evidence.

use podpilot_random::Seed;

use crate::result::{
    AutoscalerResult, DAYS_FOR_AN_INTERVAL, DayLedger, DayResult, DifferenceIntervals, Interval,
};
use crate::statistics::{Design, Draw, RESAMPLES, Resampled, resample};

const LEVEL: f64 = 0.95;

/// Interval of the cost at equal service: in each resample HPA's front is built anew from the resampled days and read
/// at the subject's share of bad minutes on them. `None` under ten days, or where the front misses the subject's
/// service in more resamples than the interval may leave out.
pub(crate) fn equal_service_interval(
    subject: &AutoscalerResult,
    rows: &[AutoscalerResult],
    seed: Seed,
) -> Option<Interval> {
    let ledger = DayLedger::new(subject, rows);
    let days = ledger.len();
    if (days as u32) < DAYS_FOR_AN_INTERVAL {
        return None;
    }
    let relative_cost = |draws: &[Draw]| ledger.relative_cost(indices(draws));
    interval(&resample(&days_alone(days), relative_cost, RESAMPLES, seed))
}

/// Intervals over the days that both rows have; `None` under ten days.
pub(crate) fn day_intervals(
    subject: &AutoscalerResult,
    rival: &AutoscalerResult,
    seed: Seed,
) -> Option<DifferenceIntervals> {
    let pairs: Vec<(&DayResult, &DayResult)> = subject
        .days
        .iter()
        .filter_map(|own| rival.days.iter().find(|other| other.day == own.day).map(|other| (own, other)))
        .collect();
    if (pairs.len() as u32) < DAYS_FOR_AN_INTERVAL {
        return None;
    }
    let of = |statistic: fn(&Sum, &Sum) -> f64| {
        let over_draws = |draws: &[Draw]| {
            let (mut own, mut other) = (Sum::default(), Sum::default());
            for day in indices(draws) {
                own.add(pairs[day].0);
                other.add(pairs[day].1);
            }
            Some(statistic(&own, &other))
        };
        interval(&resample(&days_alone(pairs.len()), over_draws, RESAMPLES, seed))
    };
    Some(DifferenceIntervals {
        relative_cost: of(|own, other| if other.cost > 0.0 { own.cost / other.cost - 1.0 } else { 0.0 })?,
        slow_minute_ratio: of(|own, other| own.bad_ratio() - other.bad_ratio())?,
    })
}

/// These rows hold sums by day: there are no seeds to draw within.
fn days_alone(days: usize) -> Design {
    Design { noise_seeds: vec![1; days], training_seeds: 1 }
}

fn indices(draws: &[Draw]) -> impl Iterator<Item = usize> {
    draws.iter().map(|draw| draw.day)
}

fn interval(resampled: &Resampled) -> Option<Interval> {
    resampled.test(LEVEL).map(|test| Interval { low: test.low, high: test.high, level: LEVEL })
}

#[derive(Default)]
struct Sum {
    cost: f64,
    minutes: f64,
    bad: f64,
}

impl Sum {
    fn add(&mut self, day: &DayResult) {
        self.cost += day.cost;
        self.minutes += day.minutes as f64;
        self.bad += day.bad_minutes as f64;
    }

    fn bad_ratio(&self) -> f64 {
        if self.minutes > 0.0 { self.bad / self.minutes } else { 0.0 }
    }
}

#[cfg(test)]
mod tests {
    use super::super::score::Score;
    use super::*;
    use crate::result::Role;

    fn row(costs: &[f64]) -> AutoscalerResult {
        let days = costs.iter().enumerate().map(|(day, cost)| DayResult {
            day: day as u32,
            episodes: 1,
            pod_hours: *cost,
            cost: *cost,
            minutes: 1_440,
            bad_minutes: day as u64,
        });
        AutoscalerResult { days: days.collect(), ..Score::default().into_result("x", Role::Other) }
    }

    #[test]
    fn a_constant_saving_has_no_width() {
        let rival = row(&[10.0, 20.0, 15.0, 12.0, 11.0, 18.0, 10.0, 20.0, 15.0, 12.0]);
        let own: Vec<f64> = rival.days.iter().map(|day| day.cost * 0.9).collect();
        let intervals = day_intervals(&row(&own), &rival, Seed(1)).unwrap();
        assert!((intervals.relative_cost.low + 0.1).abs() < 1e-9);
        assert!((intervals.relative_cost.high + 0.1).abs() < 1e-9);
        assert_eq!(intervals.slow_minute_ratio.low, 0.0);
    }

    #[test]
    fn the_interval_of_a_mean_is_as_wide_as_theory_says() {
        // Rival costs 1 a day, the subject's 100 days spread evenly from 0.8 to 1.2: their standard deviation is
        // 0.4/√12 = 0.1155, the standard error of their mean 0.01166 (of 100 points, not of a continuum).
        let rival = row(&[1.0; 100]);
        let own: Vec<f64> = (0..100).map(|day| 0.8 + 0.4 * f64::from(day) / 99.0).collect();
        let half_width = 1.96 * 0.011_66;
        for seed in 1..=5 {
            let interval = day_intervals(&row(&own), &rival, Seed(seed)).unwrap().relative_cost;
            let off = (interval.low + half_width).abs().max((interval.high - half_width).abs());
            assert!(off < 0.003, "{interval:?}");
        }
    }

    #[test]
    fn nine_days_claim_nothing() {
        assert_eq!(day_intervals(&row(&[1.0; 9]), &row(&[1.0; 9]), Seed(1)), None);
    }

    /// A target with these costs and bad minutes by day.
    fn target(role: Role, days: &[(f64, u64)]) -> AutoscalerResult {
        let mut made = row(&days.iter().map(|(cost, _)| *cost).collect::<Vec<_>>());
        made.role = role;
        made.days.iter_mut().zip(days).for_each(|(day, (_, bad))| day.bad_minutes = *bad);
        made
    }

    const STRICT: Role = Role::Hpa { target_percent: 50 };
    const LOOSE: Role = Role::Hpa { target_percent: 80 };

    #[test]
    fn a_constant_saving_at_equal_service_has_no_width() {
        // Daily loads differ, but the subject always costs nine tenths of halfway between two targets whose bad
        // minutes stand to its own as 1 : 10 and 10 : 1.
        let scale = |day: u32| f64::from(10 + day * 7 % 5);
        let days = |cost: f64, bad: u64| -> Vec<(f64, u64)> {
            (0..12).map(|day| (cost * scale(day), bad * u64::from(1 + day % 3))).collect()
        };
        let rows = [target(STRICT, &days(3.0, 1)), target(LOOSE, &days(1.0, 100))];
        let subject = target(Role::Agent, &days(2.0 * 0.9, 10));
        let interval = equal_service_interval(&subject, &rows, Seed(1)).unwrap();
        assert!((interval.low + 0.1).abs() < 1e-9 && (interval.high + 0.1).abs() < 1e-9, "{interval:?}");
        let spread = DayLedger::new(&subject, &rows).spread(Some(interval)).unwrap();
        let (low, high) = spread.by_day.unwrap();
        assert!((low + 0.1).abs() < 1e-9 && (high + 0.1).abs() < 1e-9, "{spread:?}");
        assert_eq!((spread.days, spread.days_reached), (12, 12));
    }

    #[test]
    fn a_front_that_costs_the_same_everywhere_leaves_the_scatter_of_the_subject() {
        // Both targets cost 1 a day, the subject's 100 days spread evenly from 0.8 to 1.2, as in the test above.
        let flat = |bad: u64, extra: f64| vec![(1.0 + extra, bad); 100];
        let rows = [target(STRICT, &flat(1, 1e-9)), target(LOOSE, &flat(100, 0.0))];
        let own: Vec<_> = (0..100).map(|day| (0.8 + 0.4 * f64::from(day) / 99.0, 10)).collect();
        let interval = equal_service_interval(&target(Role::Agent, &own), &rows, Seed(3)).unwrap();
        let half_width = 1.96 * 0.011_66;
        let off = (interval.low + half_width).abs().max((interval.high - half_width).abs());
        assert!(off < 0.003, "{interval:?}");
    }

    #[test]
    fn no_interval_where_the_front_does_not_reach_or_days_are_few() {
        let days = |cost: f64, bad: u64, count: usize| vec![(cost, bad); count];
        let rows = [target(STRICT, &days(3.0, 1, 12)), target(LOOSE, &days(1.0, 100, 12))];
        let of = |bad: u64, count: usize| {
            equal_service_interval(&target(Role::Agent, &days(1.0, bad, count)), &rows, Seed(1))
        };
        assert!(of(10, 12).is_some());
        assert_eq!(of(0, 12), None, "better served than any target");
        assert_eq!(of(200, 12), None, "worse served than any target");
        assert_eq!(of(10, 9), None);
    }

    #[test]
    fn a_subject_out_of_reach_on_some_days_only_has_a_range_of_the_others() {
        let rows = [target(STRICT, &[(3.0, 1); 4]), target(LOOSE, &[(1.0, 100); 4])];
        let subject = target(Role::Agent, &[(1.8, 10), (1.0, 0), (2.2, 10), (1.0, 500)]);
        let spread = DayLedger::new(&subject, &rows).spread(None).unwrap();
        assert_eq!((spread.days, spread.days_reached), (4, 2));
        let (low, high) = spread.by_day.unwrap();
        assert!((low + 0.1).abs() < 1e-9 && (high - 0.1).abs() < 1e-9, "{spread:?}");
    }
}
