use podpilot_core::{Sample, Span, Timestamp};

/// Ten minutes in slots of 15 s.
const SLOTS: usize = 40;
const SLOT: Span = Span::seconds(15);
const SLOTS_PER_MINUTE: f64 = 4.0;

/// How far a sample may lie in the future: clocks of a cluster differ by a little.
const CLOCK_TOLERANCE: Span = Span::seconds(5);

/// The last ten minutes of a rate on a grid of 15 s, whatever the spacing of the samples. A slot without samples is
/// absent and takes no part in any statistic.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct RateHistory {
    /// Mean rate by slot number modulo [`SLOTS`]; NaN is absent.
    means: [f64; SLOTS],
    newest_slot: i64,
    samples_in_newest: u32,
    newest: Option<Sample<f64>>,
}

/// Statistics over the slots from the newest back to some age.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct WindowStatistics {
    count: f64,
    sum: f64,
    sum_of_squares: f64,
    sum_of_ages: f64,
    sum_of_squared_ages: f64,
    sum_of_products: f64,
    pub(super) min: f64,
    pub(super) max: f64,
}

/// Windows that the features need, all ending at the newest sample.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct RateWindows {
    pub(super) half_minute: WindowStatistics,
    pub(super) one_minute: WindowStatistics,
    pub(super) two_minutes: WindowStatistics,
    pub(super) five_minutes: WindowStatistics,
    pub(super) ten_minutes: WindowStatistics,
}

impl RateHistory {
    pub(super) fn new() -> Self {
        Self { means: [f64::NAN; SLOTS], newest_slot: 0, samples_in_newest: 0, newest: None }
    }

    /// Takes a sample if it is newer than all before and usable; says whether it did.
    pub(super) fn observe(&mut self, now: Timestamp, sample: &Sample<f64>) -> bool {
        if !is_usable(now, sample) || self.newest.is_some_and(|newest| sample.at <= newest.at) {
            return false;
        }
        self.advance_to(sample.at.0.div_euclid(SLOT.0));
        let mean = &mut self.means[slot_index(self.newest_slot)];
        self.samples_in_newest += 1;
        *mean = if self.samples_in_newest == 1 {
            sample.value
        } else {
            *mean + (sample.value - *mean) / f64::from(self.samples_in_newest)
        };
        self.newest = Some(*sample);
        true
    }

    fn advance_to(&mut self, slot: i64) {
        if self.newest.is_none() || slot - self.newest_slot >= SLOTS as i64 {
            self.means = [f64::NAN; SLOTS];
        } else {
            for skipped in self.newest_slot + 1..=slot {
                self.means[slot_index(skipped)] = f64::NAN;
            }
        }
        if self.newest.is_none() || slot != self.newest_slot {
            self.samples_in_newest = 0;
        }
        self.newest_slot = slot;
    }

    pub(super) fn newest(&self) -> Option<&Sample<f64>> {
        self.newest.as_ref()
    }

    /// Whether the newest sample lies in the future, as after a clock was set back.
    pub(super) fn is_ahead_of(&self, now: Timestamp) -> bool {
        self.newest.is_some_and(|newest| newest.at > now + CLOCK_TOLERANCE)
    }

    /// All windows in one pass.
    pub(super) fn windows(&self) -> RateWindows {
        let mut windows = RateWindows::default();
        let mut running = WindowStatistics { min: f64::INFINITY, max: 0.0, ..WindowStatistics::default() };
        for age in 0..SLOTS {
            let mean = self.means[slot_index(self.newest_slot - age as i64)];
            if !mean.is_nan() {
                running.add(age as f64, mean);
            }
            match age + 1 {
                2 => windows.half_minute = running,
                4 => windows.one_minute = running,
                8 => windows.two_minutes = running,
                20 => windows.five_minutes = running,
                SLOTS => windows.ten_minutes = running,
                _ => {}
            }
        }
        windows
    }

    pub(super) fn save(&self, writer: &mut crate::snapshot::Writer) {
        writer.put_i64(self.newest_slot);
        writer.put_u32(self.samples_in_newest);
        writer.put_optional_sample(self.newest.as_ref());
        for mean in self.means {
            writer.put_f64(mean);
        }
    }

    pub(super) fn load(
        &mut self,
        reader: &mut crate::snapshot::Reader<'_>,
    ) -> Result<(), crate::snapshot::Damaged> {
        self.newest_slot = reader.i64()?;
        self.samples_in_newest = reader.u32()?;
        self.newest = reader.optional_sample()?;
        for mean in &mut self.means {
            *mean = reader.f64()?;
        }
        Ok(())
    }
}

fn is_usable(now: Timestamp, sample: &Sample<f64>) -> bool {
    sample.value.is_finite() && sample.value >= 0.0 && sample.at <= now + CLOCK_TOLERANCE
}

fn slot_index(slot: i64) -> usize {
    slot.rem_euclid(SLOTS as i64) as usize
}

impl WindowStatistics {
    fn add(&mut self, age: f64, rate: f64) {
        self.count += 1.0;
        self.sum += rate;
        self.sum_of_squares += rate * rate;
        self.sum_of_ages += age;
        self.sum_of_squared_ages += age * age;
        self.sum_of_products += age * rate;
        self.min = self.min.min(rate);
        self.max = self.max.max(rate);
    }

    /// Mean rate. The newest slot always has a sample, so that a window is never empty once there is any.
    pub(super) fn mean(&self) -> f64 {
        if self.count > 0.0 { self.sum / self.count } else { 0.0 }
    }

    pub(super) fn standard_deviation(&self) -> f64 {
        if self.count < 2.0 {
            return 0.0;
        }
        let mean = self.mean();
        (self.sum_of_squares / self.count - mean * mean).max(0.0).sqrt()
    }

    /// Least-squares trend, rate per minute; zero with fewer than two slots.
    pub(super) fn slope_per_minute(&self) -> f64 {
        if self.count < 2.0 {
            return 0.0;
        }
        let spread = self.count * self.sum_of_squared_ages - self.sum_of_ages * self.sum_of_ages;
        let slope_over_age = (self.count * self.sum_of_products - self.sum_of_ages * self.sum) / spread;
        -slope_over_age * SLOTS_PER_MINUTE
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(at_s: i64, value: f64) -> Sample<f64> {
        Sample { value, at: Timestamp(0) + Span::seconds(at_s), window: Span::seconds(30) }
    }

    fn history(samples: &[(i64, f64)]) -> RateHistory {
        let mut history = RateHistory::new();
        for &(at_s, value) in samples {
            assert!(history.observe(Timestamp(0) + Span::seconds(at_s), &sample(at_s, value)));
        }
        history
    }

    #[test]
    fn a_line_has_its_slope_and_no_curvature() {
        let line: Vec<_> = (0..20).map(|i| (i * 15, 100.0 + 5.0 * i as f64)).collect();
        let windows = history(&line).windows();
        assert!((windows.five_minutes.slope_per_minute() - 20.0).abs() < 1e-9);
        assert!((windows.one_minute.slope_per_minute() - 20.0).abs() < 1e-9);
        assert_eq!(windows.five_minutes.max, 195.0);
        assert_eq!(windows.ten_minutes.min, 100.0);
        assert_eq!(windows.half_minute.mean(), 192.5);
        // Variance of k equally spaced values with step d: d²(k² − 1)/12.
        let expected = (25.0 * (8.0 * 8.0 - 1.0) / 12.0_f64).sqrt();
        assert!((windows.two_minutes.standard_deviation() - expected).abs() < 1e-9);
    }

    #[test]
    fn a_gap_is_absent_not_zero() {
        let windows = history(&[(0, 80.0), (15, 80.0), (240, 100.0)]).windows();
        assert_eq!(windows.two_minutes.mean(), 100.0, "the two minutes hold one sample");
        assert!((windows.five_minutes.mean() - 260.0 / 3.0).abs() < 1e-12);
        assert_eq!(windows.ten_minutes.min, 80.0);
    }

    #[test]
    fn a_gap_longer_than_the_history_forgets_everything() {
        let windows = history(&[(0, 80.0), (700, 100.0)]).windows();
        assert_eq!(windows.ten_minutes.mean(), 100.0);
    }

    #[test]
    fn several_samples_of_a_slot_are_averaged() {
        let windows = history(&[(0, 80.0), (5, 90.0), (10, 130.0)]).windows();
        assert!((windows.half_minute.mean() - 100.0).abs() < 1e-12);
    }

    #[test]
    fn unusable_samples_are_refused() {
        let mut history = history(&[(100, 50.0)]);
        let now = Timestamp(0) + Span::seconds(120);
        for (at_s, value) in
            [(110, f64::NAN), (110, f64::INFINITY), (110, -1.0), (100, 9.0), (90, 9.0), (130, 9.0)]
        {
            assert!(!history.observe(now, &sample(at_s, value)), "{value} at {at_s} s");
        }
        assert_eq!(history.windows().ten_minutes.mean(), 50.0);
        assert!(history.observe(now, &sample(124, 60.0)), "clocks may differ by a little");
    }
}
