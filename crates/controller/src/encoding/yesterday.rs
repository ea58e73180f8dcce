use podpilot_core::{Span, Timestamp};

const MINUTE: Span = Span::minutes(1);
const MINUTES_PER_DAY: i64 = 24 * 60;

/// A day and the few minutes that are still needed of the day before.
const LENGTH: usize = 1_448;
const ABSENT: i16 = -1;

/// Mean rate of each minute of the last 24 hours, each in 16 bits (within 0.1 %), so that the whole day fits into a
/// restart snapshot and copying it is cheap.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Yesterday {
    /// Codes by minute number modulo [`LENGTH`].
    codes: [i16; LENGTH],
    open_minute: i64,
    open_sum: f64,
    open_count: u32,
    peak_code: i16,
}

impl Yesterday {
    pub(super) fn new() -> Self {
        Self {
            codes: [ABSENT; LENGTH],
            open_minute: i64::MIN,
            open_sum: 0.0,
            open_count: 0,
            peak_code: ABSENT,
        }
    }

    /// Adds a sample; `at` must not go back.
    pub(super) fn observe(&mut self, at: Timestamp, rate_rps: f64) {
        let minute = at.0.div_euclid(MINUTE.0);
        if minute != self.open_minute {
            self.close_until(minute);
        }
        self.open_sum += rate_rps;
        self.open_count += 1;
    }

    fn close_until(&mut self, minute: i64) {
        if self.open_count > 0 {
            self.codes[index(self.open_minute)] = encode(self.open_sum / f64::from(self.open_count));
            let first_skipped = (self.open_minute + 1).max(minute - LENGTH as i64);
            for skipped in first_skipped..=minute {
                self.codes[index(skipped)] = ABSENT;
            }
        }
        self.open_minute = minute;
        self.open_sum = 0.0;
        self.open_count = 0;
        self.peak_code = self.codes.iter().copied().fold(ABSENT, i16::max);
    }

    /// Highest closed minute of the day; zero if there is none.
    pub(super) fn peak_rps(&self) -> f64 {
        decode(self.peak_code).unwrap_or(0.0)
    }

    /// Yesterday's rate at the time of the open minute: the mean of that minute and the one before.
    pub(super) fn level_rps(&self) -> Option<f64> {
        Some(0.5 * (self.relative(-1)? + self.relative(0)?))
    }

    /// Highest of the `minutes` that followed yesterday; `None` if one of them is unknown.
    pub(super) fn peak_ahead_rps(&self, minutes: i64) -> Option<f64> {
        (1..=minutes).try_fold(0.0_f64, |peak, ahead| Some(peak.max(self.relative(ahead)?)))
    }

    /// Yesterday's minute at `offset` minutes from the open one; at most `LENGTH` − a day ahead or behind.
    fn relative(&self, offset: i64) -> Option<f64> {
        let minute = self.open_minute.checked_sub(MINUTES_PER_DAY)?;
        decode(self.codes[index(minute + offset)])
    }

    pub(super) fn save(&self, writer: &mut crate::snapshot::Writer) {
        writer.put_i64(self.open_minute);
        writer.put_f64(self.open_sum);
        writer.put_u32(self.open_count);
        for code in self.codes {
            writer.put_i16(code);
        }
    }

    pub(super) fn load(
        &mut self,
        reader: &mut crate::snapshot::Reader<'_>,
    ) -> Result<(), crate::snapshot::Damaged> {
        self.open_minute = reader.i64()?;
        self.open_sum = reader.f64()?;
        self.open_count = reader.u32()?;
        for code in &mut self.codes {
            *code = reader.i16()?;
        }
        self.peak_code = self.codes.iter().copied().fold(ABSENT, i16::max);
        Ok(())
    }
}

fn index(minute: i64) -> usize {
    minute.rem_euclid(LENGTH as i64) as usize
}

/// A code is the upper end of the single-precision bits of a rate: nine bits of mantissa and as much of the exponent as
/// rates between 2⁻²⁰ and 2⁴⁴ need. Lower ones are 0. Codes order as rates do.
const DROPPED_BITS: u32 = 23 - 9;
const LOWEST: u32 = (127 - 20) << 9;

fn encode(rate: f64) -> i16 {
    let rounded = ((rate as f32).to_bits() + (1 << (DROPPED_BITS - 1))) >> DROPPED_BITS;
    rounded.saturating_sub(LOWEST).min(i16::MAX as u32) as i16
}

fn decode(code: i16) -> Option<f64> {
    match code {
        ABSENT => None,
        0 => Some(0.0),
        code => Some(f64::from(f32::from_bits((u32::from(code.unsigned_abs()) + LOWEST) << DROPPED_BITS))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minute: i64) -> Timestamp {
        Timestamp(0) + Span::minutes(minute)
    }

    #[test]
    fn rates_survive_within_a_thousandth() {
        for rate in [0.0, 2e-6, 0.013, 1.0, 99.7, 15_000.0, 3.4e9, 1e13] {
            let back = decode(encode(rate)).expect("present");
            assert!((back - rate).abs() <= 0.001 * rate, "{rate} came back as {back}");
        }
    }

    #[test]
    fn a_day_later_the_same_minutes_are_found() {
        let mut yesterday = Yesterday::new();
        for minute in 0..1_440 + 300 {
            yesterday.observe(at(minute), 64.0 + minute as f64);
            let known = minute - 1_440;
            if known >= 1 {
                let level = yesterday.level_rps().expect("seen");
                assert!((level / (64.0 + known as f64 - 0.5) - 1.0).abs() < 0.002);
                let ahead = yesterday.peak_ahead_rps(2).expect("seen");
                assert!((ahead / (64.0 + known as f64 + 2.0) - 1.0).abs() < 0.002);
            } else {
                assert_eq!(yesterday.level_rps(), None, "minute {minute}");
            }
        }
    }

    #[test]
    fn the_peak_leaves_after_a_day() {
        let mut yesterday = Yesterday::new();
        yesterday.observe(at(0), 512.0);
        for minute in 1..1_500 {
            yesterday.observe(at(minute), 8.0);
            let expected = if minute < 1_448 { 512.0 } else { 8.0 };
            assert_eq!(yesterday.peak_rps(), expected, "minute {minute}");
        }
    }

    #[test]
    fn minutes_without_samples_are_unknown_a_day_later() {
        let mut yesterday = Yesterday::new();
        for minute in (0..=1_500).filter(|minute| *minute != 30) {
            yesterday.observe(at(minute), 8.0);
            let around_the_gap = (1_440 + 30 - 2..=1_440 + 31).contains(&minute);
            let known = yesterday.level_rps().is_some() && yesterday.peak_ahead_rps(2).is_some();
            assert_eq!(known, minute > 1_440 && !around_the_gap, "minute {minute}");
        }
    }
}
