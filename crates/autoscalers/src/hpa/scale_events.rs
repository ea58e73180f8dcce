use podpilot_core::{Span, Timestamp};

/// A change of the replica count that was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ScaleEvent {
    /// How many replicas were added, or removed; never negative.
    pub change: i32,
    /// When.
    pub at: Timestamp,
    /// Too old for any policy: its place may be reused.
    pub is_outdated: bool,
}

/// The changes in one direction that policies still count. Outdated places are reused.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ScaleEvents {
    entries: Vec<ScaleEvent>,
}

impl ScaleEvents {
    /// With room for `capacity` entries.
    pub fn with_capacity(capacity: usize) -> Self {
        Self { entries: Vec::with_capacity(capacity) }
    }

    /// All entries, in the order of their places.
    pub fn entries(&self) -> &[ScaleEvent] {
        &self.entries
    }

    /// Adds an entry in a place of its own.
    pub fn push(&mut self, event: ScaleEvent) {
        self.entries.push(event);
    }

    pub(crate) fn clear(&mut self) {
        self.entries.clear();
    }

    /// Sum of changes less than `period` ago.
    pub fn change_within(&self, period: Span, now: Timestamp) -> i32 {
        let cutoff = now - period;
        self.entries
            .iter()
            .filter(|event| event.at > cutoff)
            .fold(0_i32, |sum, event| sum.wrapping_add(event.change))
    }

    /// Records a change (`storeScaleEvent`); entries more than `longest_period` old become outdated, and the last
    /// outdated one gives up its place.
    pub fn record(&mut self, change: i32, now: Timestamp, longest_period: Span) {
        let cutoff = now - longest_period;
        let mut outdated = None;
        for (place, event) in self.entries.iter_mut().enumerate() {
            event.is_outdated |= event.at < cutoff;
            if event.is_outdated {
                outdated = Some(place);
            }
        }
        let event = ScaleEvent { change, at: now, is_outdated: false };
        match outdated {
            Some(place) => self.entries[place] = event,
            None => self.push(event),
        }
    }
}
