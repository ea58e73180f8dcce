use podpilot_core::{Span, Timestamp};

use crate::memory::{Damaged, Reader, Writer};

const SLOT: Span = Span::minutes(5);
const SLOTS_PER_DAY: i64 = 288;
/// A day and the slots on both sides of it that interpolation needs.
const LENGTH: usize = 292;
const ABSENT: f32 = -1.0;

/// Mean rate of each five minutes of the last 24 hours.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct DayHistory {
    /// By slot number modulo [`LENGTH`].
    means_rps: [f32; LENGTH],
    open_slot: i64,
    open_sum: f64,
    open_count: i32,
}

impl DayHistory {
    pub(super) fn new() -> Self {
        Self { means_rps: [ABSENT; LENGTH], open_slot: i64::MIN, open_sum: 0.0, open_count: 0 }
    }

    /// Adds a sample; one that lies before the open slot is left out.
    pub(super) fn observe(&mut self, at: Timestamp, rate_rps: f64) {
        let slot = at.0.div_euclid(SLOT.0);
        if slot < self.open_slot {
            return;
        }
        if slot > self.open_slot {
            self.close_until(slot);
        }
        self.open_sum += rate_rps;
        self.open_count += 1;
    }

    fn close_until(&mut self, slot: i64) {
        if self.open_count > 0 {
            self.means_rps[index(self.open_slot)] = (self.open_sum / f64::from(self.open_count)) as f32;
            let first_skipped = (self.open_slot + 1).max(slot - LENGTH as i64);
            for skipped in first_skipped..=slot {
                self.means_rps[index(skipped)] = ABSENT;
            }
        }
        self.open_slot = slot;
        self.open_sum = 0.0;
        self.open_count = 0;
    }

    /// The rate 24 hours before `at`, linear between the middles of slots; `None` if one of the two is unknown.
    pub(super) fn yesterday_rps(&self, at: Timestamp) -> Option<f64> {
        let since_middle = (at - Span(SLOT.0 / 2)).0;
        let slot = since_middle.div_euclid(SLOT.0) - SLOTS_PER_DAY;
        let part = since_middle.rem_euclid(SLOT.0) as f64 / SLOT.0 as f64;
        let (before, after) = (self.mean_rps(slot)?, self.mean_rps(slot + 1)?);
        Some(before + (after - before) * part)
    }

    fn mean_rps(&self, slot: i64) -> Option<f64> {
        let known = slot < self.open_slot && slot > self.open_slot.saturating_sub(LENGTH as i64);
        let mean = self.means_rps[index(slot)];
        (known && mean >= 0.0).then(|| f64::from(mean))
    }

    pub(super) fn save(&self, writer: &mut Writer) {
        writer.put_i64(self.open_slot);
        writer.put_f64(self.open_sum);
        writer.put_i32(self.open_count);
        for mean in self.means_rps {
            writer.put_f32(mean);
        }
    }

    pub(super) fn load(&mut self, reader: &mut Reader<'_>) -> Result<(), Damaged> {
        self.open_slot = reader.i64()?;
        self.open_sum = reader.f64()?;
        self.open_count = reader.i32()?;
        for mean in &mut self.means_rps {
            *mean = reader.f32()?;
        }
        Ok(())
    }
}

fn index(slot: i64) -> usize {
    slot.rem_euclid(LENGTH as i64) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    fn minute(minute: i64) -> Timestamp {
        Timestamp(0) + Span::minutes(minute)
    }

    #[test]
    fn a_day_later_the_same_rates_are_found() {
        let mut history = DayHistory::new();
        for now in 0..2 * 24 * 60 {
            history.observe(minute(now), 10.0 + now as f64);
            let expected = 10.0 + (now - 1_440) as f64;
            match history.yesterday_rps(minute(now)) {
                // The mean of five samples lies half a minute before the middle of their slot.
                Some(rate) => assert!((rate - (expected - 0.5)).abs() < 1e-3, "{now}: {rate}"),
                None => assert!(now < 1_440 + 3, "{now}"),
            }
            if now > 1_450 {
                assert!(history.yesterday_rps(minute(now + 4)).is_some(), "and a little ahead");
            }
        }
    }

    #[test]
    fn gaps_stay_unknown() {
        let mut history = DayHistory::new();
        for now in (0..1_600).filter(|now| !(60..70).contains(now)) {
            history.observe(minute(now), 5.0);
        }
        let known = |now| {
            let mut history = history.clone();
            for later in 1_600..now {
                history.observe(minute(later), 5.0);
            }
            history.yesterday_rps(minute(now))
        };
        assert_eq!(known(1_600), Some(5.0));
        let mut earlier = DayHistory::new();
        for now in (0..1_506).filter(|now| !(60..70).contains(now)) {
            earlier.observe(minute(now), 5.0);
        }
        assert_eq!(earlier.yesterday_rps(minute(1_505)), None);
    }
}
