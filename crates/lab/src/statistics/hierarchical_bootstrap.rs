//! Resampling of days, then of noise seeds within each drawn day, then of training seeds.
//!
//! Two corrections make the interval hold its level with few days. Resampling days *and* seeds within them counts the
//! noise of a day twice (its day mean already carries it: Davison and Hinkley 1997, section 3.8), so the width is scaled
//! back to that of resampling days and training seeds with each day's noise left as it is. And a percentile interval of
//! n days is too narrow by √((n − 1)/n) and by the normal against Student's quantile; its percentiles are moved outwards
//! accordingly (the expanded percentile interval, Hesterberg 2015).

use podpilot_random::{Seed, Stream};

use super::normal::{normal_cdf, normal_quantile};
use super::percentile::percentile;
use super::student::{student_quantile, student_two_sided_p};

/// Resamples behind each interval.
pub const RESAMPLES: usize = 2_000;

/// Share of resamples that must give a value for an interval to be claimed.
const SHARE_NEEDED: f64 = 0.95;

/// What there is to resample.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Design {
    /// Noise seeds on each distinct day.
    pub noise_seeds: Vec<usize>,
    /// Training seeds of the subject; each met every day. 1 for what is not trained.
    pub training_seeds: usize,
}

/// One measurement that was drawn, by its indices.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Draw {
    /// Distinct day.
    pub day: usize,
    /// Noise seed on that day.
    pub noise: usize,
    /// Training seed of the subject.
    pub training: usize,
}

/// A statistic over resamples.
#[derive(Debug, Clone, PartialEq)]
pub struct Resampled {
    /// Its values where it has one.
    pub estimates: Vec<f64>,
    /// Resamples tried.
    pub tried: usize,
    /// Distinct days.
    pub days: usize,
    /// Standard deviation without the doubly counted noise, over that of `estimates`.
    pub noise_correction: f64,
}

/// Interval and p-value that belong together: the interval of level 1 − α excludes zero where p < α.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Test {
    /// Lower end of the interval.
    pub low: f64,
    /// Upper end of the interval.
    pub high: f64,
    /// Two-sided p-value against zero.
    pub p: f64,
}

/// Draws `resamples` times and evaluates `statistic`, which has no value (`None`) where nothing can be compared.
pub fn resample(
    design: &Design,
    mut statistic: impl FnMut(&[Draw]) -> Option<f64>,
    resamples: usize,
    seed: Seed,
) -> Resampled {
    let mut stream = seed.named("day bootstrap").stream();
    let mut draws = Vec::new();
    let mut estimates = Vec::with_capacity(resamples);
    let repeated = design.noise_seeds.iter().any(|count| *count > 1);
    let mut outer = Vec::new();
    for _ in 0..resamples {
        draw(design, Noise::Drawn, &mut stream, &mut draws);
        estimates.extend(statistic(&draws));
        if repeated {
            draw(design, Noise::Kept, &mut stream, &mut draws);
            outer.extend(statistic(&draws));
        }
    }
    let spread = deviation(&estimates);
    let noise_correction = if repeated && spread > 0.0 { deviation(&outer) / spread } else { 1.0 };
    Resampled { estimates, tried: resamples, days: design.noise_seeds.len(), noise_correction }
}

/// What becomes of the noise seeds of a drawn day.
#[derive(Clone, Copy, PartialEq)]
enum Noise {
    Drawn,
    Kept,
}

fn draw(design: &Design, noise: Noise, stream: &mut Stream, draws: &mut Vec<Draw>) {
    draws.clear();
    let training: Vec<usize> =
        (0..design.training_seeds).map(|_| stream.below(design.training_seeds)).collect();
    for _ in 0..design.noise_seeds.len() {
        let day = stream.below(design.noise_seeds.len());
        let seeds = design.noise_seeds[day];
        for kept in 0..seeds {
            let noise = if noise == Noise::Drawn && seeds > 1 { stream.below(seeds) } else { kept };
            draws.extend(training.iter().map(|training| Draw { day, noise, training: *training }));
        }
    }
}

impl Resampled {
    /// Interval of the given `level` (such as 0.95) and p-value; `None` with fewer than two days, or where too many resamples
    /// have no value.
    pub fn test(&self, level: f64) -> Option<Test> {
        let degrees = self.days as f64 - 1.0;
        let enough = self.estimates.len() as f64 >= SHARE_NEEDED * self.tried as f64;
        (degrees >= 1.0 && enough && !self.estimates.is_empty())
            .then(|| expanded(&self.estimates, self.widening(), degrees, level))
    }

    /// What a standard deviation of `estimates` is multiplied with to be one of the statistic.
    pub(super) fn widening(&self) -> f64 {
        let days = self.days as f64;
        self.noise_correction * (days / (days - 1.0)).sqrt()
    }
}

/// The expanded percentile interval and the p-value that goes with it.
pub(super) fn expanded(estimates: &[f64], widening: f64, degrees: f64, level: f64) -> Test {
    let mut sorted = estimates.to_vec();
    sorted.sort_by(f64::total_cmp);
    let tail = normal_cdf(-student_quantile(1.0 - level, degrees) * widening);
    let (low, high) = (percentile(&sorted, tail), percentile(&sorted, 1.0 - tail));
    Test { low, high, p: student_two_sided_p(normal_score(&sorted) / widening, degrees) }
}

/// How many standard deviations zero lies from the middle: by the share of estimates on its far side, or, where resampling
/// cannot resolve that share, by mean and standard deviation.
fn normal_score(sorted: &[f64]) -> f64 {
    let count = sorted.len() as f64;
    let below = sorted.iter().filter(|value| **value < 0.0).count() as f64;
    let at = sorted.iter().filter(|value| **value == 0.0).count() as f64;
    let share = (below + 0.5 * at) / count;
    let resolved = 5.0 / count;
    if share > resolved && share < 1.0 - resolved {
        return normal_quantile(share);
    }
    let spread = deviation(sorted);
    let mean = sorted.iter().sum::<f64>() / count;
    if spread > 0.0 { -mean / spread } else { f64::INFINITY * -mean.signum() }
}

pub(super) fn deviation(values: &[f64]) -> f64 {
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    (values.iter().map(|value| (value - mean) * (value - mean)).sum::<f64>() / count).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn design(days: usize, noise: usize, training_seeds: usize) -> Design {
        Design { noise_seeds: vec![noise; days], training_seeds }
    }

    fn mean_of(values: &[Vec<f64>]) -> impl Fn(&[Draw]) -> Option<f64> {
        |draws| Some(draws.iter().map(|draw| values[draw.day][draw.noise]).sum::<f64>() / draws.len() as f64)
    }

    #[test]
    fn every_resample_is_balanced() {
        let design = Design { noise_seeds: vec![1, 3, 2], training_seeds: 4 };
        let mut seen = [0_usize; 3];
        resample(
            &design,
            |draws| {
                assert!(
                    draws.iter().all(|draw| draw.noise < design.noise_seeds[draw.day] && draw.training < 4)
                );
                for draw in draws {
                    seen[draw.day] += 1;
                }
                Some(0.0)
            },
            300,
            Seed(1),
        );
        assert!(seen.iter().all(|count| *count > 0));
    }

    #[test]
    fn the_interval_of_a_mean_is_that_of_students_t() {
        // Normal data: the exact interval is mean ± t(9) s/√10.
        let mut stream = Seed(3).stream();
        let values: Vec<Vec<f64>> = (0..10).map(|_| vec![stream.normal(1.0, 0.5)]).collect();
        let flat = values.concat();
        let mean = flat.iter().sum::<f64>() / 10.0;
        let half = student_quantile(0.05, 9.0) * deviation(&flat) / 3.0;
        let test = resample(&design(10, 1, 1), mean_of(&values), 20_000, Seed(1)).test(0.95).unwrap();
        assert!((test.low - (mean - half)).abs() < 0.12 * half, "{test:?}, {mean} ± {half}");
        assert!((test.high - (mean + half)).abs() < 0.12 * half, "{test:?}, {mean} ± {half}");
        assert!(test.p < 0.05 && test.low > 0.0);
    }

    #[test]
    fn noise_within_days_is_not_counted_twice() {
        // Nothing but noise: 12 days of 4 seeds. The interval must be that of the 12 day means.
        let mut stream = Seed(4).stream();
        let values: Vec<Vec<f64>> =
            (0..12).map(|_| (0..4).map(|_| stream.normal(0.0, 1.0)).collect()).collect();
        let means: Vec<Vec<f64>> = values.iter().map(|day| vec![day.iter().sum::<f64>() / 4.0]).collect();
        let full = resample(&design(12, 4, 1), mean_of(&values), 20_000, Seed(1));
        let plain = resample(&design(12, 1, 1), mean_of(&means), 20_000, Seed(2));
        assert!(full.noise_correction < 0.9, "{}", full.noise_correction);
        let (full, plain) = (full.test(0.95).unwrap(), plain.test(0.95).unwrap());
        let ratio = (full.high - full.low) / (plain.high - plain.low);
        assert!((ratio - 1.0).abs() < 0.08, "{ratio}");
    }

    #[test]
    fn seeds_that_disagree_widen_the_interval() {
        let by_training = [0.0, 1.0, 2.0, 3.0];
        let statistic = |draws: &[Draw]| {
            Some(draws.iter().map(|draw| by_training[draw.training]).sum::<f64>() / draws.len() as f64)
        };
        let test = resample(&design(20, 1, 4), statistic, 4_000, Seed(1)).test(0.95).unwrap();
        assert!(test.high - test.low > 1.5, "{test:?}");
    }

    #[test]
    fn a_statistic_that_is_often_missing_has_no_interval() {
        let mut calls = 0;
        let every_tenth_missing = |_: &[Draw]| {
            calls += 1;
            (calls % 10 != 0).then_some(1.0)
        };
        assert_eq!(resample(&design(12, 1, 1), every_tenth_missing, 500, Seed(1)).test(0.95), None);
        assert_eq!(resample(&design(1, 5, 1), |_| Some(1.0), 500, Seed(1)).test(0.95), None, "one day");
    }
}
