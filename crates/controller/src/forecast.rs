use podpilot_core::Span;

use crate::ControllerError;
use crate::encoding::DEMAND_FEATURES;

/// Quantile levels of the demand forecast, in the order of the network's outputs.
pub const FORECAST_LEVELS: [f64; 6] = [0.5, 0.8, 0.9, 0.95, 0.98, 0.995];

/// Time over which demand must be known: what a new pod needs until it serves.
pub fn demand_horizon(startup_p95: Span, decision_period: Span, metric_lag: Span) -> Span {
    startup_p95 + decision_period + metric_lag
}

/// Quantiles of the highest demand over the horizon, ascending.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Forecast {
    /// Requests per second at each of [`FORECAST_LEVELS`].
    pub rates_rps: [f64; FORECAST_LEVELS.len()],
    /// The rate that the network's ratios are relative to, requests per second.
    pub reference_rps: f64,
}

/// The demand-quantile network: [`DEMAND_FEATURES`] in, ln(demand/reference) at each of [`FORECAST_LEVELS`] out.
#[derive(Debug, Clone)]
pub struct QuantileForecaster {}

impl QuantileForecaster {
    /// Wraps a trained network. Errors if its shape does not fit.
    pub fn new(network: podpilot_learning_mlp::Mlp) -> Result<Self, ControllerError> {
        let _ = network;
        unimplemented!()
    }

    /// The forecast from features and reference rate.
    pub fn forecast(&mut self, features: &[f32; DEMAND_FEATURES.len()], reference_rps: f64) -> Forecast {
        let _ = (features, reference_rps);
        unimplemented!()
    }
}

/// Stands for `podpilot_learning` until its network arrives.
pub mod podpilot_learning_mlp {
    /// A network.
    #[derive(Debug, Clone)]
    pub struct Mlp;
}
