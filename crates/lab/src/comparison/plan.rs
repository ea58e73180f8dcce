//! Plans: files that list the cases of a comparison, and the ones that come with podpilot.

use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::request::CaseChoice;
use crate::request::{LoadChoice, Split};
use crate::{LabError, yaml_error};

const ORIGINAL_STUDY: &str = include_str!("original-study.yaml");

/// Names of the plans that come with podpilot.
pub const PRESETS: [&str; 1] = ["original-study"];

/// A plan: which cases, and how much of them.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct PlanFile {
    schema: PlanSchema,
    title: String,
    #[serde(default)]
    days: Option<u32>,
    #[serde(default)]
    noise_seeds: Option<u32>,
    cases: Vec<PlannedCase>,
}

#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
enum PlanSchema {
    #[serde(rename = "podpilot/comparison/v1")]
    V1,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct PlannedCase {
    name: String,
    scenario: String,
    #[serde(default)]
    trace: Option<PathBuf>,
    #[serde(default)]
    split: Option<Split>,
    #[serde(default)]
    peak_replicas: Option<f64>,
    #[serde(default = "all_loads")]
    group: String,
    #[serde(default = "yes")]
    perturbed: bool,
    #[serde(default)]
    policies: Vec<PathBuf>,
    #[serde(default)]
    tuned: Vec<PathBuf>,
}

/// What cases belong to that say nothing else.
pub const ALL_LOADS: &str = "all loads";

fn all_loads() -> String {
    ALL_LOADS.to_owned()
}

fn yes() -> bool {
    true
}

/// What a plan asks for.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// What the scoreboard is called.
    pub title: String,
    /// Distinct days at most, if the plan says so.
    pub days: Option<u32>,
    /// Noise seeds a day, if the plan says so.
    pub noise_seeds: Option<u32>,
    /// The cases.
    pub cases: Vec<CaseChoice>,
}

impl Plan {
    /// Reads a plan file; relative paths in it start from its folder.
    pub fn read(path: &Path) -> Result<Self, LabError> {
        let text = fs::read_to_string(path)
            .map_err(|source| LabError::Unreadable { path: path.to_owned(), source })?;
        let folder = path.parent().map_or_else(PathBuf::new, Path::to_owned);
        parse(&text, &path.display().to_string(), &folder)
    }

    /// A plan that comes with podpilot.
    pub fn preset(name: &str) -> Result<Self, LabError> {
        match name {
            "original-study" => parse(ORIGINAL_STUDY, name, Path::new("")),
            _ => Err(LabError::BadInput(format!("--preset {name}: there is {}", PRESETS.join(", ")))),
        }
    }
}

fn parse(text: &str, name: &str, folder: &Path) -> Result<Plan, LabError> {
    let PlanFile { schema: PlanSchema::V1, title, days, noise_seeds, cases } =
        serde_saphyr::from_str(text)
            .map_err(|error| LabError::BadInput(format!("{name}: {}", yaml_error::describe(&error, text))))?;
    if cases.is_empty() {
        return Err(LabError::BadInput(format!("{name}: cases: is empty, must list at least one")));
    }
    let beside = |path: &PathBuf| folder.join(path);
    let cases = cases.into_iter().map(|case| CaseChoice {
        name: case.name,
        load: LoadChoice {
            scenario: located(&case.scenario, folder),
            trace: case.trace.as_ref().map(beside),
            split: case.split,
            peak_replicas: case.peak_replicas,
        },
        group: case.group,
        perturbed: case.perturbed,
        policies: case.policies.iter().map(beside).collect(),
        tuned: case.tuned.iter().map(beside).collect(),
    });
    Ok(Plan { title, days, noise_seeds, cases: cases.collect() })
}

/// A scenario that comes with podpilot keeps its name; a file lies beside the plan.
fn located(scenario: &str, folder: &Path) -> String {
    let bundled = crate::scenario_file::bundled_names().any(|name| name == scenario);
    if bundled { scenario.to_owned() } else { folder.join(scenario).display().to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_start_from_the_plan_and_bundled_scenarios_do_not() {
        let text = "schema: podpilot/comparison/v1\ntitle: t\ncases:\n- {name: a, scenario: recorded, trace: x.csv}\n\
                    - {name: b, scenario: mine.yaml, tuned: [t.json]}\n";
        let plan = parse(text, "plan.yaml", Path::new("folder")).unwrap();
        assert_eq!(plan.cases[0].load.scenario, "recorded");
        assert_eq!(plan.cases[0].load.trace.as_deref(), Some(Path::new("folder/x.csv")));
        assert_eq!(plan.cases[1].load.scenario, "folder/mine.yaml");
        assert_eq!(plan.cases[1].tuned, [PathBuf::from("folder/t.json")]);
    }

    #[test]
    fn presets_are_readable_and_others_are_named() {
        for name in PRESETS {
            assert!(!Plan::preset(name).unwrap().cases.is_empty());
        }
        let error = Plan::preset("mine").unwrap_err().to_string();
        assert!(error.contains("original-study"), "{error}");
        let wrong = parse("schema: podpilot/comparison/v1\ntitle: t\ncase: []\n", "p.yaml", Path::new(""));
        assert!(wrong.unwrap_err().to_string().contains("case"));
    }
}
