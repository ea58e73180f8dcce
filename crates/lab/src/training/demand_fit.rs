//! The demand quantiles: features as the controller's encoder makes them in simulation, labels from the load that
//! followed, pinball loss.

use std::sync::Arc;

use podpilot_controller::{
    DEMAND_FEATURES, DemandEncoder, DemandTargets, FORECAST_LEVELS, FrozenInputs, QuantileForecaster,
    demand_horizon,
};
use podpilot_core::{Signal, SignalSet, Span};
use podpilot_learning::{Activation, QuantileRegression};
use podpilot_random::Seed;
use podpilot_simulator::{Fidelity, Scenario, Simulation};

use crate::LabError;
use crate::workbench::{DECISION_PERIOD, Workbench};

/// The newest part of a long recording is enough, and the most like what comes.
const MOST_TRAINING_TIME: Span = Span::minutes(14 * 24 * 60);

/// The same load with fresh arrival noise, so that the network cannot learn the noise by heart.
const NOISE_REALISATIONS: u64 = 3;

/// Bursts shorter than this are absorbed by queues.
const DEMAND_AVERAGED_OVER: Span = Span::seconds(15);

/// Fits the demand-quantile network to the train part.
pub(super) fn fit_demand_quantiles(bench: &Workbench, seed: Seed) -> Result<QuantileForecaster, LabError> {
    let horizon = horizon(bench.scenario());
    let (features, labels) = examples(bench, horizon, seed)?;
    let frozen = FrozenInputs::find(&features, DEMAND_FEATURES.len());
    let settings = QuantileRegression {
        quantiles: FORECAST_LEVELS.to_vec(),
        hidden: vec![32, 32],
        activation: Activation::Tanh,
        epochs: 2,
        batch_size: 64,
        learning_rate: 2e-3,
        normalize_inputs: true,
    };
    let network = settings
        .fit(&features, &labels, seed.named("demand network"))
        .map_err(|error| LabError::Failed(format!("fitting the demand quantiles: {error}")))?;
    QuantileForecaster::new(network, frozen, horizon).map_err(|error| LabError::Failed(error.to_string()))
}

fn horizon(scenario: &Scenario) -> Span {
    let startup_p95 = Span::from_seconds(scenario.pod.startup_s.p95);
    let prometheus = &scenario.metrics.prometheus;
    let metric_lag = Span::from_seconds(prometheus.scrape_s + prometheus.window_s / 2.0);
    demand_horizon(startup_p95, DECISION_PERIOD, metric_lag)
}

fn examples(bench: &Workbench, horizon: Span, seed: Seed) -> Result<(Vec<f32>, Vec<f32>), LabError> {
    let load = Arc::clone(&bench.train);
    let step = load.step();
    let seams: Vec<usize> = load.discontinuities().map(|seam| (seam / step) as usize).collect();
    let targets = DemandTargets::new(load.rates_rps(), step, &seams, horizon, DEMAND_AVERAGED_OVER);
    let from = Span((load.duration() - MOST_TRAINING_TIME).0.max(0) / step.0 * step.0);
    let mut features = Vec::new();
    let mut labels = Vec::new();
    let mut simulation = Simulation::of(&bench.prepared, Fidelity::Fast, Arc::clone(&load), seed);
    simulation.watch(SignalSet::EMPTY.with(Signal::RequestRate));
    for realisation in 0..NOISE_REALISATIONS {
        simulation.reset(Arc::clone(&load), from, seed.named("demand noise").indexed(realisation));
        let mut encoder = DemandEncoder::new();
        let mut offset = from;
        while offset < load.duration() {
            let observation = simulation.observe();
            encoder.observe(observation.now, observation.service.request_rate_rps.as_ref());
            let (row, reference_rps) = encoder.encode(observation.now);
            if let Some(label) = targets.label(offset, reference_rps) {
                features.extend_from_slice(&row);
                labels.push(label);
            }
            simulation.advance(DECISION_PERIOD);
            offset += DECISION_PERIOD;
        }
    }
    if labels.is_empty() {
        return Err(LabError::BadInput(format!(
            "the train part of the load lasts {}, too short to learn from: it must exceed {horizon}",
            load.duration()
        )));
    }
    Ok((features, labels))
}
