use std::path::Path;

use podpilot_autoscalers::{Rival, RivalConfig};
use serde::{Deserialize, Serialize};

use super::settings::TuneSettings;
use crate::LabError;
use crate::result::{LoadSource, TunedSchema};
use crate::workbench::Workbench;

/// A rival's front of cost and bad minutes on the train part: the content of `tuned.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TunedFront {
    /// `podpilot/tuned/v1`.
    pub schema: TunedSchema,
    /// Whose front.
    pub autoscaler: Rival,
    /// Name of the scenario.
    pub scenario: String,
    /// Hash of the scenario without its load.
    pub scenario_sha256: String,
    /// Hash of the rates that were searched on: scale, smoothing and split are in it.
    pub train_sha256: String,
    /// What the load came from.
    pub sources: Vec<LoadSource>,
    /// Where the train part ended, seconds on the recording's axis.
    pub trained_until_s: f64,
    /// Root seed of the search.
    pub seed: u64,
    /// What the search cost.
    pub budget: Budget,
    /// Version of the program.
    pub podpilot_version: String,
    /// Efficient configurations, from well served to cheap.
    pub front: Vec<TunedPoint>,
}

/// How much was searched.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Budget {
    /// Different configurations tried.
    pub configurations: u32,
    /// Simulated days in all.
    pub simulated_days: u64,
    /// Successive halving: how many went how far.
    pub rungs: Vec<RungRecord>,
}

/// One rung of successive halving.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RungRecord {
    /// Configurations that reached it.
    pub configurations: u32,
    /// Train days that each met.
    pub days: u32,
}

/// One configuration and what it did on the train days of the last rung.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TunedPoint {
    /// The configuration.
    pub config: RivalConfig,
    /// Money a day.
    pub cost_per_day: f64,
    /// Share of bad minutes.
    pub slow_minute_ratio: f64,
    /// Share of slow requests.
    pub slow_request_ratio: f64,
}

impl TunedFront {
    pub(super) fn new(
        settings: &TuneSettings,
        bench: &Workbench,
        autoscaler: Rival,
        rungs: Vec<RungRecord>,
        front: Vec<TunedPoint>,
    ) -> Result<Self, LabError> {
        let identity = bench.identity();
        let seed = settings.request.seed;
        Ok(Self {
            schema: TunedSchema,
            autoscaler,
            scenario: bench.scenario().name.clone(),
            scenario_sha256: identity.scenario_sha256,
            train_sha256: identity.train_sha256,
            sources: bench.provenance(seed, Vec::new())?.sources,
            trained_until_s: bench.trained_until().as_seconds(),
            seed,
            budget: Budget {
                configurations: rungs.first().map_or(0, |rung| rung.configurations),
                simulated_days: rungs
                    .iter()
                    .map(|rung| u64::from(rung.configurations) * u64::from(rung.days))
                    .sum(),
                rungs,
            },
            podpilot_version: env!("CARGO_PKG_VERSION").to_owned(),
            front,
        })
    }

    /// Reads a file that `podpilot tune` wrote.
    pub fn read(path: &Path) -> Result<Self, LabError> {
        let bytes =
            std::fs::read(path).map_err(|source| LabError::Unreadable { path: path.to_owned(), source })?;
        serde_json::from_slice(&bytes)
            .map_err(|error| LabError::BadInput(format!("{}: not a tuned front: {error}", path.display())))
    }

    /// Whether a file says that it is one.
    pub(crate) fn is_at(path: &Path) -> bool {
        std::fs::read_to_string(path).is_ok_and(|text| text.contains(TunedSchema::TEXT))
    }

    /// Whether it was searched on exactly the train part of `bench`; an error if on any of its test part.
    pub(crate) fn belongs_to(&self, bench: &Workbench, path: &Path) -> Result<bool, LabError> {
        let identity = bench.identity();
        let same_load = self.sources.iter().any(|own| {
            own.sha256.is_some()
                && bench.sources.iter().any(|other| own.sha256.as_ref() == Some(&other.sha256))
        });
        let until = bench.trained_until().as_seconds();
        if same_load && self.trained_until_s > until {
            return Err(LabError::BadInput(format!(
                "{}: tuned on the first {:.1} h of this load, but the test part begins after {:.1} h; choose a later \
                 --split",
                path.display(),
                self.trained_until_s / 3_600.0,
                until / 3_600.0
            )));
        }
        Ok(self.scenario_sha256 == identity.scenario_sha256 && self.train_sha256 == identity.train_sha256)
    }
}
