//! HPA manifests from files.

use std::fs;
use std::path::Path;

use podpilot_autoscalers::HpaManifest;

use crate::{LabError, yaml_error};

/// The baseline manifest of the bundled scenarios, which must work without the source tree.
const BUNDLED_BASELINE: &str = include_str!("../../../deployments/hpa.yaml");

/// Reads an `autoscaling/v2` manifest.
pub(crate) fn read_hpa(path: &Path) -> Result<HpaManifest, LabError> {
    let text =
        fs::read_to_string(path).map_err(|source| LabError::Unreadable { path: path.to_owned(), source })?;
    parse(&text, &path.display().to_string())
}

/// The baseline manifest of the scenarios that come with podpilot.
pub(crate) fn bundled_baseline() -> Result<HpaManifest, LabError> {
    parse(BUNDLED_BASELINE, "deployments/hpa.yaml")
}

fn parse(text: &str, name: &str) -> Result<HpaManifest, LabError> {
    serde_saphyr::from_str(text)
        .map_err(|error| LabError::BadInput(format!("{name}: {}", yaml_error::describe(&error, text))))
}
