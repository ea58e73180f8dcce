//! The load of a scenario, or one on its own, for those who send it rather than simulate it.

use std::fs;
use std::path::{Path, PathBuf};

use podpilot_traffic::LoadSpec;

use crate::scenario_file::load_scenario;
use crate::{LabError, yaml_error};

/// A load and the folder that relative paths in it start from.
#[derive(Debug, Clone, PartialEq)]
pub struct NamedLoad {
    /// The load.
    pub spec: LoadSpec,
    /// Folder of relative paths; empty for the working directory.
    pub folder: PathBuf,
}

/// The load of a scenario: a file, or the name of one that comes with podpilot.
pub fn load_of_scenario(choice: &str) -> Result<NamedLoad, LabError> {
    let loaded = load_scenario(choice)?;
    Ok(NamedLoad { spec: loaded.scenario.load, folder: loaded.folder.unwrap_or_default() })
}

/// A load written as in a scenario: `{shape: steady, rps: 50}`, or a file that holds such a text.
pub fn load_of_text(text_or_file: &str) -> Result<NamedLoad, LabError> {
    if text_or_file.trim_start().starts_with('{') {
        return Ok(NamedLoad { spec: parse(text_or_file, "--load")?, folder: PathBuf::new() });
    }
    let path = Path::new(text_or_file);
    let text =
        fs::read_to_string(path).map_err(|source| LabError::Unreadable { path: path.to_owned(), source })?;
    let folder = path.parent().map_or_else(PathBuf::new, Path::to_owned);
    Ok(NamedLoad { spec: parse(&text, text_or_file)?, folder })
}

fn parse(text: &str, name: &str) -> Result<LoadSpec, LabError> {
    let spec: LoadSpec = serde_saphyr::from_str(text)
        .map_err(|error| LabError::BadInput(format!("{name}: {}", yaml_error::describe(&error, text))))?;
    spec.validate().map_err(|error| LabError::BadInput(format!("{name}: {error}")))?;
    Ok(spec)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(text: &str) -> String {
        load_of_text(text).unwrap_err().to_string()
    }

    #[test]
    fn a_load_is_written_as_in_a_scenario() {
        let written = load_of_text("{shape: ramp, from_rps: 10, to_rps: 50, duration_s: 60}").unwrap();
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("ramp.yaml");
        fs::write(&file, "shape: ramp\nfrom_rps: 10\nto_rps: 50\nduration_s: 60\n").unwrap();
        let read = load_of_text(file.to_str().unwrap()).unwrap();
        assert_eq!(written.spec, read.spec);
        assert_eq!(read.folder, folder.path());
    }

    #[test]
    fn what_is_wrong_is_named() {
        assert!(error("{shape: stedy, rps: 1}").contains("stedy"), "{}", error("{shape: stedy, rps: 1}"));
        assert_eq!(
            error("{shape: steady, rps: -1}"),
            "--load: load.rps is -1, must be a number of at least 0"
        );
        assert!(error("no/such.yaml").starts_with("cannot read no/such.yaml"));
    }
}
