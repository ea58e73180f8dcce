//! Successive halving for a front: many configurations on few days, the efficient ones among them on more.

use podpilot_autoscalers::search_space::SearchSpace;
use podpilot_random::Seed;

use super::evaluation::Trial;
use super::pareto;

/// How many of the configurations of the first rung are drawn blindly; the rest is drawn round the best of these.
const BLIND_SHARE: f64 = 0.6;

/// Configurations that no rung goes below: a front needs points.
const FEWEST: usize = 48;

/// Days of the rungs; a train part with fewer days has fewer rungs.
const DAYS: [usize; 3] = [2, 5, 14];

/// Each rung keeps this share of the configurations before it.
const KEPT: usize = 4;

/// Standard deviation of a step round a good configuration, as a share of each range.
const STEP: f64 = 0.08;

/// How far one step of the search goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Rung {
    /// Configurations tried.
    pub(crate) configurations: usize,
    /// Days that each meets.
    pub(crate) days: usize,
}

/// The rungs for a budget and the days there are.
pub(crate) fn rungs(budget: usize, days: usize) -> Vec<Rung> {
    let mut rungs: Vec<Rung> = Vec::new();
    let mut configurations = budget;
    for wanted in DAYS {
        let days_here = wanted.min(days);
        if rungs.last().is_some_and(|last| last.days == days_here) {
            break;
        }
        rungs.push(Rung { configurations, days: days_here });
        configurations = (configurations / KEPT).max(FEWEST).min(configurations);
    }
    rungs
}

/// The defaults and blind draws.
pub(crate) fn first_generation(space: &SearchSpace, rung: &Rung, seed: Seed) -> Vec<Vec<f64>> {
    let blind = ((rung.configurations as f64 * BLIND_SHARE) as usize).max(1);
    let draws = (1..blind).map(|index| {
        let mut stream = seed.named("blind").indexed(index as u64).stream();
        let positions: Vec<f64> = space.parameters.iter().map(|_| stream.uniform()).collect();
        space.at(&positions)
    });
    std::iter::once(space.defaults()).chain(draws).collect()
}

/// The rest of the budget: steps round efficient configurations of the first generation.
pub(crate) fn second_generation(
    space: &SearchSpace,
    first: &[Vec<f64>],
    trials: &[Trial],
    rung: &Rung,
    seed: Seed,
) -> Vec<Vec<f64>> {
    let parents = pareto::best(trials, first.len().div_ceil(8).max(1));
    (first.len()..rung.configurations)
        .map(|index| {
            let mut stream = seed.named("near").indexed(index as u64).stream();
            let parent = &first[parents[stream.below(parents.len())]];
            let axes = space.parameters.iter().zip(parent);
            let positions = axes.map(|(axis, value)| {
                let step = if stream.uniform() < 0.5 { stream.normal(0.0, STEP) } else { 0.0 };
                axis.range.position(*value) + step
            });
            space.at(&positions.collect::<Vec<_>>())
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_train_part_has_fewer_rungs() {
        let long = rungs(1_000, 30);
        assert_eq!(long.iter().map(|rung| rung.days).collect::<Vec<_>>(), [2, 5, 14]);
        assert_eq!(long.iter().map(|rung| rung.configurations).collect::<Vec<_>>(), [1_000, 250, 62]);
        let short = rungs(200, 4);
        assert_eq!(short.iter().map(|rung| rung.days).collect::<Vec<_>>(), [2, 4]);
        assert_eq!(short[1].configurations, 50);
        assert_eq!(rungs(10, 1), [Rung { configurations: 10, days: 1 }]);
    }
}
