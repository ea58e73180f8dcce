use std::path::{Path, PathBuf};

use podpilot_random::Seed;
use podpilot_traffic::sha256_hex;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::LabError;
use crate::request::{AgentKind, Experience, LoadChoice, Observer, TrainRequest};
use crate::run_directory::RunDirectory;
use crate::training::TrainingSettings;
use crate::workbench::{DefaultScale, Workbench};

/// Marks the settings of such a search.
const SETTINGS_SCHEMA: &str = "podpilot/agent-tune-settings/v1";

/// Search a learner's settings on the train part.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AgentTuneRequest {
    /// Service and load.
    pub load: LoadChoice,
    /// Which learner.
    pub agent: AgentKind,
    /// What it learns from.
    pub experience: Experience,
    /// Trials in all, those that are given up early included.
    pub trials: u32,
    /// Environment steps of each trial.
    pub timesteps: u64,
    /// Root seed; every trial trains with the same.
    pub seed: u64,
    /// Run directory, made if absent.
    pub out: PathBuf,
}

/// What the run directory remembers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AgentTuneSettings {
    pub(super) schema: String,
    pub(super) request: AgentTuneRequest,
}

impl AgentTuneSettings {
    pub(super) fn of(request: &AgentTuneRequest) -> Result<Self, LabError> {
        let request = AgentTuneRequest { load: request.load.absolute()?, ..request.clone() };
        Ok(Self { schema: SETTINGS_SCHEMA.to_owned(), request })
    }

    pub(super) fn read(run: &RunDirectory) -> Result<Self, LabError> {
        run.read_settings(SETTINGS_SCHEMA, |settings: &Self| &settings.schema, "not a search to resume: ")
    }

    pub(super) fn open_bench(&self, observer: &mut dyn Observer) -> Result<Workbench, LabError> {
        let seed = Seed(self.request.seed);
        Workbench::open(&self.request.load, DefaultScale::PeakReplicas, seed, observer)
    }

    /// Settings of a training with the defaults.
    pub(super) fn training(&self, out: &Path) -> TrainingSettings {
        TrainingSettings::defaults(&TrainRequest {
            load: self.request.load.clone(),
            agent: self.request.agent,
            experience: self.request.experience,
            timesteps: self.request.timesteps,
            episodes: 1,
            seed: self.request.seed,
            out: out.to_owned(),
            early_stop: None,
            hyperparameters: None,
        })
    }

    /// What the settings of the learner are tagged with.
    pub(super) fn learner_kind(&self) -> Value {
        let learner = serde_json::to_value(self.training(Path::new("")).learner).unwrap_or_default();
        learner["agent"].clone()
    }

    /// Everything that the trials depend on but for how many there are, in one hash.
    pub(super) fn identity(&self, bench: &Workbench) -> String {
        let identity = bench.identity();
        let request = &self.request;
        let text = format!(
            "{SETTINGS_SCHEMA} {} {:?} {} {} {} {}",
            request.agent,
            request.experience,
            request.timesteps,
            request.seed,
            identity.scenario_sha256,
            identity.train_sha256
        );
        sha256_hex(text.as_bytes())
    }
}
