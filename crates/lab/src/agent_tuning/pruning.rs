//! Which trials are given up early: those whose mean return lags behind the median of earlier trials at the same share of
//! the training (the median rule of Golovin et al., "Google Vizier", 2017).

use super::store::TrialRecord;

/// Shares of the training at which trials are judged.
pub(super) const MARKS: [f64; 3] = [0.4, 0.6, 0.8];

/// Trials to compare with before any is given up.
const ENOUGH: usize = 5;

/// Watches the returns of one trial.
#[derive(Debug, Clone)]
pub(super) struct Pruner {
    /// Median of earlier trials at each mark, where there are enough.
    medians: [Option<f64>; MARKS.len()],
    sum: f64,
    count: f64,
    /// Mean return at the marks passed so far.
    pub(super) marks: Vec<f64>,
}

impl Pruner {
    pub(super) fn new(finished: &[TrialRecord]) -> Self {
        let medians = std::array::from_fn(|mark| {
            let mut at_mark: Vec<f64> =
                finished.iter().filter_map(|trial| trial.marks.get(mark).copied()).collect();
            at_mark.sort_by(f64::total_cmp);
            (at_mark.len() >= ENOUGH).then(|| at_mark[at_mark.len() / 2])
        });
        Self { medians, sum: 0.0, count: 0.0, marks: Vec::new() }
    }

    /// Takes a report; returns whether to give the trial up.
    pub(super) fn observe(&mut self, share_done: f64, episode_return: Option<f64>) -> bool {
        if let Some(value) = episode_return.filter(|value| value.is_finite()) {
            self.sum += value;
            self.count += 1.0;
        }
        let mark = self.marks.len();
        if self.count == 0.0 || MARKS.get(mark).is_none_or(|at| share_done < *at) {
            return false;
        }
        let mean = self.sum / self.count;
        self.marks.push(mean);
        self.medians[mark].is_some_and(|median| mean < median)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn earlier(means: &[f64]) -> Vec<TrialRecord> {
        let record = |mean: &f64| TrialRecord {
            trial: 0,
            positions: Vec::new(),
            score: Some(0.0),
            marks: vec![*mean; MARKS.len()],
            outcome: String::new(),
        };
        means.iter().map(record).collect()
    }

    #[test]
    fn what_lags_behind_the_median_is_given_up_at_a_mark() {
        let finished = earlier(&[1.0, 2.0, 3.0, 4.0, 5.0]);
        let mut good = Pruner::new(&finished);
        let mut bad = Pruner::new(&finished);
        assert!(!bad.observe(0.1, Some(2.5)), "no mark yet");
        assert!(bad.observe(0.45, Some(2.5)));
        assert!((1..=10).all(|tenth| !good.observe(f64::from(tenth) / 10.0, Some(3.5))));
        assert_eq!(good.marks, [3.5; MARKS.len()]);
    }

    #[test]
    fn few_earlier_trials_give_nothing_up() {
        let mut pruner = Pruner::new(&earlier(&[1.0; ENOUGH - 1]));
        assert!((1..=10).all(|tenth| !pruner.observe(f64::from(tenth) / 10.0, Some(-100.0))));
    }
}
