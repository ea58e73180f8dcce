//! Scenario files, and the scenarios that come with podpilot.

use std::fs;
use std::path::{Path, PathBuf};

use podpilot_simulator::Scenario;

use crate::{LabError, yaml_error};

macro_rules! bundled {
    ($($name:literal),* $(,)?) => {
        &[$(($name, include_str!(concat!("../../../scenarios/", $name, ".yaml")))),*]
    };
}

/// Name and text of the scenarios in the folder `scenarios/` of the source tree.
const BUNDLED: &[(&str, &str)] = bundled![
    "default",
    "bursty-arrivals",
    "cluster-autoscaler",
    "crowded-node",
    "daily",
    "faulty-cluster",
    "faulty-metrics",
    "flash-crowd",
    "idle",
    "leak",
    "least-connections",
    "no-cpu-limit",
    "ramp",
    "recorded",
    "shared-queue",
    "small-limit",
    "spike",
    "steady",
    "study",
];

/// A scenario and the folder that relative paths in it start from.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct LoadedScenario {
    /// The scenario.
    pub(crate) scenario: Scenario,
    /// The scenario file's folder; `None` for a scenario that comes with podpilot.
    pub(crate) folder: Option<PathBuf>,
}

/// Names of the scenarios that come with podpilot.
pub fn bundled_names() -> impl Iterator<Item = &'static str> {
    BUNDLED.iter().map(|(name, _)| *name)
}

/// Reads a scenario file, or takes the bundled scenario of that name.
pub(crate) fn load_scenario(choice: &str) -> Result<LoadedScenario, LabError> {
    if let Some((name, text)) = BUNDLED.iter().find(|(name, _)| *name == choice) {
        return Ok(LoadedScenario { scenario: parse_scenario(text, name)?, folder: None });
    }
    let path = Path::new(choice);
    let looks_like_a_file = choice.contains(['/', '.']) || path.exists();
    if !looks_like_a_file {
        let known = bundled_names().collect::<Vec<_>>().join(", ");
        return Err(LabError::BadInput(format!(
            "--scenario {choice}: neither a file nor one of the scenarios that come with podpilot ({known})"
        )));
    }
    let text =
        fs::read_to_string(path).map_err(|source| LabError::Unreadable { path: path.to_owned(), source })?;
    let scenario = parse_scenario(&text, choice)?;
    let folder = path.parent().map_or_else(PathBuf::new, Path::to_owned);
    Ok(LoadedScenario { scenario, folder: Some(folder) })
}

/// Parses and validates the text of a scenario; `name` is the file name in errors.
pub(crate) fn parse_scenario(text: &str, name: &str) -> Result<Scenario, LabError> {
    let scenario: Scenario = serde_saphyr::from_str(text)
        .map_err(|error| LabError::BadInput(format!("{name}: {}", yaml_error::describe(&error, text))))?;
    scenario.validate().map_err(|error| LabError::BadInput(format!("{name}: {error}")))?;
    Ok(scenario)
}
