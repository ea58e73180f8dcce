use podpilot_core::Span;

/// A load series that cannot exist or an operation that leaves nothing of it.
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
        /// The rate given.
        rate_rps: f64,
    },
}

/// A field of a load specification that has an impossible value.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
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
    Trace(#[from] crate::TraceError),
    /// Nothing can be made of the load.
    #[error(transparent)]
    Traffic(#[from] TrafficError),
}
