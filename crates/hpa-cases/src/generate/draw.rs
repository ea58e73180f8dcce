use podpilot_random::{Seed, Stream};

/// Draws of the kinds that cases are made of.
pub(super) struct Draw {
    stream: Stream,
}

impl Draw {
    pub(super) fn new(seed: Seed) -> Self {
        Self { stream: seed.stream() }
    }

    /// True in `percent` of a hundred draws.
    pub(super) fn chance(&mut self, percent: usize) -> bool {
        self.stream.below(100) < percent
    }

    /// One of `items`, of which there is at least one.
    pub(super) fn pick<T: Copy>(&mut self, items: &[T]) -> T {
        items[self.stream.below(items.len())]
    }

    /// A whole number from `low` to `high`, both included; `high - low` fits 63 bits.
    pub(super) fn between(&mut self, low: i64, high: i64) -> i64 {
        low + self.stream.below((high - low) as usize + 1) as i64
    }

    /// As [`Draw::between`], for replica counts.
    pub(super) fn count(&mut self, low: i32, high: i32) -> i32 {
        self.between(i64::from(low), i64::from(high)) as i32
    }

    /// `Some` in `percent` of a hundred draws.
    pub(super) fn sometimes<T>(&mut self, percent: usize, make: impl FnOnce(&mut Self) -> T) -> Option<T> {
        self.chance(percent).then(|| make(self))
    }
}
