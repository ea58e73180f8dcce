//! The last few seconds of every pod's counters, so that measurements can be taken late.

use podpilot_core::{Span, Timestamp};

/// One reading of a row.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Reading {
    /// Work done since the run began, in mean requests.
    pub(crate) finished: f64,
    /// Requests in the pod.
    pub(crate) queue: f64,
}

/// A ring of readings per row, one a tick. A row is a group of pods (fast mode) or a pod (request mode).
#[derive(Debug, Clone)]
pub(crate) struct History {
    ticks: usize,
    ticks_per_nanosecond: f64,
    readings: Vec<Reading>,
    newest: usize,
    newest_at: Timestamp,
}

impl History {
    /// Room for `rows` rows that remember at least `reach`.
    pub(crate) fn new(rows: usize, reach: Span, tick: Span, now: Timestamp) -> Self {
        let ticks = (reach / tick) as usize + 3;
        Self {
            ticks,
            ticks_per_nanosecond: 1.0 / tick.0 as f64,
            readings: vec![Reading::default(); ticks * rows],
            newest: 0,
            newest_at: now,
        }
    }

    pub(crate) fn restart(&mut self, now: Timestamp) {
        self.newest_at = now;
    }

    pub(crate) fn rows(&self) -> usize {
        self.readings.len() / self.ticks
    }

    pub(crate) fn grow_to(&mut self, rows: usize) {
        if rows > self.rows() {
            self.readings.resize(rows * self.ticks, Reading::default());
        }
    }

    /// Opens the place for the readings at `now`, one tick after the ones before.
    #[inline]
    pub(crate) fn turn(&mut self, now: Timestamp) {
        self.newest = if self.newest + 1 == self.ticks { 0 } else { self.newest + 1 };
        self.newest_at = now;
    }

    #[inline]
    pub(crate) fn write(&mut self, row: usize, reading: Reading) {
        self.readings[row * self.ticks + self.newest] = reading;
    }

    /// Fills a row as if it had always stood where it stands now.
    pub(crate) fn fill(&mut self, row: usize, reading: Reading) {
        self.readings[row * self.ticks..][..self.ticks].fill(reading);
    }

    pub(crate) fn copy_row(&mut self, from: usize, to: usize) {
        let first = from * self.ticks;
        self.readings.copy_within(first..first + self.ticks, to * self.ticks);
    }

    /// The reading at `at`, linear between ticks. `at` must be within reach.
    #[inline]
    pub(crate) fn read(&self, row: usize, at: Timestamp) -> Reading {
        let ring = &self.readings[row * self.ticks..][..self.ticks];
        let age_ticks = ((self.newest_at - at).0 as f64 * self.ticks_per_nanosecond).max(0.0);
        let whole = (age_ticks as usize).min(self.ticks - 2);
        let part = (age_ticks - whole as f64).min(1.0);
        let index = |back: usize| {
            if back <= self.newest { self.newest - back } else { self.newest + self.ticks - back }
        };
        let later = ring[index(whole)];
        let earlier = ring[index(whole + 1)];
        Reading {
            finished: later.finished + (earlier.finished - later.finished) * part,
            queue: later.queue + (earlier.queue - later.queue) * part,
        }
    }

    /// Copies the first `rows` rows.
    pub(crate) fn copy_from(&mut self, other: &Self, rows: usize) {
        self.grow_to(other.rows());
        let length = rows * self.ticks;
        self.readings[..length].copy_from_slice(&other.readings[..length]);
        self.newest = other.newest;
        self.newest_at = other.newest_at;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(milliseconds: i64) -> Timestamp {
        Timestamp(0) + Span::milliseconds(milliseconds)
    }

    #[test]
    fn reads_between_ticks_and_across_the_seam_of_the_ring() {
        let mut history = History::new(2, Span::seconds(4), Span::seconds(1), at(0));
        for second in 1..=20 {
            history.turn(at(1_000 * second));
            history.write(1, Reading { finished: 10.0 * second as f64, queue: second as f64 });
            for back_ms in [0, 250, 1_000, 2_500, 4_000] {
                let when = 1_000 * second - back_ms;
                if when >= 1_000 {
                    let reading = history.read(1, at(when));
                    assert!((reading.finished - when as f64 / 100.0).abs() < 1e-9, "{when} {reading:?}");
                    assert!((reading.queue - when as f64 / 1_000.0).abs() < 1e-9);
                }
            }
        }
        assert_eq!(history.read(0, at(19_000)), Reading::default());
    }
}
