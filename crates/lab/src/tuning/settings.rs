use std::path::PathBuf;

use podpilot_autoscalers::Rival;
use podpilot_random::Seed;
use podpilot_traffic::sha256_hex;
use serde::{Deserialize, Serialize};

use crate::LabError;
use crate::request::{LoadChoice, Observer};
use crate::run_directory::RunDirectory;

use crate::workbench::{DefaultScale, Workbench};

/// Marks the settings of a search.
const SETTINGS_SCHEMA: &str = "podpilot/tune-settings/v1";

/// Configurations tried of HPA, and of any other.
const HPA_CONFIGURATIONS: u32 = 1_000;
const OTHER_CONFIGURATIONS: u32 = 200;

/// Search a rival's parameters on the train part.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TuneRequest {
    /// Service and load.
    pub load: LoadChoice,
    /// The rival's name, such as `hpa`.
    pub autoscaler: String,
    /// Configurations to try; `None`: 1 000 for HPA, 200 for the others.
    pub configurations: Option<u32>,
    /// Root seed.
    pub seed: u64,
    /// Run directory, made if absent.
    pub out: PathBuf,
}

/// How many configurations of `rival` are tried unless told otherwise.
pub fn default_configurations(rival: Rival) -> u32 {
    if rival == Rival::Hpa { HPA_CONFIGURATIONS } else { OTHER_CONFIGURATIONS }
}

/// What the run directory remembers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TuneSettings {
    pub(super) schema: String,
    pub(super) request: TuneRequest,
}

impl TuneSettings {
    pub(super) fn of(request: &TuneRequest) -> Result<Self, LabError> {
        let rival: Rival = request.autoscaler.parse().map_err(LabError::bad_input)?;
        let request = TuneRequest { load: request.load.absolute()?, ..request.clone() };
        let settings = Self { schema: SETTINGS_SCHEMA.to_owned(), request };
        let configurations = settings.configurations(rival);
        if configurations < 2 {
            return Err(LabError::BadInput(format!("--configurations {configurations}: must be at least 2")));
        }
        Ok(settings)
    }

    pub(super) fn read(run: &RunDirectory) -> Result<Self, LabError> {
        run.read_settings(SETTINGS_SCHEMA, |settings: &Self| &settings.schema, "not a search to resume: ")
    }

    pub(super) fn configurations(&self, rival: Rival) -> usize {
        self.request.configurations.unwrap_or(default_configurations(rival)) as usize
    }

    pub(super) fn open_bench(&self, observer: &mut dyn Observer) -> Result<Workbench, LabError> {
        let seed = Seed(self.request.seed);
        Workbench::open(&self.request.load, DefaultScale::PeakReplicas, seed, observer)
    }

    /// Everything that the trials depend on, in one hash.
    pub(super) fn identity(&self, bench: &Workbench) -> String {
        let identity = bench.identity();
        let budget = self.request.configurations;
        let text = format!(
            "{SETTINGS_SCHEMA} {} {budget:?} {} {} {}",
            self.request.autoscaler, self.request.seed, identity.scenario_sha256, identity.train_sha256
        );
        sha256_hex(text.as_bytes())
    }
}
