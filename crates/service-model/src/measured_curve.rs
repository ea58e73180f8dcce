//! From measured points to values at any queue.

use crate::level_statistics::LevelStatistics;
use crate::measurement::{MeasuredPoint, Subject};

/// Offered loads at which pods are measured in steady state, as shares of capacity.
const STEADY_LOADS: [f64; 20] = [
    0.02, 0.1, 0.2, 0.3, 0.4, 0.5, 0.58, 0.65, 0.7, 0.74, 0.78, 0.81, 0.84, 0.865, 0.89, 0.91, 0.93, 0.945,
    0.96, 0.97,
];
/// Requests of one steady run: more where queues are long and forget slowly.
const STEADY_REQUESTS: f64 = 20_000.0;
const STEADY_REQUESTS_WHEN_BUSY: f64 = 200_000.0;
const FEWEST_REQUESTS: f64 = 2_000.0;
/// Events of the kernel per request up to which the numbers above are kept.
const USUAL_EVENTS: f64 = 10.0;
/// Offered load in overload. It starts from the highest steady load, so that the table is continuous.
const OVERLOAD: f64 = 1.15;
/// The same where a queue has so many requests that chance hardly counts.
const FAST_OVERLOAD: f64 = 2.0;
const LONG_QUEUE: f64 = 20_000.0;
const OVERLOAD_STEPS: usize = 64;
const OVERLOAD_REQUESTS: f64 = 400_000.0;
/// Steady points by rising queue.
pub(crate) fn measure_steady(subject: &Subject) -> Vec<MeasuredPoint> {
    let affordable = USUAL_EVENTS / subject.events_per_request().max(USUAL_EVENTS);
    let mut points: Vec<MeasuredPoint> = Vec::with_capacity(STEADY_LOADS.len());
    for load in STEADY_LOADS {
        let wanted = (STEADY_REQUESTS / (1.0 - load)).clamp(50_000.0, STEADY_REQUESTS_WHEN_BUSY);
        let requests = (wanted * affordable).max(FEWEST_REQUESTS);
        let point = subject.steady(load, requests as usize);
        if points.last().is_none_or(|last| last.queue < point.queue) {
            points.push(point);
        }
    }
    points
}

/// Overload points from the longest steady queue on.
pub(crate) fn measure_overload(
    subject: &Subject,
    steady: &[MeasuredPoint],
    longest_queue: f64,
) -> Vec<MeasuredPoint> {
    let longest_steady = steady.last().map_or(0.0, |point| point.queue);
    let queue_end = longest_queue.max(2.0 * longest_steady);
    let after = if queue_end < LONG_QUEUE { OVERLOAD } else { FAST_OVERLOAD };
    let requests_per_run = after / (after - 1.0) * queue_end * subject.pods as f64;
    let affordable = USUAL_EVENTS / subject.events_per_request().max(USUAL_EVENTS);
    let runs = (OVERLOAD_REQUESTS * affordable / requests_per_run).clamp(1.0, 64.0) as u64;
    let settle_s = 100.0 * longest_steady / subject.capacity_rps_per_pod;
    let loads = [STEADY_LOADS[STEADY_LOADS.len() - 1], after];
    let points = subject.overload(loads, settle_s, queue_end, OVERLOAD_STEPS, runs);
    points.into_iter().filter(|point| point.queue > longest_steady).collect()
}

/// Latencies at a queue: from the neighbouring measured points, steady ones first.
pub(crate) fn statistics_at(
    queue: f64,
    steady: &[MeasuredPoint],
    overload: &[MeasuredPoint],
) -> LevelStatistics {
    let mut below: Option<&MeasuredPoint> = None;
    for point in steady.iter().chain(overload) {
        if point.queue >= queue {
            let Some(below) = below else { return point.statistics.clone() };
            let weight = (queue - below.queue) / (point.queue - below.queue);
            return LevelStatistics::between(&below.statistics, &point.statistics, weight);
        }
        below = Some(point);
    }
    below.map_or_else(LevelStatistics::empty, |point| point.statistics.clone())
}

/// Share of capacity worked off at a queue. Beyond the longest steady queue what is idle dies away with the queue:
/// steady states there take longer to settle than loads last, and a backlog that comes from overload leaves no
/// gaps.
pub(crate) fn utilization_of(queue: f64, steady: &[MeasuredPoint]) -> f64 {
    let mut below = (0.0, 0.0);
    for point in steady {
        if point.queue >= queue {
            let part = (queue - below.0) / (point.queue - below.0);
            return below.1 + part * (point.utilization - below.1);
        }
        below = (point.queue, point.utilization);
    }
    let (longest, highest) = below;
    1.0 - (1.0 - highest) * libm::exp(1.0 - queue / longest.max(f64::MIN_POSITIVE))
}
