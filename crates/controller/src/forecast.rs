use podpilot_core::Span;
use podpilot_learning::QuantileNet;

use crate::encoding::DEMAND_FEATURES;
use crate::{ControllerError, FrozenInputs};

/// Quantile levels of the demand forecast, in the order of the network's outputs.
pub const FORECAST_LEVELS: [f64; 6] = [0.5, 0.8, 0.9, 0.95, 0.98, 0.995];

/// Demand is never forecast as more than e⁵ = 148 times the reference or less than one 148th.
const LARGEST_LOG_RATIO: f64 = 5.0;

/// Time over which demand must be known: what passes until a pod asked for now serves, until the next decision can
/// ask for more, and what the metrics are late.
pub fn demand_horizon(startup_p95: Span, decision_period: Span, metric_lag: Span) -> Span {
    startup_p95 + decision_period + metric_lag
}

pub(crate) fn clamp_log_ratio(log_ratio: f64) -> f64 {
    log_ratio.clamp(-LARGEST_LOG_RATIO, LARGEST_LOG_RATIO)
}

/// Quantiles of the highest demand over the horizon.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Forecast {
    /// ln(demand/reference) at each of [`FORECAST_LEVELS`], ascending.
    pub log_ratios: [f32; FORECAST_LEVELS.len()],
    /// The rate that the ratios are relative to, requests per second.
    pub reference_rps: f64,
}

impl Forecast {
    /// Before anything was seen.
    pub(crate) const NONE: Self = Self { log_ratios: [0.0; FORECAST_LEVELS.len()], reference_rps: 0.0 };

    /// Demand at the quantile level with this index in [`FORECAST_LEVELS`], requests per second.
    pub fn rate_rps(&self, level_index: usize) -> f64 {
        self.reference_rps * libm::exp(f64::from(self.log_ratios[level_index]))
    }
}

/// Index of a quantile level in [`FORECAST_LEVELS`].
pub(crate) fn level_index(level: f64) -> Result<usize, ControllerError> {
    FORECAST_LEVELS.iter().position(|known| *known == level).ok_or_else(|| ControllerError::Setting {
        field: "level",
        value: level.to_string(),
        expected: "one of 0.5, 0.8, 0.9, 0.95, 0.98, 0.995",
    })
}

/// The demand-quantile network: [`DEMAND_FEATURES`] in, ln(demand/reference) at each of [`FORECAST_LEVELS`] out.
#[derive(Debug, Clone)]
pub struct QuantileForecaster {
    network: QuantileNet,
    frozen: FrozenInputs,
    horizon: Span,
}

impl QuantileForecaster {
    /// Wraps a trained network. `frozen` are the inputs that did not vary in its training; `horizon` is how far ahead
    /// its labels looked. Errors if the network's shape or quantiles do not fit.
    pub fn new(network: QuantileNet, frozen: FrozenInputs, horizon: Span) -> Result<Self, ControllerError> {
        let shape = network.network().shape();
        check_shape("the demand forecaster", "inputs", shape.inputs, DEMAND_FEATURES.len())?;
        check_shape("the demand forecaster", "outputs", shape.outputs, FORECAST_LEVELS.len())?;
        if network.quantiles() != FORECAST_LEVELS {
            return Err(ControllerError::Setting {
                field: "forecaster.quantiles",
                value: format!("{:?}", network.quantiles()),
                expected: "0.5, 0.8, 0.9, 0.95, 0.98, 0.995",
            });
        }
        if !frozen.fits(DEMAND_FEATURES.len()) {
            return Err(ControllerError::Setting {
                field: "forecaster.frozen_inputs",
                value: format!("{:?}", frozen.columns()),
                expected: "finite values of demand features",
            });
        }
        Ok(Self { network, frozen, horizon })
    }

    /// How far ahead the forecast looks.
    pub fn horizon(&self) -> Span {
        self.horizon
    }

    /// The network.
    pub fn network(&self) -> &QuantileNet {
        &self.network
    }

    /// Inputs that keep their training value.
    pub fn frozen(&self) -> &FrozenInputs {
        &self.frozen
    }

    /// The forecast from features and reference rate; `None` if the network answers with something that is not a
    /// number.
    pub fn forecast(
        &mut self,
        features: &[f32; DEMAND_FEATURES.len()],
        reference_rps: f64,
    ) -> Option<Forecast> {
        let mut input = *features;
        self.frozen.apply(&mut input);
        let mut forecast = Forecast { reference_rps, ..Forecast::NONE };
        for (log_ratio, output) in forecast.log_ratios.iter_mut().zip(self.network.predict(&input)) {
            if !output.is_finite() {
                return None;
            }
            *log_ratio = clamp_log_ratio(f64::from(*output)) as f32;
        }
        Some(forecast)
    }
}

pub(crate) fn check_shape(
    network: &'static str,
    side: &'static str,
    found: usize,
    expected: usize,
) -> Result<(), ControllerError> {
    if found == expected { Ok(()) } else { Err(ControllerError::Shape { network, side, found, expected }) }
}
