//! One number over several traces. The traces are taken as they are; days are resampled within each.

use super::hierarchical_bootstrap::{RESAMPLES, Resampled, Test, deviation, expanded};

/// What is known of the statistic on one trace.
#[derive(Debug, Clone, PartialEq)]
pub struct Pooled {
    /// Mean over the traces of the statistic.
    pub value: f64,
    /// Its interval and p-value.
    pub test: Option<Test>,
    /// Distinct days of all traces together.
    pub days: usize,
    /// Traces in it.
    pub traces: usize,
}

/// Mean over traces of (value, resamples), every trace weighing the same. The degrees of freedom are Satterthwaite's, so
/// that a trace with few days and much scatter counts as what it is. `None` without a trace.
pub fn pool(traces: &[(f64, Resampled)], level: f64) -> Option<Pooled> {
    let count = traces.len();
    let value = traces.iter().map(|(value, _)| value).sum::<f64>() / count as f64;
    let days = traces.iter().map(|(_, resampled)| resampled.days).sum();
    let usable = traces.iter().all(|(_, resampled)| resampled.test(level).is_some());
    let test = (usable && count > 0).then(|| test(traces, level));
    (count > 0).then_some(Pooled { value, test, days, traces: count })
}

fn test(traces: &[(f64, Resampled)], level: f64) -> Test {
    let count = traces.len() as f64;
    let estimates: Vec<f64> = (0..RESAMPLES)
        .map(|index| {
            traces.iter().map(|(_, own)| own.estimates[index % own.estimates.len()]).sum::<f64>() / count
        })
        .collect();
    let (mut plain, mut widened, mut over_degrees) = (0.0, 0.0, 0.0);
    for (_, own) in traces {
        let spread = deviation(&own.estimates);
        let variance = spread * spread;
        let wide = variance * own.widening() * own.widening();
        plain += variance;
        widened += wide;
        over_degrees += wide * wide / (own.days as f64 - 1.0);
    }
    let least = traces.iter().map(|(_, own)| own.days as f64 - 1.0).fold(f64::INFINITY, f64::min);
    let degrees = if over_degrees > 0.0 { widened * widened / over_degrees } else { least };
    let widening = if plain > 0.0 { (widened / plain).sqrt() } else { 1.0 };
    expanded(&estimates, widening, degrees, level)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statistics::{Design, Draw, resample};
    use podpilot_random::Seed;

    /// The mean of normal values over days.
    fn trace(days: usize, mean: f64, deviation: f64, seed: u64) -> (f64, Resampled) {
        let mut stream = Seed(seed).stream();
        let values: Vec<f64> = (0..days).map(|_| stream.normal(mean, deviation)).collect();
        let statistic = |draws: &[Draw]| {
            Some(draws.iter().map(|draw| values[draw.day]).sum::<f64>() / draws.len() as f64)
        };
        let design = Design { noise_seeds: vec![1; days], training_seeds: 1 };
        let resampled = resample(&design, statistic, RESAMPLES, Seed(seed));
        (values.iter().sum::<f64>() / days as f64, resampled)
    }

    #[test]
    fn traces_with_six_days_each_hold_the_level_together() {
        let rejected = (0..400)
            .filter(|repetition| {
                let traces: Vec<_> =
                    (0..5).map(|index| trace(6, 0.0, 1.0, repetition * 10 + index)).collect();
                pool(&traces, 0.95).unwrap().test.unwrap().p < 0.05
            })
            .count();
        let rate = rejected as f64 / 400.0;
        assert!((0.025..0.08).contains(&rate), "{rate}");
    }

    #[test]
    fn every_trace_weighs_the_same_and_days_add_up() {
        let pooled = pool(&[trace(6, 1.0, 0.01, 1), trace(40, 3.0, 0.01, 2)], 0.95).unwrap();
        assert!((pooled.value - 2.0).abs() < 0.02);
        assert_eq!((pooled.days, pooled.traces), (46, 2));
        assert_eq!(pool(&[], 0.95), None);
    }
}
