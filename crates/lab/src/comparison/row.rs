//! Sums over cells.

use super::cell::Cell;
use super::entrant::Entrant;
use crate::lower_bound::LowerBound;
use crate::result::ScoreRow;

/// The row of an entrant; `bounds` has one for each cell, or none at all.
pub(super) fn row(entrant: &Entrant, cells: &[Cell], bounds: &[LowerBound]) -> ScoreRow {
    let sum = |of: fn(&Cell) -> f64| cells.iter().map(of).sum::<f64>();
    let hours = sum(|cell| cell.hours);
    let a_day = |total: f64| share(total * 24.0, hours);
    let minutes = sum(|cell| cell.minutes);
    let requests = sum(|cell| cell.requests);
    let serving = sum(|cell| cell.serving_minutes);
    ScoreRow {
        name: entrant.contender.name.clone(),
        family: entrant.family.clone(),
        kind: entrant.kind,
        training_seed: entrant.training_seed,
        config: entrant.config.clone(),
        identity: entrant.identity.clone(),
        hours,
        cost_per_day: a_day(sum(|cell| cell.cost)),
        pod_hours_per_day: a_day(sum(|cell| cell.pod_hours)),
        node_hours_per_day: a_day(sum(|cell| cell.node_hours)),
        least_cost_per_day: (bounds.len() == cells.len()).then(|| a_day(least_cost(cells, bounds))),
        slow_minute_ratio: share(sum(|cell| cell.bad_minutes), minutes),
        slow_request_ratio: share(sum(|cell| cell.slow_requests), requests),
        failed_request_ratio: share(sum(|cell| cell.failed_requests), requests),
        cpu_over_minute_ratio: share(sum(|cell| cell.cpu_over_minutes), serving),
        memory_over_minute_ratio: share(sum(|cell| cell.memory_over_minutes), serving),
        pods_started_per_hour: share(sum(|cell| cell.pods_started), hours),
        scale_events_per_hour: share(sum(|cell| cell.scale_events), hours),
    }
}

/// What serving these days with each day's own bad minutes costs at least.
fn least_cost(cells: &[Cell], bounds: &[LowerBound]) -> f64 {
    let own = cells.iter().zip(bounds);
    own.map(|(cell, bound)| bound.cost(share(cell.bad_minutes, cell.minutes))).sum()
}

fn share(part: f64, whole: f64) -> f64 {
    if whole > 0.0 { part / whole } else { 0.0 }
}
