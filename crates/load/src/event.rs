use podpilot_core::Span;

use crate::FailureKind;

/// What happens to a request, told by the threads that make it happen. Times count from the start of the run.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Event {
    /// Its instant has come.
    Due {
        /// That instant, as planned.
        intended: Span,
    },
    /// The generator began to act for it: to connect, or to write on a connection that was free.
    Sent {
        /// When it was planned.
        intended: Span,
        /// When it began.
        at: Span,
    },
    /// It is over.
    Ended(Ended),
}

/// A request that is over.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Ended {
    /// When it was planned.
    pub(crate) intended: Span,
    /// When it ended.
    pub(crate) at: Span,
    /// Whether a [`Event::Sent`] came before.
    pub(crate) was_sent: bool,
    /// Why it failed; `None`: it did not.
    pub(crate) failure: Option<FailureKind>,
    /// Bytes of the answer's body.
    pub(crate) body_bytes: u64,
}
