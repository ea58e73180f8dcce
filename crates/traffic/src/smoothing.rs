use podpilot_core::Span;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{FieldError, LoadSeries, field};

/// Whether a recorded rate is smoothed (causally) before it is scaled.
///
/// Counts of a few requests a second are mostly counting noise, which scaling would blow up to swings that no
/// large service has; smoothing takes it out, and the arrival process draws it anew at the new scale.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Smoothing {
    /// Counts are smoothed until their Poisson noise at the train part's mean rate is at most 5 %; where it is so
    /// already, and for rates that are not counts, nothing is done.
    #[default]
    Auto,
    /// Nothing is done: the raw variant.
    None,
    /// An exponential average with this time constant, seconds.
    TimeConstantS(f64),
}

/// Poisson noise (standard deviation over mean) that [`Smoothing::Auto`] leaves.
const NOISE_LEFT: f64 = 0.05;

impl Smoothing {
    /// Checks the time constant; `path` names the smoothing in the error.
    pub fn validate(self, path: &str) -> Result<(), FieldError> {
        match self {
            Self::TimeConstantS(time_constant_s) => field::positive(path, "time_constant_s", time_constant_s),
            Self::Auto | Self::None => Ok(()),
        }
    }

    /// The weight of a new step in the average, `None` if nothing is to be smoothed. Only the train part decides.
    pub(crate) fn weight(self, are_counts: bool, train_mean_rps: f64, step: Span) -> Option<f64> {
        match self {
            Self::None => None,
            Self::TimeConstantS(time_constant_s) => Some(-libm::expm1(-step.as_seconds() / time_constant_s)),
            Self::Auto => {
                // An exponential average with weight w has w / (2 − w) of the variance of one step, which is
                // 1 / (mean count) relative to the mean. Solved for w at the noise to be left.
                let ratio = NOISE_LEFT * NOISE_LEFT * train_mean_rps * step.as_seconds();
                (are_counts && ratio > 0.0 && ratio < 1.0).then(|| 2.0 * ratio / (1.0 + ratio))
            }
        }
    }
}

/// The time constant of an average with weight `weight` for each new step, seconds.
pub(crate) fn time_constant_s(weight: f64, step: Span) -> f64 {
    -step.as_seconds() / libm::log1p(-weight)
}

/// Exponential average of each stretch between seams. A step's value depends on it and on earlier steps of its
/// stretch only; early values are the weighted mean of what there is, so that the first is not favoured.
pub(crate) fn smoothed(series: &LoadSeries, weight: f64) -> LoadSeries {
    let rates = series.stretches_rps().flat_map(|stretch| {
        let (mut sum, mut weights) = (0.0, 0.0);
        stretch.iter().map(move |rate| {
            sum += weight * (rate - sum);
            weights += weight * (1.0 - weights);
            sum / weights
        })
    });
    series.with_rates(rates.collect())
}

/// Whether rates are whole requests per step, as far as six digits show it.
pub(crate) fn are_counts(series: &LoadSeries) -> bool {
    let step_s = series.step().as_seconds();
    series.rates_rps().iter().all(|rate| {
        let count = rate * step_s;
        (count - count.round()).abs() <= 1e-3 + 1e-5 * count
    })
}

#[cfg(test)]
mod tests {
    use podpilot_random::Seed;
    use proptest::prelude::*;

    use super::*;

    const MINUTE: Span = Span::minutes(1);

    fn series(rates: Vec<f64>) -> LoadSeries {
        LoadSeries::new(MINUTE, rates).unwrap()
    }

    #[test]
    fn counting_noise_falls_to_the_noise_left() {
        let mut stream = Seed(3).stream();
        let mean_rps = 0.7;
        let counts = (0..200_000).map(|_| stream.poisson(mean_rps * 60.0) as f64 / 60.0).collect();
        let raw = series(counts);
        assert!(are_counts(&raw));
        let weight = Smoothing::Auto.weight(true, raw.mean(), MINUTE).unwrap();
        let smooth = smoothed(&raw, weight);
        let late = &smooth.rates_rps()[1_000..];
        let mean = late.iter().sum::<f64>() / late.len() as f64;
        let variance = late.iter().map(|rate| (rate - mean) * (rate - mean)).sum::<f64>() / late.len() as f64;
        let noise = variance.sqrt() / mean;
        assert!((noise - NOISE_LEFT).abs() < 0.002, "{noise}");
        assert!((mean - mean_rps).abs() < 0.01, "{mean}");
    }

    #[test]
    fn only_small_counts_are_smoothed_by_themselves() {
        assert_eq!(Smoothing::Auto.weight(true, 100.0, MINUTE), None, "6 000 a minute: 1.3 % noise");
        assert_eq!(Smoothing::Auto.weight(false, 0.7, MINUTE), None, "not counts");
        assert_eq!(Smoothing::Auto.weight(true, 0.0, MINUTE), None, "nothing to go by");
        assert_eq!(Smoothing::None.weight(true, 0.7, MINUTE), None);
        let weight = Smoothing::TimeConstantS(300.0).weight(false, 100.0, MINUTE).unwrap();
        assert!((weight - 0.181_269_246_922_018).abs() < 1e-15, "1 − e^(−1/5), {weight}");
        assert!((time_constant_s(weight, MINUTE) - 300.0).abs() < 1e-9);
    }

    #[test]
    fn a_seam_ends_the_memory() {
        let raw = series(vec![1.0, 1.0, 50.0, 9.0, 9.0]).without(&[(MINUTE * 2, MINUTE * 3)]).unwrap();
        for (seen, expected) in smoothed(&raw, 0.3).rates_rps().iter().zip([1.0, 1.0, 9.0, 9.0]) {
            assert!((seen - expected).abs() < 1e-12, "{seen}");
        }
    }

    #[test]
    fn rates_that_are_no_counts_are_told_apart() {
        assert!(are_counts(&series(vec![0.7, 1.03333, 0.966_667, 3_823.77])));
        assert!(!are_counts(&series(vec![39.7223, 39.8215])));
    }

    proptest! {
        #[test]
        fn smoothing_never_sees_the_future(
            rates in proptest::collection::vec(0.0..100.0, 2..60),
            changed in 0_usize..60,
            weight in 0.01..1.0,
        ) {
            let changed = changed % rates.len();
            let mut other = rates.clone();
            other[changed] += 10.0;
            let (one, two) = (smoothed(&series(rates), weight), smoothed(&series(other), weight));
            prop_assert_eq!(&one.rates_rps()[..changed], &two.rates_rps()[..changed]);
            prop_assert!(one.rates_rps()[changed] < two.rates_rps()[changed]);
        }

        #[test]
        fn smoothing_stays_between_the_extremes(
            rates in proptest::collection::vec(0.0..100.0, 1..60),
            weight in 0.01..1.0,
        ) {
            let low = rates.iter().copied().fold(f64::INFINITY, f64::min);
            let high = rates.iter().copied().fold(0.0, f64::max);
            for rate in smoothed(&series(rates), weight).rates_rps() {
                prop_assert!(*rate >= low - 1e-9 && *rate <= high + 1e-9);
            }
        }
    }
}
