use podpilot_core::Span;
use podpilot_random::Seed;

use super::Shape;
use super::curve;
use super::daily::{DailyCurve, WeeklyCurve};
use super::noise::LogNormalWalk;
use crate::FieldError;

/// Where the steps of a stretch lie in time.
#[derive(Debug, Clone, Copy)]
pub(super) struct Grid {
    /// Start of the first step.
    pub(super) first_s: f64,
    /// From one step to the next.
    pub(super) step_s: f64,
}

impl Grid {
    pub(super) fn time_s(self, index: usize) -> f64 {
        self.first_s + self.step_s * index as f64
    }
}

/// 640 MB of rates.
const MOST_STEPS: i64 = 80_000_000;

/// Whole steps in `duration`, rounded up.
pub(super) fn steps(step: Span, duration: Span) -> Result<usize, FieldError> {
    let refuse = |value: String, expected| Err(FieldError { field: "load".to_owned(), value, expected });
    if step <= Span::ZERO || duration <= Span::ZERO {
        return refuse(format!("{duration} in steps of {step}"), "a positive duration in positive steps");
    }
    let steps = duration / step + i64::from(duration.0 % step.0 != 0);
    if steps > MOST_STEPS {
        return refuse(format!("{steps} steps long"), "at most 80 million steps long");
    }
    Ok(steps as usize)
}

impl Shape {
    /// Writes one rate a step. Parts of a composition get seeds of their own.
    pub(super) fn fill(&self, grid: Grid, seed: Seed, rates: &mut [f64]) {
        match self {
            Self::Noise { mean_rps, cv, correlation_s } => {
                let mut walk = LogNormalWalk::new(*cv, *correlation_s, grid.step_s, seed.named("noise"));
                rates.fill_with(|| mean_rps * walk.draw());
            }
            Self::Daily { mean_rps, peak_to_mean, peak_hour, bursts, noise } => {
                let curve = DailyCurve::new(*peak_to_mean, *peak_hour);
                super::daily::fill(*mean_rps, &curve, *bursts, *noise, grid, seed, rates);
            }
            Self::Weekly { mean_rps, peak_to_mean, peak_hour, weekend_ratio } => {
                let week = WeeklyCurve::new(DailyCurve::new(*peak_to_mean, *peak_hour), *weekend_ratio);
                fill_by(grid, rates, |time_s| mean_rps * week.at(time_s));
            }
            Self::Repeat { every_s, part } => fill_repeated(*every_s, part, grid, seed, rates),
            Self::Sum { parts } => combine(parts, grid, seed, rates, 0.0, |sum, part| sum + part),
            Self::Product { parts } => combine(parts, grid, seed, rates, 1.0, |product, part| product * part),
            plain => fill_by(grid, rates, |time_s| curve::rate_at(plain, time_s)),
        }
    }
}

fn fill_by(grid: Grid, rates: &mut [f64], rate_at: impl Fn(f64) -> f64) {
    for (index, rate) in rates.iter_mut().enumerate() {
        *rate = rate_at(grid.time_s(index));
    }
}

fn fill_repeated(every_s: f64, part: &Shape, grid: Grid, seed: Seed, rates: &mut [f64]) {
    let round_of = |index: usize| (grid.time_s(index) / every_s).floor();
    let mut first = 0;
    while first < rates.len() {
        let round = round_of(first);
        let end = (first + 1..rates.len()).find(|index| round_of(*index) > round).unwrap_or(rates.len());
        let local = Grid { first_s: grid.time_s(first) - round * every_s, step_s: grid.step_s };
        part.fill(local, seed.indexed(round as u64), &mut rates[first..end]);
        first = end;
    }
}

fn combine(
    parts: &[Shape],
    grid: Grid,
    seed: Seed,
    rates: &mut [f64],
    neutral: f64,
    operation: impl Fn(f64, f64) -> f64,
) {
    rates.fill(neutral);
    let mut part_rates = vec![0.0; rates.len()];
    for (index, part) in parts.iter().enumerate() {
        part.fill(grid, seed.indexed(index as u64), &mut part_rates);
        for (rate, part_rate) in rates.iter_mut().zip(&part_rates) {
            *rate = operation(*rate, *part_rate);
        }
    }
}
