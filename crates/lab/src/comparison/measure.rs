//! Plays the entrants of a case in its world, on every core; what the cache has is not played again.

use std::ops::ControlFlow;

use super::cache::Cache;
use super::cell::Cell;
use super::entrant::Entrant;
use super::world::World;
use crate::LabError;
use crate::evaluation::on_every_core;
use crate::request::{Observer, Progress, Stage};

/// How far the whole comparison is, in simulated days.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Tally {
    pub(super) done: u64,
    pub(super) total: u64,
    /// Of the days done, those that were simulated and not read from the cache.
    pub(super) simulated: u64,
}

/// Cells of every entrant, each in the order of the world's episodes.
pub(super) fn measure(
    entrants: &[Entrant],
    world: &World,
    cache: &Cache,
    tally: &mut Tally,
    observer: &mut dyn Observer,
) -> Result<Vec<Vec<Cell>>, LabError> {
    let days = world.episodes.len();
    let keys: Vec<String> =
        entrants.iter().map(|entrant| Cache::key(&entrant.identity, &world.identity)).collect();
    let mut found: Vec<Option<Vec<Cell>>> = keys.iter().map(|key| cache.load(key)).collect();
    let missing: Vec<usize> = (0..entrants.len()).filter(|index| found[*index].is_none()).collect();
    tally.done += ((entrants.len() - missing.len()) * days) as u64;
    let mut fresh: Vec<Vec<Option<Cell>>> = missing.iter().map(|_| vec![None; days]).collect();
    let ground = world.ground();
    let arena = ground.arena(missing.iter().map(|index| &entrants[*index].contender))?;
    let mut failure = None;
    let all = on_every_core(
        missing.len() * days,
        || arena.clone(),
        |simulation, task| {
            let (entrant, day) = (&entrants[missing[task / days]], task % days);
            let measures = ground.play_one(&entrant.contender, &world.episodes[day], simulation);
            Cell::of(&world.episodes[day], world.noise[day], &measures)
        },
        |task, cell| {
            let (row, day) = (task / days, task % days);
            fresh[row][day] = Some(cell);
            if let Some(cells) = fresh[row].iter().copied().collect::<Option<Vec<Cell>>>() {
                failure = cache.store(&keys[missing[row]], &cells).err();
                found[missing[row]] = Some(cells);
            }
            tally.done += 1;
            tally.simulated += 1;
            let Tally { done, total, .. } = *tally;
            observer.progress(&Progress { stage: Stage::Evaluating, done, total, episode_return: None });
            let stop = failure.is_some() || observer.should_stop();
            if stop { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        },
    );
    if let Some(error) = failure {
        return Err(error);
    }
    let Tally { done, total, .. } = *tally;
    let interrupted = LabError::Interrupted { run_directory: None, done, total, unit: "simulated days" };
    if !all {
        return Err(interrupted);
    }
    found.into_iter().collect::<Option<Vec<_>>>().ok_or(interrupted)
}
