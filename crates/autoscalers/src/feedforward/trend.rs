use std::collections::VecDeque;

use podpilot_core::{Span, Timestamp};

use crate::memory::{Damaged, Reader, Writer};

/// Samples kept: ten minutes of them at intervals of 15 s, and half as many again.
const MOST_SAMPLES: usize = 60;
/// Two points make any line.
const FEWEST_SAMPLES: usize = 3;

/// The last samples of a rate and the line through them.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Trend {
    window: Span,
    samples: VecDeque<(Timestamp, f64)>,
}

impl Trend {
    pub(super) fn new(window: Span) -> Self {
        Self { window, samples: VecDeque::with_capacity(MOST_SAMPLES) }
    }

    /// Adds a sample, which must be later than the last.
    pub(super) fn observe(&mut self, at: Timestamp, rate_rps: f64) {
        if self.samples.len() == MOST_SAMPLES {
            self.samples.pop_front();
        }
        self.samples.push_back((at, rate_rps));
        while self.samples.front().is_some_and(|(oldest, _)| *oldest < at - self.window) {
            self.samples.pop_front();
        }
    }

    pub(super) fn clear(&mut self) {
        self.samples.clear();
    }

    /// Slope of the least-squares line, requests per second per second; 0 with too few samples.
    pub(super) fn slope(&self) -> f64 {
        let Some(&(origin, _)) = self.samples.front() else { return 0.0 };
        if self.samples.len() < FEWEST_SAMPLES {
            return 0.0;
        }
        let count = self.samples.len() as f64;
        let points = || self.samples.iter().map(|(at, rate)| ((*at - origin).as_seconds(), *rate));
        let (time_sum, rate_sum) =
            points().fold((0.0, 0.0), |sums, point| (sums.0 + point.0, sums.1 + point.1));
        let (mean_time, mean_rate) = (time_sum / count, rate_sum / count);
        let (covariance, variance) = points().fold((0.0, 0.0), |sums, (time, rate)| {
            let off = time - mean_time;
            (sums.0 + off * (rate - mean_rate), sums.1 + off * off)
        });
        if variance > 0.0 { covariance / variance } else { 0.0 }
    }

    pub(super) fn save(&self, writer: &mut Writer) {
        writer.put_count(self.samples.len());
        for (at, rate) in &self.samples {
            writer.put_i64(at.0);
            writer.put_f64(*rate);
        }
    }

    pub(super) fn load(&mut self, reader: &mut Reader<'_>) -> Result<(), Damaged> {
        self.samples.clear();
        for _ in 0..reader.count(MOST_SAMPLES)? {
            let sample = (Timestamp(reader.i64()?), reader.f64()?);
            self.samples.push_back(sample);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp(0) + Span::seconds(seconds)
    }

    #[test]
    fn a_line_has_its_slope_and_old_samples_do_not_count() {
        let mut trend = Trend::new(Span::seconds(60));
        assert_eq!(trend.slope(), 0.0);
        for second in (0..300).step_by(15) {
            trend.observe(at(second), 500.0 - second as f64);
        }
        assert!((trend.slope() + 1.0).abs() < 1e-12);
        for second in (300..375).step_by(15) {
            trend.observe(at(second), 2.5 * second as f64);
        }
        assert!((trend.slope() - 2.5).abs() < 1e-12);
    }

    #[test]
    fn the_slope_is_that_of_least_squares() {
        let mut trend = Trend::new(Span::seconds(600));
        for (second, rate) in [(0, 1.0), (10, 3.0), (20, 2.0), (30, 6.0)] {
            trend.observe(at(second), rate);
        }
        // By hand: mean time 15, mean rate 3; Σ(t−15)(r−3) = 30 + 0 − 5 + 45 = 70, Σ(t−15)² = 500.
        assert!((trend.slope() - 0.14).abs() < 1e-12);
    }
}
