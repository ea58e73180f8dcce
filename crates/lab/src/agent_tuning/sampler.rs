//! Where the next trials lie: the defaults, blind draws, then a tree-structured Parzen estimator (Bergstra et al. 2011,
//! by the crate `tpe`). A batch knows the batches before it and nothing of itself, so that the search is the same on any
//! number of cores and after any interruption.

use podpilot_random::Seed;
use rand_core::SeedableRng as _;
use rand_xoshiro::Xoshiro256PlusPlus;

use super::store::TrialRecord;
use crate::LabError;

/// Trials that run side by side at most.
pub(super) const BATCH: usize = 4;

/// Trials before the estimator has a say.
const BLIND: usize = 2 * BATCH;

/// Share of the trials that count as good.
const GOOD: f64 = 0.2;

/// Positions of trial `index`, each from 0 to 1, given the finished trials of earlier batches.
pub(super) fn positions(
    index: usize,
    dimensions: usize,
    finished: &[TrialRecord],
    seed: Seed,
) -> Result<Vec<f64>, LabError> {
    let seed = seed.named("trial").indexed(index as u64);
    if index == 0 {
        return Ok(vec![0.5; dimensions]);
    }
    if index < BLIND {
        let mut stream = seed.stream();
        return Ok((0..dimensions).map(|_| stream.uniform()).collect());
    }
    let mut generator = Xoshiro256PlusPlus::seed_from_u64(seed.0);
    (0..dimensions).map(|dimension| estimate(dimension, finished, &mut generator)).collect()
}

fn estimate(
    dimension: usize,
    finished: &[TrialRecord],
    generator: &mut Xoshiro256PlusPlus,
) -> Result<f64, LabError> {
    let failed = |error: &dyn std::fmt::Display| LabError::Failed(format!("search: {error}"));
    let range = tpe::range(0.0, 1.0).map_err(|error| failed(&error))?;
    let mut optimizer = tpe::TpeOptimizerBuilder::new()
        .gamma(GOOD)
        .build(tpe::parzen_estimator(), range)
        .map_err(|error| failed(&error))?;
    for trial in finished {
        // Pruned and failed trials are worse than all others.
        let value = trial.score.unwrap_or(f64::INFINITY);
        // The range is half open.
        let position = trial.positions[dimension].min(1.0 - f64::EPSILON);
        optimizer.tell(position, value).map_err(|error| failed(&error))?;
    }
    let position = optimizer.ask(generator).map_err(|error| failed(&error))?;
    Ok(position.clamp(0.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A bowl with its bottom at 0.8 and 0.3.
    fn bowl(positions: &[f64]) -> f64 {
        let (x, y) = (positions[0] - 0.8, positions[1] - 0.3);
        x * x + y * y
    }

    fn search(trials: usize, blind: bool) -> f64 {
        let mut finished: Vec<TrialRecord> = Vec::new();
        while finished.len() < trials {
            let batch: Vec<Vec<f64>> = (finished.len()..finished.len() + BATCH)
                .map(|index| {
                    if blind {
                        let mut stream = Seed(5).indexed(index as u64).stream();
                        return vec![stream.uniform(), stream.uniform()];
                    }
                    positions(index, 2, &finished, Seed(5)).unwrap()
                })
                .collect();
            finished.extend(batch.into_iter().map(|positions| TrialRecord {
                trial: 0,
                score: Some(bowl(&positions)),
                positions,
                marks: Vec::new(),
                outcome: String::new(),
            }));
        }
        let best_half = &finished[trials / 2..];
        best_half.iter().filter_map(|trial| trial.score).sum::<f64>() / best_half.len() as f64
    }

    #[test]
    fn later_trials_lie_where_earlier_ones_were_good() {
        let (guided, blind) = (search(48, false), search(48, true));
        assert!(guided < 0.5 * blind, "mean of the second half: {guided} guided, {blind} blind");
    }

    #[test]
    fn the_first_trial_is_the_default_and_equal_pasts_give_equal_futures() {
        assert_eq!(positions(0, 3, &[], Seed(1)).unwrap(), [0.5; 3]);
        assert_eq!(positions(3, 3, &[], Seed(1)).unwrap(), positions(3, 3, &[], Seed(1)).unwrap());
        assert_ne!(positions(3, 3, &[], Seed(1)).unwrap(), positions(4, 3, &[], Seed(1)).unwrap());
    }
}
