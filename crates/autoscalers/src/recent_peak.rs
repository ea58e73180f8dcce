//! The highest count wanted within a span of time.

use std::collections::VecDeque;

use podpilot_core::{Span, Timestamp};

use crate::memory::{Damaged, Reader, Writer};

/// No list of falling counts is longer in practice: each entry is a lower count than the one before.
const MOST_ENTRIES: usize = 8_192;

/// Keeps the counts that may still become the highest: in falling order, oldest first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct RecentPeak {
    entries: VecDeque<(Timestamp, i32)>,
}

impl RecentPeak {
    /// Room for `places` entries without allocating.
    pub(crate) fn with_capacity(places: usize) -> Self {
        Self { entries: VecDeque::with_capacity(places.min(MOST_ENTRIES)) }
    }

    /// Records `replicas` at `now` and gives the highest count recorded after `now − span`.
    pub(crate) fn record(&mut self, now: Timestamp, replicas: i32, span: Span) -> i32 {
        while self.entries.back().is_some_and(|(_, last)| *last <= replicas) {
            self.entries.pop_back();
        }
        self.entries.push_back((now, replicas));
        // An instant that lies ahead means that the clock was set back.
        while self.entries.front().is_some_and(|(at, _)| *at <= now - span && *at < now) {
            self.entries.pop_front();
        }
        self.entries.front().map_or(replicas, |(_, highest)| *highest)
    }

    /// Lets entries go that lie after `now`.
    pub(crate) fn forget_after(&mut self, now: Timestamp) {
        self.entries.retain(|(at, _)| *at <= now);
    }

    pub(crate) fn save(&self, writer: &mut Writer) {
        writer.put_count(self.entries.len());
        for (at, replicas) in &self.entries {
            writer.put_i64(at.0);
            writer.put_i32(*replicas);
        }
    }

    pub(crate) fn load(&mut self, reader: &mut Reader<'_>) -> Result<(), Damaged> {
        self.entries.clear();
        for _ in 0..reader.count(MOST_ENTRIES)? {
            let entry = (Timestamp(reader.i64()?), reader.i32()?);
            self.entries.push_back(entry);
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
    fn it_is_the_plain_maximum_of_the_span() {
        let counts: Vec<i32> = (0..500_i32).map(|i| (i * 7_919 % 23) + (i / 40) % 5).collect();
        let mut peak = RecentPeak::default();
        for (i, &count) in counts.iter().enumerate() {
            let first = (i + 1).saturating_sub(8);
            let expected = counts[first..=i].iter().copied().max().unwrap();
            assert_eq!(peak.record(at(15 * i as i64), count, Span::seconds(120)), expected, "{i}");
        }
    }

    #[test]
    fn without_a_span_only_the_present_counts() {
        let mut peak = RecentPeak::default();
        assert_eq!(peak.record(at(0), 9, Span::ZERO), 9);
        assert_eq!(peak.record(at(15), 2, Span::ZERO), 2);
    }

    #[test]
    fn a_clock_set_back_does_not_hold_for_ever() {
        let mut peak = RecentPeak::default();
        peak.record(at(1_000), 9, Span::seconds(60));
        peak.forget_after(at(0));
        assert_eq!(peak.record(at(0), 2, Span::seconds(60)), 2);
    }
}
