/// A field of a manifest that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {problem}")]
pub struct ManifestError {
    /// Path of the field, such as `spec.metrics[0].resource.target.averageUtilization`.
    pub field: String,
    /// What is wrong and what would be right.
    pub problem: String,
}

impl ManifestError {
    pub(crate) fn new(field: impl Into<String>, problem: impl Into<String>) -> Self {
        Self { field: field.into(), problem: problem.into() }
    }
}
