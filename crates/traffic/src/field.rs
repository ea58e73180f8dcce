use crate::FieldError;

type Checked = Result<(), FieldError>;

/// Accepts a value that `ok` holds for; the error names the field `path.name`.
pub(crate) fn require(path: &str, name: &str, value: f64, ok: bool, expected: &'static str) -> Checked {
    if ok {
        return Ok(());
    }
    Err(FieldError { field: format!("{path}.{name}"), value: value.to_string(), expected })
}

/// Above 0 and finite.
pub(crate) fn positive(path: &str, name: &str, value: f64) -> Checked {
    require(path, name, value, value > 0.0 && value.is_finite(), "a positive number")
}

/// At least 0 and finite.
pub(crate) fn not_negative(path: &str, name: &str, value: f64) -> Checked {
    require(path, name, value, value >= 0.0 && value.is_finite(), "a number of at least 0")
}
