//! Policies as files: the trained networks with a record of where they come from.

use std::collections::BTreeMap;
use std::path::Path;

use podpilot_controller::TrainedPolicy;
use podpilot_core::{Objective, Span};
use podpilot_learning::PolicyFile;
use podpilot_traffic::sha256_hex;

use crate::LabError;
use crate::result::{EvaluationResult, PolicyProvenance};
use crate::run_directory::{RunDirectory, file};
use crate::training::{Trained, TrainingSettings, TrimStarts};
use crate::workbench::Workbench;

const TRIM_START: &str = "trim_start";
const BASE_TRIM_START: &str = "base_trim_start";
const TRAINING_DATA: &str = "training_data";
const TRAINING_SEED: &str = "training_seed";
const EVALUATION: &str = "evaluation";
const TRAINED_UNTIL_S: &str = "trained_until_s";
const TRAINED_AGENT: &str = "trained_agent";
const ADMISSION: &str = "admission";
const OBJECTIVE: &str = "objective";
const STEEPNESS: &str = "trim_steepness";

/// A policy from a file.
#[derive(Debug, Clone)]
pub(crate) struct StoredPolicy {
    pub(crate) policy: TrainedPolicy,
    /// Headroom to start at, for the limit on bad minutes that it was trained for.
    trim_starts: TrimStarts,
    trained_for: Objective,
    steepness: f64,
    pub(crate) file: PolicyFile,
    pub(crate) sha256: String,
}

impl StoredPolicy {
    /// Reads a policy file; refuses other schemas, foreign and truncated files.
    pub(crate) fn read(path: &Path) -> Result<Self, LabError> {
        let name = path.display().to_string();
        let bytes =
            std::fs::read(path).map_err(|source| LabError::Unreadable { path: path.to_owned(), source })?;
        let file = PolicyFile::from_bytes(&bytes, &name).map_err(LabError::bad_input)?;
        let policy = TrainedPolicy::from_file(&file, &name).map_err(LabError::bad_input)?;
        let trim_starts = TrimStarts {
            agent: number(&file, TRIM_START, &name)?,
            base: number(&file, BASE_TRIM_START, &name)?,
        };
        let steepness = number(&file, STEEPNESS, &name)?;
        let trained_for = file.metadata.get(OBJECTIVE).and_then(|text| serde_json::from_str(text).ok());
        let trained_for = trained_for.ok_or_else(|| {
            LabError::BadInput(format!("{name}: {OBJECTIVE} is missing or damaged; train the policy anew"))
        })?;
        Ok(Self { policy, trim_starts, trained_for, steepness, file, sha256: sha256_hex(&bytes) })
    }

    /// Headroom to start at for a limit on bad minutes.
    pub(crate) fn trim_starts(&self, bad_minutes: f64) -> TrimStarts {
        self.trim_starts.at_limit(bad_minutes, self.trained_for.bad_minutes, self.steepness)
    }

    /// Up to where on the recording's axis it was trained, if it was trained on this very load.
    pub(crate) fn trained_on(&self, bench: &Workbench) -> Option<Span> {
        let text = self.file.metadata.get(TRAINING_DATA)?;
        let known: Vec<(String, String)> = serde_json::from_str(text).ok()?;
        let same =
            bench.sources.iter().any(|source| known.iter().any(|(_, sha256)| *sha256 == source.sha256));
        let until: f64 = self.file.metadata.get(TRAINED_UNTIL_S)?.parse().ok()?;
        same.then(|| Span::from_seconds(until))
    }

    /// Name of the agent in tables: the one that was trained, even if `quantile` decides in its place.
    pub(crate) fn agent(&self) -> &str {
        self.file.metadata.get(TRAINED_AGENT).unwrap_or(&self.file.agent)
    }

    /// Seed that it was trained with.
    pub(crate) fn training_seed(&self) -> Option<u64> {
        self.file.metadata.get(TRAINING_SEED)?.parse().ok()
    }

    /// Hash of what its decisions depend on: the record of its evaluation is not part of it.
    pub(crate) fn decisions_sha256(&self) -> String {
        let mut file = self.file.clone();
        file.metadata.remove(EVALUATION);
        sha256_hex(&file.to_bytes())
    }

    /// Where the policy of a row comes from.
    pub(crate) fn provenance(&self, row: &str, path: &Path) -> PolicyProvenance {
        let file = path
            .file_name()
            .map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned());
        PolicyProvenance { autoscaler: row.to_owned(), file, sha256: self.sha256.clone() }
    }
}

/// Writes the trained policy into its run directory.
pub(crate) fn write(
    run: &RunDirectory,
    trained: &Trained,
    settings: &TrainingSettings,
    bench: &Workbench,
) -> Result<(), LabError> {
    let sources: Vec<(&str, &str)> =
        bench.sources.iter().map(|source| (source.name.as_str(), source.sha256.as_str())).collect();
    let mut record = BTreeMap::new();
    record.insert(STEEPNESS.to_owned(), trained.steepness.to_string());
    record.insert(BASE_TRIM_START.to_owned(), trained.trim_starts.base.to_string());
    record.insert("podpilot_version".to_owned(), env!("CARGO_PKG_VERSION").to_owned());
    record.insert(OBJECTIVE.to_owned(), json(&bench.scenario().objective)?);
    record.insert("reward_weights".to_owned(), json(&trained.reward)?);
    record.insert(TRAINING_DATA.to_owned(), json(&sources)?);
    record.insert(TRAINED_UNTIL_S.to_owned(), bench.trained_until().as_seconds().to_string());
    record.insert(TRAINING_SEED.to_owned(), settings.request.seed.to_string());
    record.insert("timesteps".to_owned(), settings.request.timesteps.to_string());
    record.insert("experience".to_owned(), json(&settings.request.experience)?);
    record.insert(TRAINED_AGENT.to_owned(), settings.request.agent.name().to_owned());
    record.insert(ADMISSION.to_owned(), json(&trained.admission)?);
    let mut write = |name: &str, policy: &TrainedPolicy, trim_start: f64| {
        record.insert(TRIM_START.to_owned(), trim_start.to_string());
        policy.to_file(&record).write(&run.file(name)).map_err(|error| LabError::Failed(error.to_string()))
    };
    if trained.admission.admitted {
        return write(file::POLICY, &trained.agent, trained.trim_starts.agent);
    }
    write(file::REFUSED, &trained.agent, trained.trim_starts.agent)?;
    write(file::POLICY, &trained.admitted, trained.trim_starts.base)
}

/// Adds the evaluation to the record of a run's policy.
pub(crate) fn add_evaluation(
    run: &RunDirectory,
    result: &EvaluationResult,
    row: &str,
) -> Result<(), LabError> {
    let path = run.file(file::POLICY);
    let mut stored = StoredPolicy::read(&path)?;
    if let Some(row) = result.row(row) {
        let evaluation = serde_json::json!({
            "scenario": result.scenario,
            "episodes": result.episodes,
            "distinct_days": result.distinct_days,
            "cost": row.cost,
            "slow_minute_ratio": row.slow_minute_ratio,
        });
        stored.file.metadata.insert(EVALUATION.to_owned(), evaluation.to_string());
    }
    stored.file.write(&path).map_err(|error| LabError::Failed(error.to_string()))
}

fn json<T: serde::Serialize>(value: &T) -> Result<String, LabError> {
    serde_json::to_string(value).map_err(|error| LabError::Failed(error.to_string()))
}

fn number(file: &PolicyFile, key: &str, name: &str) -> Result<f64, LabError> {
    let text = file
        .metadata
        .get(key)
        .ok_or_else(|| LabError::BadInput(format!("{name}: {key} is missing; train the policy anew")))?;
    text.parse::<f64>()
        .ok()
        .filter(|value| value.is_finite())
        .ok_or_else(|| LabError::BadInput(format!("{name}: {key} is `{text}`, must be a number")))
}
