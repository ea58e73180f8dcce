use crate::hpa::ManifestError;
use crate::hpa::manifest::ObjectReference;

/// Fails unless kind and name can stand in an API path.
pub(super) fn check_object(reference: &ObjectReference, field: &str) -> Result<(), ManifestError> {
    check_path_segment(&reference.kind, &format!("{field}.kind"))?;
    check_path_segment(&reference.name, &format!("{field}.name"))
}

/// Fails unless `name` can stand as one segment of an API path.
pub(super) fn check_path_segment(name: &str, field: &str) -> Result<(), ManifestError> {
    let problem = match name {
        "" => "is empty, must be a name".to_owned(),
        "." | ".." => format!("is `{name}`, which is no name"),
        _ => match name.chars().find(|character| matches!(character, '/' | '%')) {
            Some(character) => format!("is `{name}`, must not contain `{character}`"),
            None => return Ok(()),
        },
    };
    Err(ManifestError::new(field, problem))
}
