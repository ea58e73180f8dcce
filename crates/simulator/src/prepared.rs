use std::sync::Arc;

use podpilot_service_model::LatencyTables;

use crate::{Scenario, ScenarioError};

/// A scenario with what is computed from it once: the latency tables (some tenths of a second). Shared by all
/// simulations of the scenario.
#[derive(Debug)]
pub struct PreparedScenario {
    scenario: Scenario,
    tables: LatencyTables,
}

impl PreparedScenario {
    /// Validates the scenario and builds its tables.
    pub fn new(scenario: &Scenario) -> Result<Arc<Self>, ScenarioError> {
        scenario.validate()?;
        let tables = LatencyTables::build(
            &scenario.service,
            &scenario.pod,
            scenario.objective.latency.threshold_ms * 1e-3,
            scenario.cluster.max_replicas,
        );
        Ok(Arc::new(Self { scenario: scenario.clone(), tables }))
    }

    /// The scenario.
    pub fn scenario(&self) -> &Scenario {
        &self.scenario
    }

    /// The latency tables of its service and pod.
    pub fn tables(&self) -> &LatencyTables {
        &self.tables
    }

    /// The rate that keeps one pod busy all the time, requests per second.
    pub fn capacity_rps_per_pod(&self) -> f64 {
        self.tables.for_pods(1).capacity_rps()
    }
}
