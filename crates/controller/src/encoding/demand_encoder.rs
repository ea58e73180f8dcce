use podpilot_core::{Sample, Timestamp};

use super::DEMAND_FEATURES;

/// Turns samples of the request rate into the demand features. Causal: a feature depends on samples seen so far
/// only. Scale-free: multiplying every rate by a constant changes no feature. A missing sample is never zero.
///
/// Fixed size; cloning allocates nothing.
#[derive(Debug, Clone)]
pub struct DemandEncoder {}

impl Default for DemandEncoder {
    fn default() -> Self {
        Self::new()
    }
}

impl DemandEncoder {
    /// An encoder that has seen nothing.
    pub fn new() -> Self {
        Self {}
    }

    /// Takes the newest sample of the request rate, if there is one. Repeated, older, negative and non-finite
    /// samples are ignored.
    pub fn observe(&mut self, now: Timestamp, rate_rps: Option<&Sample<f64>>) {
        let _ = (now, rate_rps);
        unimplemented!()
    }

    /// The features in the order of [`DEMAND_FEATURES`]; all zero before the first sample.
    pub fn features(&self, now: Timestamp) -> [f32; DEMAND_FEATURES.len()] {
        let _ = now;
        unimplemented!()
    }

    /// The rate that labels and forecasts are relative to, requests per second: the level plus a small share of the
    /// day's peak, so that an idle service has a finite ratio. Zero before the first request.
    pub fn reference_rps(&self) -> f64 {
        unimplemented!()
    }
}
