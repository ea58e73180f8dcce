//! Hashes that tell whether two benches are the same.

use podpilot_simulator::Scenario;
use podpilot_traffic::{LoadSeries, sha256_hex};

use super::Workbench;

/// What a bench is, in hashes. Where its files lie is not part of it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::struct_field_names, reason = "which hash a field is must stand in its name")]
pub(crate) struct Identity {
    /// Of the scenario without its load, with the kind of arrivals.
    pub(crate) scenario_sha256: String,
    /// Of the rates that train.
    pub(crate) train_sha256: String,
    /// Of the rates that test.
    pub(crate) test_sha256: String,
}

impl Workbench {
    /// Its hashes.
    pub(crate) fn identity(&self) -> Identity {
        Identity {
            scenario_sha256: scenario_sha256(self.scenario()),
            train_sha256: load_sha256(&self.train),
            test_sha256: load_sha256(&self.test),
        }
    }
}

/// Of a scenario without its load, with the kind of arrivals.
pub(crate) fn scenario_sha256(scenario: &Scenario) -> String {
    // A scenario always serialises; were it not to, the text still tells scenarios apart.
    let mut value = serde_json::to_value(scenario).unwrap_or_else(|_| format!("{scenario:?}").into());
    if let Some(fields) = value.as_object_mut() {
        fields.insert("load".to_owned(), format!("{:?}", scenario.load.arrivals()).into());
    }
    sha256_hex(value.to_string().as_bytes())
}

/// Of a load: its rates, their grid and their place on the recording's axis.
pub(crate) fn load_sha256(load: &LoadSeries) -> String {
    let mut bytes = format!("{:?} {:?} ", load.step(), load.recorded_range()).into_bytes();
    bytes.extend(load.rates_rps().iter().flat_map(|rate| rate.to_bits().to_le_bytes()));
    sha256_hex(&bytes)
}
