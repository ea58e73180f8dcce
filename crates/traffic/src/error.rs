use podpilot_core::Span;

use crate::TraceError;

/// A load series that cannot exist, or an operation that leaves nothing of it.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum TrafficError {
    /// No step at all.
    #[error("the load series has no steps, must have at least one")]
    Empty,
    /// A step without length.
    #[error("the step of the load series is {step}, must be positive")]
    Step {
        /// The step given.
        step: Span,
    },
    /// A rate that is negative, infinite or not a number.
    #[error("rate {index} of the load series is {rate_rps}, must be a finite number of at least 0")]
    Rate {
        /// Index of the step.
        index: usize,
        /// The rate given, requests per second.
        rate_rps: f64,
    },
    /// A split that leaves the train or the test part empty.
    #[error("a split at {at} leaves one part empty, must lie inside the recording ({start} to {end})")]
    Split {
        /// Where it was to be split, on the recording's time axis.
        at: Span,
        /// Start of the recording.
        start: Span,
        /// End of the recording.
        end: Span,
    },
    /// Steps of which neither is a multiple of the other.
    #[error("a step of {from} cannot be resampled to {to}, must be a divisor or a multiple of it")]
    Resample {
        /// The step of the series.
        from: Span,
        /// The step wanted.
        to: Span,
    },
    /// A trace that says nothing of how much load there is.
    #[error(
        "the train part's 95th percentile is 0 rps, so no scale gives {peak_replicas} replicas; set `scale` instead"
    )]
    NothingToScale {
        /// Replicas wanted at the train part's P95.
        peak_replicas: f64,
    },
}

/// A field of a load specification that has an impossible value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field} is {value}, must be {expected}")]
pub struct FieldError {
    /// Path of the field, such as `load.bursts.factor`.
    pub field: String,
    /// The value given.
    pub value: String,
    /// What would be right.
    pub expected: &'static str,
}

/// A load that cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// A field has an impossible value.
    #[error(transparent)]
    Field(#[from] FieldError),
    /// A trace cannot be read.
    #[error(transparent)]
    Trace(#[from] TraceError),
    /// A trace can be read, but not used as asked.
    #[error("{name}: {source}")]
    Use {
        /// The trace.
        name: String,
        /// What is wrong.
        source: TrafficError,
    },
}
