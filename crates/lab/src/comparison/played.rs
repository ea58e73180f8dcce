//! A case that was played.

use std::ops::ControlFlow;
use std::sync::Arc;

use podpilot_simulator::Perturbation;

use super::Ready;
use super::cell::Cell;
use super::ledger::Cells;
use super::row::row;
use super::world::World;
use crate::LabError;
use crate::evaluation::{Stretch, TIMELINE_STEP, Track, busiest, distinct_days, on_every_core};
use crate::lower_bound::LowerBound;
use crate::result::{RowKind, ScoreCase, Timeline, TuningRecord};

/// Autoscalers on the timeline at most.
const TRACKS: usize = 6;

/// Rows with their cells.
#[derive(Debug)]
pub(super) struct Played {
    pub(super) case: ScoreCase,
    /// Cells of each row, in the order of the rows.
    pub(super) cells: Vec<Vec<Cell>>,
}

impl Played {
    pub(super) fn of(
        ready: &Ready,
        change: Option<Perturbation>,
        world: &World,
        cells: Vec<Vec<Cell>>,
        seed: u64,
    ) -> Result<Self, LabError> {
        let bounds = if change.is_none() { bounds(world) } else { Vec::new() };
        let entrants = ready.entrants.iter().zip(&cells);
        let rows = entrants.map(|(entrant, cells)| row(entrant, cells, &bounds)).collect();
        let name = change.map_or_else(|| ready.name.clone(), |change| format!("{}, {change}", ready.name));
        let days = distinct_days(&world.episodes);
        let case = ScoreCase {
            name,
            group: ready.group.clone(),
            scenario: ready.bench.scenario().name.clone(),
            perturbation: change.map(|change| change.name().to_owned()),
            objective: ready.bench.scenario().objective,
            days,
            noise_seeds: world.noise.iter().max().map_or(0, |most| most + 1),
            rows,
            tuning: ready.tuned.iter().map(TuningRecord::of).collect(),
            timeline: if change.is_none() { timeline(ready, world)? } else { None },
            provenance: ready.bench.provenance(seed, ready.policies.clone())?,
        };
        Ok(Self { case, cells })
    }

    /// Families that have rows of these kinds, in the order of the rows.
    pub(super) fn families(&self, kinds: &[RowKind]) -> Vec<String> {
        let mut families: Vec<String> = Vec::new();
        for row in self.case.rows.iter().filter(|row| kinds.contains(&row.kind)) {
            if !families.contains(&row.family) {
                families.push(row.family.clone());
            }
        }
        families
    }

    /// Cells of a family's rows of these kinds.
    pub(super) fn cells(&self, family: &str, kinds: &[RowKind]) -> Vec<Cells<'_>> {
        let rows = self.case.rows.iter().zip(&self.cells);
        rows.filter(|(row, _)| row.family == family && kinds.contains(&row.kind))
            .map(|(row, cells)| Cells { name: &row.name, cells })
            .collect()
    }
}

/// What each day could cost at least.
fn bounds(world: &World) -> Vec<LowerBound> {
    let mut bounds: Vec<Option<LowerBound>> = vec![None; world.episodes.len()];
    on_every_core(
        world.episodes.len(),
        || (),
        |(), index| {
            let day = &world.episodes[index];
            LowerBound::of(&world.prepared, &world.load, day.start, day.length, day.seed)
        },
        |index, bound| {
            bounds[index] = Some(bound);
            ControlFlow::Continue(())
        },
    );
    bounds.into_iter().flatten().collect()
}

/// The busiest day for learned controllers, one seed of each, and for rivals as they come.
fn timeline(ready: &Ready, world: &World) -> Result<Option<Timeline>, LabError> {
    let Some(day) = busiest(&world.episodes, &world.load) else {
        return Ok(None);
    };
    let stretch =
        Stretch { load: Arc::clone(&world.load), start: day.start, length: day.length, seed: day.seed };
    let mut shown: Vec<&str> = Vec::new();
    let mut timeline = Timeline {
        label: format!("{}, distinct day {} of the test part, the busiest", ready.name, day.day + 1),
        step_s: TIMELINE_STEP.as_seconds(),
        load_rps: Vec::new(),
        tracks: Vec::new(),
    };
    for entrant in ready.entrants.iter().filter(|entrant| entrant.kind != RowKind::Tuned) {
        if shown.contains(&entrant.family.as_str()) || shown.len() == TRACKS {
            continue;
        }
        shown.push(&entrant.family);
        let track = Track::record(&entrant.contender, &world.prepared, &stretch, false)?;
        timeline.load_rps = track.load_rps;
        timeline.tracks.push(track.timeline);
    }
    Ok(Some(timeline))
}
