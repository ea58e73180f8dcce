use podpilot_core::{Span, Timestamp};

use crate::snapshot::{Damaged, Reader, Writer};

/// Targets are forgotten after the longest hold that an action can ask for.
pub(crate) const LONGEST_HOLD: Span = Span::seconds(360);

/// More than the 24 decisions of 15 s in the longest hold.
const CAPACITY: usize = 32;

#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct Target {
    at: Timestamp,
    replicas: i32,
}

/// Remembers recent targets, so that a scale-down waits until no target of the hold time was higher.
///
/// Keeps only targets that no later one reaches, in falling order, so that the highest within any span is the first
/// that is young enough. Fixed size; cloning allocates nothing.
#[derive(Debug, Clone, PartialEq)]
pub struct Hold {
    targets: [Target; CAPACITY],
    length: usize,
}

impl Default for Hold {
    fn default() -> Self {
        Self::new()
    }
}

impl Hold {
    /// A hold that remembers nothing.
    pub fn new() -> Self {
        Self { targets: [Target::default(); CAPACITY], length: 0 }
    }

    /// Records a target. If the clock was set back, what is remembered counts as recorded now.
    pub fn record(&mut self, now: Timestamp, replicas: i32) {
        for target in &mut self.targets[..self.length] {
            target.at = target.at.min(now);
        }
        self.forget_before(now - LONGEST_HOLD);
        while self.length > 0 && self.targets[self.length - 1].replicas <= replicas {
            self.length -= 1;
        }
        if self.length == CAPACITY {
            // Too many decisions in too short a time: the newest remembered target then holds longer, never shorter.
            self.targets[CAPACITY - 1].at = now;
            return;
        }
        self.targets[self.length] = Target { at: now, replicas };
        self.length += 1;
    }

    fn forget_before(&mut self, oldest: Timestamp) {
        let expired = self.targets[..self.length].iter().take_while(|target| target.at <= oldest).count();
        self.targets.copy_within(expired..self.length, 0);
        self.length -= expired;
    }

    /// Highest target recorded less than `span` (at most 360 s) before `now`.
    pub fn floor(&self, now: Timestamp, span: Span) -> Option<i32> {
        let young_enough = |target: &&Target| target.at > now - span;
        self.targets[..self.length].iter().find(young_enough).map(|target| target.replicas)
    }

    pub(crate) fn save(&self, writer: &mut Writer) {
        writer.put_u32(self.length as u32);
        for target in &self.targets[..self.length] {
            writer.put_i64(target.at.0);
            writer.put_i32(target.replicas);
        }
    }

    pub(crate) fn load(&mut self, reader: &mut Reader<'_>) -> Result<(), Damaged> {
        *self = Self::new();
        let length = reader.u32()? as usize;
        if length > CAPACITY {
            return Err(Damaged);
        }
        for target in &mut self.targets[..length] {
            *target = Target { at: Timestamp(reader.i64()?), replicas: reader.i32()? };
        }
        self.length = length;
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
    fn a_peak_holds_for_its_span_and_no_longer() {
        let mut hold = Hold::new();
        hold.record(at(0), 10);
        hold.record(at(15), 4);
        hold.record(at(30), 6);
        assert_eq!(hold.floor(at(30), Span::seconds(120)), Some(10));
        assert_eq!(hold.floor(at(119), Span::seconds(120)), Some(10));
        assert_eq!(hold.floor(at(120), Span::seconds(120)), Some(6), "the 4 is hidden by the later 6");
        assert_eq!(hold.floor(at(150), Span::seconds(120)), None);
        assert_eq!(hold.floor(at(30), Span::seconds(0)), None);
        assert_eq!(hold.floor(at(150), Span::seconds(360)), Some(10));
    }

    #[test]
    fn any_history_gives_the_plain_maximum() {
        // A deterministic zigzag against the definition, at two spans.
        let targets: Vec<i32> = (0..500_i32).map(|i| (i * 7_919 % 23) + (i / 40) % 5).collect();
        let mut hold = Hold::new();
        for (i, &target) in targets.iter().enumerate() {
            let now = at(15 * i as i64);
            hold.record(now, target);
            for span_s in [120, 360] {
                let first = (i + 1).saturating_sub(span_s / 15);
                let expected = targets[first..=i].iter().copied().max();
                assert_eq!(hold.floor(now, Span::seconds(span_s as i64)), expected, "decision {i}");
            }
        }
    }

    #[test]
    fn too_many_decisions_hold_longer_never_shorter() {
        let mut hold = Hold::new();
        for second in 0..200 {
            hold.record(at(second), 1_000 - second as i32);
            let first_in_span = (second - 119).max(0) as i32;
            assert!(hold.floor(at(second), Span::seconds(120)) >= Some(1_000 - first_in_span));
        }
    }

    #[test]
    fn a_clock_set_back_does_not_hold_for_ever() {
        let mut hold = Hold::new();
        hold.record(at(100_000), 10);
        hold.record(at(0), 3);
        assert_eq!(hold.floor(at(119), Span::seconds(120)), Some(10));
        assert_eq!(hold.floor(at(120), Span::seconds(120)), None);
    }
}
