//! Small worlds to test in.

use std::path::Path;
use std::sync::{Arc, OnceLock};

use podpilot_core::Span;
use podpilot_random::Seed;
use podpilot_simulator::{FaultSchedule, Fidelity, PreparedScenario, Scenario, Simulation};
use podpilot_traffic::LoadSeries;

/// A scenario from the repository's folder of scenarios.
pub(crate) fn scenario(name: &str) -> Scenario {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scenarios").join(format!("{name}.yaml"));
    let text = std::fs::read_to_string(&path).unwrap();
    serde_saphyr::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The default scenario, prepared once.
pub(crate) fn default_prepared() -> &'static Arc<PreparedScenario> {
    static PREPARED: OnceLock<Arc<PreparedScenario>> = OnceLock::new();
    PREPARED.get_or_init(|| PreparedScenario::new(&scenario("default")).unwrap())
}

/// The default scenario with changes.
pub(crate) fn prepared_with(change: impl FnOnce(&mut Scenario)) -> Arc<PreparedScenario> {
    let mut scenario = scenario("default");
    change(&mut scenario);
    PreparedScenario::new(&scenario).unwrap()
}

/// One rate for ever.
pub(crate) fn constant(rate_rps: f64) -> Arc<LoadSeries> {
    Arc::new(LoadSeries::new(Span::minutes(10), vec![rate_rps]).unwrap())
}

/// Rates that last a minute each.
pub(crate) fn minutes(rates_rps: &[f64]) -> Arc<LoadSeries> {
    Arc::new(LoadSeries::new(Span::minutes(1), rates_rps.to_vec()).unwrap())
}

pub(crate) fn fast(prepared: &Arc<PreparedScenario>, load: Arc<LoadSeries>) -> Simulation {
    Simulation::of(prepared, Fidelity::Fast, load, Seed(7))
}

/// Once, `at_s` seconds after the start.
pub(crate) fn once(at_s: f64, for_s: f64) -> FaultSchedule {
    FaultSchedule { at_s: Some(at_s), per_day: None, for_s }
}
