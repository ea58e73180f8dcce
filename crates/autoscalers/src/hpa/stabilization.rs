use podpilot_core::{Span, Timestamp};

/// A replica count that the metrics asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recommendation {
    /// Replicas.
    pub replicas: i32,
    /// When.
    pub at: Timestamp,
}

/// What the metrics asked for lately, so that one dip does not throw pods away. A stale entry's place is reused:
/// the list grows no longer than the longest window needs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Recommendations {
    entries: Vec<Recommendation>,
}

impl Recommendations {
    /// With room for `capacity` entries.
    pub fn with_capacity(capacity: usize) -> Self {
        Self { entries: Vec::with_capacity(capacity) }
    }

    /// All entries, in the order of their places.
    pub fn entries(&self) -> &[Recommendation] {
        &self.entries
    }

    /// Adds an entry in a place of its own.
    pub fn push(&mut self, replicas: i32, at: Timestamp) {
        self.entries.push(Recommendation { replicas, at });
    }

    pub(crate) fn clear(&mut self) {
        self.entries.clear();
    }

    /// The highest of `desired` and the recommendations within `window`, its end included
    /// (`stabilizeRecommendation`, used without behavior). Records `desired`.
    pub fn stabilize(&mut self, desired: i32, now: Timestamp, window: Span) -> i32 {
        let cutoff = now - window;
        let mut highest = desired;
        let mut stale = None;
        for (place, entry) in self.entries.iter().enumerate() {
            if entry.at < cutoff {
                stale = Some(place);
            } else {
                highest = highest.max(entry.replicas);
            }
        }
        self.record(desired, now, stale);
        highest
    }

    /// `current`, raised to the lowest recommendation within `up_window`, then lowered to the highest within
    /// `down_window`, ends excluded (`stabilizeRecommendationWithBehaviors`). Records `desired`.
    pub fn stabilize_both_ways(
        &mut self,
        current: i32,
        desired: i32,
        now: Timestamp,
        up_window: Span,
        down_window: Span,
    ) -> i32 {
        let (up_cutoff, down_cutoff) = (now - up_window, now - down_window);
        let (mut lowest, mut highest) = (desired, desired);
        let mut stale = None;
        for (place, entry) in self.entries.iter().enumerate() {
            if entry.at > up_cutoff {
                lowest = lowest.min(entry.replicas);
            }
            if entry.at > down_cutoff {
                highest = highest.max(entry.replicas);
            }
            if entry.at < up_cutoff && entry.at < down_cutoff {
                stale = Some(place);
            }
        }
        self.record(desired, now, stale);
        current.max(lowest).min(highest)
    }

    /// Takes the place of a stale entry if there is one.
    fn record(&mut self, replicas: i32, at: Timestamp, stale: Option<usize>) {
        match stale {
            Some(place) => self.entries[place] = Recommendation { replicas, at },
            None => self.push(replicas, at),
        }
    }
}
