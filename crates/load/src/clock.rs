use std::time::{Duration, Instant};

use podpilot_core::Span;

/// The clock of one run: time since its start. The only place that reads the machine's clock.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Clock {
    origin: Instant,
}

#[allow(clippy::disallowed_methods, reason = "a load generator measures real time")]
fn monotonic() -> Instant {
    Instant::now()
}

impl Clock {
    /// A clock that stands at zero `from_now` later, so that threads can be up before the first request is due.
    pub(crate) fn starting(from_now: Duration) -> Self {
        Self { origin: monotonic() + from_now }
    }

    /// Time since the start; negative before it.
    pub(crate) fn now(&self) -> Span {
        let now = monotonic();
        match now.checked_duration_since(self.origin) {
            Some(since) => Span(since.as_nanos() as i64),
            None => Span(-((self.origin - now).as_nanos() as i64)),
        }
    }

    /// The instant of an offset that is not negative, for the timers of the runtime.
    pub(crate) fn instant_of(&self, offset: Span) -> Instant {
        self.origin + Duration::from_nanos(offset.0.max(0) as u64)
    }
}

/// Seconds since the Unix epoch, to say when a run was made.
#[allow(clippy::disallowed_methods, reason = "a record says when it was made")]
pub(crate) fn unix_seconds() -> f64 {
    std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .map_or(0.0, |since_epoch| since_epoch.as_secs_f64())
}
