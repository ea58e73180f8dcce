/// A field of a service or pod specification with an impossible value.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{field} is {value}, must be {expected}")]
pub struct SpecError {
    /// Path of the field, such as `service.cpu_ms_per_request.mean`.
    pub field: &'static str,
    /// The value given.
    pub value: f64,
    /// What would be right.
    pub expected: &'static str,
}

/// Fails with the first check that does not hold.
pub(crate) fn first_failure(checks: &[(&'static str, f64, bool, &'static str)]) -> Result<(), SpecError> {
    match checks.iter().find(|(_, _, holds, _)| !holds) {
        Some(&(field, value, _, expected)) => Err(SpecError { field, value, expected }),
        None => Ok(()),
    }
}
