use podpilot_core::Span;

use crate::{TrafficError, Window};

/// A stretch of consecutive steps without a cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Segment {
    /// Index of its first step.
    first: usize,
    /// Where that step begins on the recording's own time axis.
    recorded_at: Span,
}

/// An arrival rate on a uniform grid, held constant within each step.
///
/// Where a gap was cut, what remains is joined; the seams are kept in [`LoadSeries::discontinuities`], so that
/// nothing evaluates across one unknowingly. Offsets ([`Span`]) count from the start of the joined series; the
/// recording's own time axis is kept beside them, as gaps, splits and day numbers are stated on it.
#[derive(Debug, Clone, PartialEq)]
pub struct LoadSeries {
    step: Span,
    rates_rps: Vec<f64>,
    segments: Vec<Segment>,
}

impl LoadSeries {
    /// A series without seams whose recording starts at zero. Every rate must be finite and at least 0.
    pub fn new(step: Span, rates_rps: Vec<f64>) -> Result<Self, TrafficError> {
        Self::recorded_from(Span::ZERO, step, rates_rps)
    }

    /// As [`LoadSeries::new`], with the place of the first step on the recording's time axis.
    pub fn recorded_from(start: Span, step: Span, rates_rps: Vec<f64>) -> Result<Self, TrafficError> {
        if step <= Span::ZERO {
            return Err(TrafficError::Step { step });
        }
        if rates_rps.is_empty() {
            return Err(TrafficError::Empty);
        }
        if let Some(index) = rates_rps.iter().position(|rate| !(rate.is_finite() && *rate >= 0.0)) {
            return Err(TrafficError::Rate { index, rate_rps: rates_rps[index] });
        }
        Ok(Self { step, rates_rps, segments: vec![Segment { first: 0, recorded_at: start }] })
    }

    /// Joins steps; a seam is kept wherever the recorded time jumps.
    fn join(step: Span, steps: impl Iterator<Item = (Span, f64)>) -> Result<Self, TrafficError> {
        let mut joined = Self { step, rates_rps: Vec::new(), segments: Vec::new() };
        let mut expected = None;
        for (recorded_at, rate_rps) in steps {
            if expected != Some(recorded_at) {
                joined.segments.push(Segment { first: joined.rates_rps.len(), recorded_at });
            }
            joined.rates_rps.push(rate_rps);
            expected = Some(recorded_at + step);
        }
        if joined.rates_rps.is_empty() { Err(TrafficError::Empty) } else { Ok(joined) }
    }

    /// Length of a step.
    pub fn step(&self) -> Span {
        self.step
    }

    /// The rates, requests per second, one a step.
    pub fn rates_rps(&self) -> &[f64] {
        &self.rates_rps
    }

    /// Time from the first step's start to the last step's end, cut gaps not counted.
    pub fn duration(&self) -> Span {
        self.step * self.rates_rps.len() as i64
    }

    /// The rate at an offset. Before the start it is the first rate, from the end on the last.
    #[inline]
    pub fn rate_at(&self, offset: Span) -> f64 {
        let index = (offset / self.step).max(0) as usize;
        self.rates_rps[index.min(self.rates_rps.len() - 1)]
    }

    /// Start of each step on the recording's time axis, with its rate.
    pub fn recorded_steps(&self) -> impl Iterator<Item = (Span, f64)> {
        self.stretches().flat_map(move |(segment, rates)| {
            rates
                .iter()
                .enumerate()
                .map(move |(index, rate)| (segment.recorded_at + self.step * index as i64, *rate))
        })
    }

    /// Where the recording starts and ends on its own time axis.
    pub fn recorded_range(&self) -> (Span, Span) {
        let first = self.segments[0];
        let last = self.segments[self.segments.len() - 1];
        (first.recorded_at, last.recorded_at + self.step * (self.rates_rps.len() - last.first) as i64)
    }

    /// Time on the recording's own axis, counted from its start, at an offset: it runs on through gaps that were cut.
    pub fn recorded_time(&self, offset: Span) -> Span {
        let step = (offset / self.step).max(0) as usize;
        let next = self.segments.partition_point(|segment| segment.first <= step);
        let segment = self.segments[next.max(1) - 1];
        segment.recorded_at - self.segments[0].recorded_at + (offset - self.step * segment.first as i64)
    }

    /// The offset at a time on the recording's axis counted from its start; `None` in a gap that was cut or outside the
    /// recording.
    pub fn offset_of(&self, recorded_time: Span) -> Option<Span> {
        let recorded_at = self.segments[0].recorded_at + recorded_time;
        let next = self.segments.partition_point(|segment| segment.recorded_at <= recorded_at);
        let segment = self.segments.get(next.checked_sub(1)?)?;
        let offset = self.step * segment.first as i64 + (recorded_at - segment.recorded_at);
        let end = self.segments.get(next).map_or(self.rates_rps.len(), |following| following.first);
        (offset < self.step * end as i64).then_some(offset)
    }

    /// Offsets of the seams where a gap was cut.
    pub fn discontinuities(&self) -> impl Iterator<Item = Span> {
        self.segments.iter().skip(1).map(|segment| self.step * segment.first as i64)
    }

    /// The rates of each stretch between seams.
    pub fn stretches_rps(&self) -> impl Iterator<Item = &[f64]> {
        self.stretches().map(|(_, rates)| rates)
    }

    fn stretches(&self) -> impl Iterator<Item = (Segment, &[f64])> {
        self.segments.iter().enumerate().map(|(index, segment)| {
            let end = self.segments.get(index + 1).map_or(self.rates_rps.len(), |next| next.first);
            (*segment, &self.rates_rps[segment.first..end])
        })
    }

    /// The same load times `factor`, which must be positive and finite.
    #[must_use]
    pub fn scaled(&self, factor: f64) -> Self {
        self.with_rates(self.rates_rps.iter().map(|rate| rate * factor).collect())
    }

    /// The same grid and seams with other rates, one a step.
    pub(crate) fn with_rates(&self, rates_rps: Vec<f64>) -> Self {
        debug_assert_eq!(rates_rps.len(), self.rates_rps.len());
        Self { step: self.step, rates_rps, segments: self.segments.clone() }
    }

    /// The steps that begin at or after offset `from` and before offset `to`.
    pub fn slice(&self, from: Span, to: Span) -> Result<Self, TrafficError> {
        let steps = self.recorded_steps().enumerate().filter(|(index, _)| {
            let offset = self.step * *index as i64;
            from <= offset && offset < to
        });
        Self::join(self.step, steps.map(|(_, step)| step))
    }

    /// The steps that begin before and those that begin from a point of the recording's time axis on.
    pub fn split_at_recorded(&self, at: Span) -> Result<(Self, Self), TrafficError> {
        let (start, end) = self.recorded_range();
        let part = |before: bool| {
            let steps = self.recorded_steps().filter(|(recorded_at, _)| (*recorded_at < at) == before);
            Self::join(self.step, steps).map_err(|_| TrafficError::Split { at, start, end })
        };
        Ok((part(true)?, part(false)?))
    }

    /// This series and then another of the same step; a seam is kept unless the recording goes on without a gap.
    pub(crate) fn followed_by(&self, other: &Self) -> Self {
        debug_assert_eq!(self.step, other.step);
        let mut joined = self.clone();
        let continues = joined.recorded_range().1 == other.recorded_range().0;
        let shift = joined.rates_rps.len();
        joined.rates_rps.extend_from_slice(&other.rates_rps);
        let segments = other.segments.iter().skip(usize::from(continues));
        joined.segments.extend(segments.map(|segment| Segment { first: segment.first + shift, ..*segment }));
        joined
    }

    /// The same load with its first step elsewhere on the recording's time axis.
    pub(crate) fn recorded_later(mut self, by: Span) -> Self {
        for segment in &mut self.segments {
            segment.recorded_at += by;
        }
        self
    }

    /// Cuts gaps, each from (inclusive) and to (exclusive) on the recording's time axis: a step that overlaps one
    /// goes, and what remains is joined with a seam.
    pub fn without(&self, gaps: &[(Span, Span)]) -> Result<Self, TrafficError> {
        let gaps = merged(gaps);
        let in_gap = |at: Span| {
            let next = gaps.partition_point(|(_, to)| *to <= at);
            gaps.get(next).is_some_and(|(from, _)| *from < at + self.step)
        };
        Self::join(self.step, self.recorded_steps().filter(|(at, _)| !in_gap(*at)))
    }

    /// The same load on another step: a divisor of the present one repeats each rate, a multiple averages (and
    /// drops what is left over before a seam or the end).
    pub fn resampled(&self, step: Span) -> Result<Self, TrafficError> {
        if step <= Span::ZERO {
            return Err(TrafficError::Step { step });
        }
        if self.step.0 % step.0 == 0 {
            let copies = self.step / step;
            let repeat = |(at, rate)| (0..copies).map(move |copy| (at + step * copy, rate));
            return Self::join(step, self.recorded_steps().flat_map(repeat));
        }
        if step.0 % self.step.0 != 0 {
            return Err(TrafficError::Resample { from: self.step, to: step });
        }
        let width = (step / self.step) as usize;
        let averages = self.stretches().flat_map(|(segment, rates)| {
            rates.chunks_exact(width).enumerate().map(move |(index, chunk)| {
                (segment.recorded_at + step * index as i64, chunk.iter().sum::<f64>() / width as f64)
            })
        });
        Self::join(step, averages)
    }

    /// Side-by-side windows of `length` that cross no seam, as many as fit. None if `length` is not positive.
    pub fn windows(&self, length: Span) -> Vec<Window> {
        if length <= Span::ZERO {
            return Vec::new();
        }
        self.stretches()
            .flat_map(|(segment, rates)| {
                let count = (self.step * rates.len() as i64) / length;
                (0..count).map(move |index| self.window(segment, length * index, length))
            })
            .collect()
    }

    /// Whole days that cross no seam.
    pub fn days(&self) -> Vec<Window> {
        self.windows(DAY)
    }

    /// [`LoadSeries::windows`], or the longest stretch without a seam where none is as long as `length`: never empty.
    pub fn evaluation_windows(&self, length: Span) -> Vec<Window> {
        let mut windows = self.windows(length);
        if windows.is_empty() {
            let longest = self.stretches().max_by_key(|(_, rates)| rates.len());
            windows
                .extend(longest.map(|(segment, rates)| {
                    self.window(segment, Span::ZERO, self.step * rates.len() as i64)
                }));
        }
        windows
    }

    fn window(&self, segment: Segment, into_segment: Span, length: Span) -> Window {
        Window {
            start: self.step * segment.first as i64 + into_segment,
            length,
            day: (segment.recorded_at + into_segment).0.div_euclid(DAY.0),
        }
    }

    /// Mean rate, requests per second.
    pub fn mean(&self) -> f64 {
        self.rates_rps.iter().sum::<f64>() / self.rates_rps.len() as f64
    }

    /// Largest rate, requests per second.
    pub fn max(&self) -> f64 {
        self.rates_rps.iter().copied().fold(0.0, f64::max)
    }

    /// The smallest rate that a share `q` (0-1) of all steps stays at or below (nearest rank).
    pub fn quantile(&self, q: f64) -> f64 {
        let mut sorted = self.rates_rps.clone();
        sorted.sort_unstable_by(f64::total_cmp);
        nearest_rank(&sorted, q)
    }
}

/// Gaps in order of time, those that overlap made one.
fn merged(gaps: &[(Span, Span)]) -> Vec<(Span, Span)> {
    let mut sorted: Vec<_> = gaps.iter().copied().filter(|(from, to)| from < to).collect();
    sorted.sort_unstable();
    sorted.dedup_by(|later, earlier| {
        let overlaps = later.0 <= earlier.1;
        if overlaps {
            earlier.1 = earlier.1.max(later.1);
        }
        overlaps
    });
    sorted
}

const DAY: Span = Span::seconds(86_400);

/// The nearest-rank quantile of values in ascending order, at least one.
pub(crate) fn nearest_rank(sorted: &[f64], q: f64) -> f64 {
    // The tolerance keeps 0.95 × 20, which rounds to just above 19, at rank 19.
    let rank = (q * sorted.len() as f64 - 1e-9).ceil().max(1.0) as usize;
    sorted[rank.min(sorted.len()) - 1]
}

#[cfg(test)]
mod tests;
