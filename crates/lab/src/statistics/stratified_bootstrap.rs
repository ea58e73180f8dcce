use podpilot_random::Seed;

/// Values of `statistic` on resamples in which each stratum keeps its size (the scheme of rliable: strata are tasks, here
/// traces; what is drawn within them are runs, here days). The statistic sees all drawn values in one slice.
pub fn stratified_bootstrap(
    strata: &[Vec<f64>],
    statistic: impl Fn(&[f64]) -> Option<f64>,
    resamples: usize,
    seed: Seed,
) -> Vec<f64> {
    let mut stream = seed.named("stratified bootstrap").stream();
    let mut drawn = Vec::with_capacity(strata.iter().map(Vec::len).sum());
    (0..resamples)
        .filter_map(|_| {
            drawn.clear();
            for stratum in strata {
                drawn.extend((0..stratum.len()).map(|_| stratum[stream.below(stratum.len())]));
            }
            statistic(&drawn)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statistics::fixture::{Fixture, close};
    use crate::statistics::{interquartile_mean, percentile};

    #[test]
    fn rliable_agrees_on_its_own_draws() {
        let rliable = Fixture::read().rliable;
        let mut estimates: Vec<f64> = rliable
            .draws
            .iter()
            .map(|draw| {
                let drawn = rliable.strata.iter().zip(draw);
                let values = drawn.flat_map(|(stratum, indices)| indices.iter().map(|index| stratum[*index]));
                interquartile_mean(&values.collect::<Vec<_>>()).unwrap()
            })
            .collect();
        assert_eq!(estimates.len(), rliable.resampled.len());
        assert!(estimates.iter().zip(&rliable.resampled).all(|(own, other)| close(*own, *other)));
        estimates.sort_by(f64::total_cmp);
        assert!(close(percentile(&estimates, 0.025), rliable.interval[0]));
        assert!(close(percentile(&estimates, 0.975), rliable.interval[1]));
    }

    #[test]
    fn strata_keep_their_share() {
        let strata = [vec![0.0; 30], vec![1.0; 10]];
        let mean = |values: &[f64]| Some(values.iter().sum::<f64>() / values.len() as f64);
        let estimates = stratified_bootstrap(&strata, mean, 50, Seed(1));
        assert!(estimates.iter().all(|estimate| *estimate == 0.25));
    }
}
