use podpilot_core::{Span, Timestamp};

/// Remembers recent targets, so that a scale-down waits until no target of the hold time was higher.
#[derive(Debug, Clone, PartialEq)]
pub struct Hold {}

impl Hold {
    /// A hold that remembers nothing.
    pub fn new() -> Self {
        Self {}
    }

    /// Records a target.
    pub fn record(&mut self, now: Timestamp, target: i32) {
        let _ = (now, target);
        unimplemented!()
    }

    /// Highest target recorded within the last `span`.
    pub fn floor(&self, now: Timestamp, span: Span) -> Option<i32> {
        let _ = (now, span);
        unimplemented!()
    }
}

impl Default for Hold {
    fn default() -> Self {
        Self::new()
    }
}
