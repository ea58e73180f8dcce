//! Where a case is played: the scenario and load as they are, or perturbed, and the days.

use std::sync::Arc;

use podpilot_core::Span;
use podpilot_random::Seed;
use podpilot_simulator::{Perturbation, PreparedScenario};
use podpilot_traffic::{LoadSeries, sha256_hex};

use crate::LabError;
use crate::evaluation::{EPISODE_LENGTH, Episode, Ground, plan_episodes};

use crate::workbench::{Workbench, load_sha256, scenario_sha256};

/// A case's simulated world.
#[derive(Debug)]
pub(super) struct World {
    pub(super) prepared: Arc<PreparedScenario>,
    pub(super) load: Arc<LoadSeries>,
    /// Days of the test part with their noise.
    pub(super) episodes: Vec<Episode>,
    /// For each episode which noise seed of its day it is.
    pub(super) noise: Vec<u32>,
    /// Hash of all of it.
    pub(super) identity: String,
}

impl World {
    /// The world of `bench`, perturbed if wanted. All perturbations of a bench have the same days and seeds.
    pub(super) fn of(
        bench: &Workbench,
        perturbation: Option<Perturbation>,
        days: u32,
        noise_seeds: u32,
        seed: Seed,
    ) -> Result<Self, LabError> {
        let (prepared, load) = match perturbation {
            None => (Arc::clone(&bench.prepared), Arc::clone(&bench.whole)),
            Some(change) => {
                let scenario = change.apply(bench.scenario());
                let prepared = PreparedScenario::new(&scenario).map_err(LabError::bad_input)?;
                (prepared, Arc::new(bench.whole.scaled(change.load_factor())))
            }
        };
        let (episodes, noise) = episodes(bench, days, noise_seeds, seed);
        let plan: Vec<_> = episodes.iter().map(|e| (e.start, e.length, e.day, e.seed.0)).collect();
        let text = format!("{} {} {plan:?}", scenario_sha256(prepared.scenario()), load_sha256(&load));
        Ok(Self { prepared, load, episodes, noise, identity: sha256_hex(text.as_bytes()) })
    }

    pub(super) fn ground(&self) -> Ground<'_> {
        Ground { prepared: &self.prepared, load: &self.load }
    }
}

/// At most `days` distinct days, spread evenly over the test part, each with `noise_seeds` seeds.
fn episodes(bench: &Workbench, days: u32, noise_seeds: u32, seed: Seed) -> (Vec<Episode>, Vec<u32>) {
    let windows = bench.test.evaluation_windows(EPISODE_LENGTH).len() as u32;
    let test_start: Span = bench.train.duration();
    let planned = plan_episodes(&bench.test, test_start, days.min(windows), seed);
    let repeated = (0..noise_seeds).flat_map(|repeat| {
        planned.iter().enumerate().map(move |(index, episode)| Episode {
            seed: seed.indexed(u64::from(repeat) << 32 | index as u64),
            ..*episode
        })
    });
    let episodes: Vec<Episode> = repeated.collect();
    let noise = (0..episodes.len())
        .map(|index| {
            episodes[..index].iter().filter(|earlier| earlier.day == episodes[index].day).count() as u32
        })
        .collect();
    (episodes, noise)
}
