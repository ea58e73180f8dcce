//! How far a predicted course is from the real one.

use serde::{Deserialize, Serialize};

/// A run second by second, from the first request on.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Course {
    /// `scale.spec.replicas` at the end of each second.
    pub(crate) replicas: Vec<f64>,
    /// Pods that serve.
    pub(crate) serving: Vec<f64>,
    /// Requests that were sent in each second; empty in a prediction.
    pub(crate) sent: Vec<f64>,
    /// Requests that ended in each second.
    pub(crate) requests: Vec<f64>,
    /// Those that were slow or failed.
    pub(crate) slow: Vec<f64>,
    /// P95 of each whole minute, milliseconds.
    pub(crate) minute_p95_ms: Vec<Option<f64>>,
    /// Bad minutes.
    pub(crate) bad_minutes: u64,
    /// Minutes with a verdict.
    pub(crate) minutes: u64,
}

/// Ticks at which replicas are compared: the sync period of the autoscaler, seconds.
const TICK_S: usize = 15;
/// Bars of the check.
const LEAST_EQUAL_TICKS: f64 = 0.85;
const FAR_APART: f64 = 2.0;
const LONGEST_FAR_APART_S: usize = 60;
const BAD_MINUTES_WITHIN: f64 = 0.30;
const BAD_MINUTES_APART: f64 = 2.0;
/// Latencies this close are as good as equal: client, network and gateway add some milliseconds.
const P95_FACTOR: f64 = 1.6;
const P95_WITHIN_MS: f64 = 10.0;

/// Errors of one prediction.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) struct Errors {
    /// Share of ticks with equal replicas.
    pub(crate) equal_ticks: f64,
    /// Share of ticks within one replica.
    pub(crate) ticks_within_one: f64,
    /// Longest time for which the counts were more than two apart, seconds.
    pub(crate) far_apart_s: usize,
    /// Mean of the predicted minus the real replicas.
    pub(crate) mean_difference: f64,
    /// Bad minutes, predicted and real.
    pub(crate) bad_minutes: (u64, u64),
    /// Share of minutes whose P95 is within a factor of 1.6 or 10 ms of the real one.
    pub(crate) p95_close: f64,
}

impl Errors {
    /// Compares two courses over the seconds that both have.
    pub(crate) fn of(predicted: &Course, real: &Course) -> Self {
        let pairs: Vec<(f64, f64)> =
            predicted.replicas.iter().copied().zip(real.replicas.iter().copied()).collect();
        let ticks: Vec<f64> =
            pairs.iter().skip(TICK_S - 1).step_by(TICK_S).map(|(a, b)| (a - b).abs()).collect();
        let share = |most: f64| {
            ticks.iter().filter(|difference| **difference <= most).count() as f64 / ticks.len().max(1) as f64
        };
        let difference: f64 = pairs.iter().map(|(predicted, real)| predicted - real).sum();
        let minutes = predicted.minute_p95_ms.iter().zip(&real.minute_p95_ms);
        let close: Vec<bool> =
            minutes.filter_map(|(mine, other)| Some(is_close((*mine)?, (*other)?))).collect();
        Self {
            equal_ticks: share(0.0),
            ticks_within_one: share(1.0),
            far_apart_s: longest(&pairs, |(a, b)| (a - b).abs() > FAR_APART),
            mean_difference: difference / pairs.len().max(1) as f64,
            bad_minutes: (predicted.bad_minutes, real.bad_minutes),
            p95_close: close.iter().filter(|close| **close).count() as f64 / close.len().max(1) as f64,
        }
    }

    /// What misses its bar, one sentence each.
    pub(crate) fn misses(&self) -> Vec<String> {
        let mut misses = Vec::new();
        if self.equal_ticks < LEAST_EQUAL_TICKS {
            misses.push(format!(
                "replicas are equal in {:.0} % of ticks, not in {:.0} %",
                100.0 * self.equal_ticks,
                100.0 * LEAST_EQUAL_TICKS
            ));
        }
        if self.far_apart_s > LONGEST_FAR_APART_S {
            misses.push(format!("replicas are more than {FAR_APART} apart for {} s", self.far_apart_s));
        }
        let (predicted, real) = (self.bad_minutes.0 as f64, self.bad_minutes.1 as f64);
        if (predicted - real).abs() > BAD_MINUTES_APART.max(BAD_MINUTES_WITHIN * real) {
            misses.push(format!("{predicted} bad minutes are predicted, {real} were real"));
        }
        misses
    }
}

fn is_close(mine_ms: f64, other_ms: f64) -> bool {
    (mine_ms - other_ms).abs() <= P95_WITHIN_MS
        || (1.0 / P95_FACTOR..=P95_FACTOR).contains(&(mine_ms / other_ms))
}

/// Share of ticks at which the real count lies within the central nine tenths of the predicted ones.
pub(crate) fn ticks_within_range(predicted: &[Course], real: &Course) -> f64 {
    let ticks: Vec<usize> = (TICK_S - 1..real.replicas.len()).step_by(TICK_S).collect();
    let within = ticks.iter().filter(|tick| {
        let mut counts: Vec<f64> =
            predicted.iter().filter_map(|course| course.replicas.get(**tick).copied()).collect();
        counts.sort_by(f64::total_cmp);
        let cut = counts.len() / 20;
        let (low, high) = (counts.get(cut), counts.get(counts.len().saturating_sub(cut + 1)));
        let real = real.replicas[**tick];
        low.is_some_and(|low| *low <= real) && high.is_some_and(|high| real <= *high)
    });
    within.count() as f64 / ticks.len().max(1) as f64
}

/// The longest run of elements for which something holds.
fn longest<T: Copy>(items: &[T], holds: impl Fn(T) -> bool) -> usize {
    let (mut now, mut most) = (0, 0);
    for &item in items {
        now = if holds(item) { now + 1 } else { 0 };
        most = most.max(now);
    }
    most
}

#[cfg(test)]
mod tests {
    use super::*;

    fn course(replicas: Vec<f64>, bad_minutes: u64) -> Course {
        Course { replicas, bad_minutes, minutes: 10, ..Course::default() }
    }

    #[test]
    fn a_prediction_that_is_late_by_one_tick_misses_one_tick_a_change() {
        let real = course([vec![1.0; 300], vec![4.0; 300]].concat(), 3);
        let late = course([vec![1.0; 315], vec![4.0; 285]].concat(), 5);
        let errors = Errors::of(&late, &real);
        assert_eq!(errors.equal_ticks, 39.0 / 40.0);
        assert_eq!(errors.far_apart_s, 15);
        assert!((errors.mean_difference + 3.0 * 15.0 / 600.0).abs() < 1e-12);
        assert!(errors.misses().is_empty(), "{:?}", errors.misses());
    }

    #[test]
    fn a_count_that_one_prediction_in_ten_gives_is_within_their_range() {
        let predicted: Vec<Course> =
            (0..40).map(|index| course(vec![if index < 4 { 4.0 } else { 3.0 }; 30], 0)).collect();
        assert_eq!(ticks_within_range(&predicted, &course(vec![4.0; 30], 0)), 1.0);
        assert_eq!(ticks_within_range(&predicted, &course(vec![5.0; 30], 0)), 0.0);
        assert!(is_close(4.0, 12.0) && is_close(150.0, 200.0) && !is_close(100.0, 200.0));
    }

    #[test]
    fn each_bar_can_be_missed() {
        let real = course(vec![2.0; 600], 10);
        let errors = Errors::of(&course([vec![2.0; 400], vec![5.0; 200]].concat(), 14), &real);
        assert_eq!(errors.misses().len(), 3, "{:?}", errors.misses());
        let close = Errors::of(&course(vec![2.0; 600], 13), &real);
        assert!(close.misses().is_empty(), "13 of 10 bad minutes is within 30 %");
    }
}
