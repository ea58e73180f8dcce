//! Which days are evaluated, and with which noise.

use podpilot_core::Span;
use podpilot_random::Seed;
use podpilot_traffic::{LoadSeries, Window};

/// Length of an episode: a day shows the whole daily shape.
pub(crate) const EPISODE_LENGTH: Span = Span::minutes(24 * 60);

/// One stretch of the test part with its noise. All autoscalers meet the same episodes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Episode {
    /// Offset in the whole load.
    pub(crate) start: Span,
    pub(crate) length: Span,
    /// Which distinct day, from 0.
    pub(crate) day: u32,
    pub(crate) seed: Seed,
}

/// `count` episodes: as many distinct days as there are, spread evenly over the test part; more episodes than days
/// repeat the days with fresh noise. The test part begins at `test_start` in the whole load.
pub(crate) fn plan_episodes(test: &LoadSeries, test_start: Span, count: u32, seed: Seed) -> Vec<Episode> {
    let windows = test.evaluation_windows(EPISODE_LENGTH);
    let used = windows.len().min(count as usize);
    let chosen: Vec<&Window> = (0..used).map(|index| &windows[index * windows.len() / used]).collect();
    let days = distinct(chosen.iter().map(|window| window.day));
    (0..count)
        .map(|index| {
            let window = chosen[index as usize % used];
            Episode {
                start: test_start + window.start,
                length: window.length,
                day: days.iter().position(|day| *day == window.day).unwrap_or_default() as u32,
                seed: seed.indexed(u64::from(index)),
            }
        })
        .collect()
}

/// How many distinct days there are among the episodes.
pub(crate) fn distinct_days(episodes: &[Episode]) -> u32 {
    distinct(episodes.iter().map(|episode| i64::from(episode.day))).len() as u32
}

fn distinct(days: impl Iterator<Item = i64>) -> Vec<i64> {
    let mut days: Vec<i64> = days.collect();
    days.sort_unstable();
    days.dedup();
    days
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days_of_load(days: usize) -> LoadSeries {
        LoadSeries::new(Span::minutes(1), vec![1.0; days * 1_440]).unwrap()
    }

    #[test]
    fn days_are_spread_and_then_repeated_with_fresh_noise() {
        let episodes = plan_episodes(&days_of_load(4), Span::ZERO, 10, Seed(1));
        assert_eq!(distinct_days(&episodes), 4);
        assert_eq!(episodes[0].start, episodes[4].start);
        assert_ne!(episodes[0].seed, episodes[4].seed);
        let few = plan_episodes(&days_of_load(4), Span::minutes(60), 2, Seed(1));
        assert_eq!(few[1].start, Span::minutes(60 + 2 * 1_440));
        assert_eq!(distinct_days(&few), 2);
    }
}
