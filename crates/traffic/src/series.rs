use podpilot_core::Span;

use crate::TrafficError;

/// A stretch of consecutive steps without a cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Segment {
    /// Index of its first step.
    first: usize,
    /// Where that step began on the recording's own time axis.
    recorded_at: Span,
}

/// An arrival rate on a uniform grid, held constant within each step.
///
/// Where a gap was cut, what remains is joined; the seams are kept in [`LoadSeries::discontinuities`], so that
/// nothing evaluates across one unknowingly. Offsets (`Span`) count from the start of the joined series.
#[derive(Debug, Clone, PartialEq)]
pub struct LoadSeries {
    step: Span,
    rates_rps: Vec<f64>,
    segments: Vec<Segment>,
}

impl LoadSeries {
    /// A series without seams whose recording starts at zero. Every rate must be finite and not negative.
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

    /// Length of a step.
    pub fn step(&self) -> Span {
        self.step
    }

    /// The rates, requests per second, one a step.
    pub fn rates_rps(&self) -> &[f64] {
        &self.rates_rps
    }

    /// Time from the first step's start to the last step's end.
    pub fn duration(&self) -> Span {
        self.step * self.rates_rps.len() as i64
    }

    /// The rate at an offset. Before the start it is the first rate, from the end on the last.
    #[inline]
    pub fn rate_at(&self, offset: Span) -> f64 {
        let index = (offset / self.step).max(0) as usize;
        self.rates_rps[index.min(self.rates_rps.len() - 1)]
    }

    /// The same load times `factor`.
    #[must_use]
    pub fn scaled(&self, _factor: f64) -> Self {
        unimplemented!()
    }

    /// The steps that begin at or after `from` and before `to` (offsets in this series).
    pub fn slice(&self, _from: Span, _to: Span) -> Result<Self, TrafficError> {
        unimplemented!()
    }

    /// The rate that a share `q` of all steps stays at or below.
    pub fn quantile(&self, _q: f64) -> f64 {
        unimplemented!()
    }

    /// Mean rate, requests per second.
    pub fn mean(&self) -> f64 {
        unimplemented!()
    }

    /// Largest rate, requests per second.
    pub fn max(&self) -> f64 {
        unimplemented!()
    }

    /// Offsets of the seams where a gap was cut.
    pub fn discontinuities(&self) -> impl Iterator<Item = Span> {
        self.segments.iter().skip(1).map(|segment| self.step * segment.first as i64)
    }

    /// Side-by-side windows of `length` that cross no seam, as many as fit.
    pub fn windows(&self, _length: Span) -> Vec<crate::Window> {
        unimplemented!()
    }

    /// Whole days that cross no seam.
    pub fn days(&self) -> Vec<crate::Window> {
        unimplemented!()
    }

    /// [`LoadSeries::windows`], or the longest stretch without a seam where none is as long as `length`: never empty.
    pub fn evaluation_windows(&self, _length: Span) -> Vec<crate::Window> {
        unimplemented!()
    }
}
