//! What arrives in each minute of a run, before any autoscaler does anything.

use std::ops::Range;

use podpilot_core::Span;
use podpilot_random::Seed;
use podpilot_simulator::PreparedScenario;
use podpilot_traffic::{ArrivalStream, LoadSeries};

/// A simulation draws arrivals for this long before the load begins.
const WARM_UP: Span = Span::minutes(2);
const MINUTE: Span = Span::minutes(1);
/// Minutes with fewer requests share a verdict with the next.
const FEWEST_REQUESTS: f64 = 20.0;

/// One minute.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Minute {
    /// Rate behind the arrivals of each tick, requests per second.
    pub(super) rates_rps: Vec<f64>,
    /// Requests that these rates lead to on average.
    pub(super) expected: f64,
    /// Requests that arrived.
    pub(super) arrived: f64,
    /// The last minute may be cut short.
    pub(super) length_s: f64,
}

/// The minutes of a run with the same draws as the simulation's.
pub(super) fn minutes_of(
    prepared: &PreparedScenario,
    load: &LoadSeries,
    from: Span,
    length: Span,
    seed: Seed,
) -> Vec<Minute> {
    let scenario = prepared.scenario();
    let (tick, tick_s) = (scenario.tick(), scenario.tick_s);
    let mut arrivals = ArrivalStream::new(prepared.arrivals(), seed);
    let first_rps = load.rate_at(from);
    for _ in 0..WARM_UP / tick {
        arrivals.tick(first_rps, tick_s);
    }
    let empty = || Minute { rates_rps: Vec::new(), expected: 0.0, arrived: 0.0, length_s: 0.0 };
    let mut minutes = Vec::new();
    for index in 0..length / tick {
        let offset = tick * index;
        let minute = (offset / MINUTE) as usize;
        if minutes.len() <= minute {
            minutes.resize_with(minute + 1, empty);
        }
        let arrival = arrivals.tick(load.rate_at(from + offset), tick_s);
        let minute = &mut minutes[minute];
        minute.rates_rps.push(arrival.intensity_rps);
        minute.expected += arrival.intensity_rps * tick_s;
        minute.arrived += arrival.count as f64;
        minute.length_s += tick_s;
    }
    minutes
}

/// Ranges of minutes that share a verdict; minutes without requests at the end have none.
pub(super) fn windows_of(minutes: &[Minute]) -> impl Iterator<Item = Range<usize>> {
    let mut first = 0;
    let mut requests = 0.0;
    minutes.iter().enumerate().filter_map(move |(index, minute)| {
        requests += minute.arrived;
        if requests < FEWEST_REQUESTS {
            return None;
        }
        requests = 0.0;
        let window = first..index + 1;
        first = index + 1;
        Some(window)
    })
}
