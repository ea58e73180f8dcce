use podpilot_core::{RequestTotals, Sample};

/// Settings of the online trim of headroom.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TrimSettings {
    /// Added after a bad minute (a share of the base policy's pods).
    pub step_up: f64,
    /// Share of bad minutes at which the trim is in balance.
    pub set_point: f64,
    /// Lowest trim.
    pub min: f64,
    /// Highest trim.
    pub max: f64,
}

/// Headroom learned from observed bad minutes.
#[derive(Debug, Clone, PartialEq)]
pub struct Trim {}

impl Trim {
    /// A trim at zero.
    pub fn new(settings: TrimSettings, quantile: f64) -> Self {
        let _ = (settings, quantile);
        unimplemented!()
    }

    /// Headroom now: pods are multiplied by 1 + this.
    pub fn value(&self) -> f64 {
        unimplemented!()
    }

    /// Sets the headroom, for rollouts that start at a drawn trim.
    pub fn set_value(&mut self, value: f64) {
        let _ = value;
        unimplemented!()
    }

    /// Takes the newest counters. `saturated`: more pods cannot be had, so that bad minutes teach nothing.
    pub fn observe(&mut self, totals: &Sample<RequestTotals>, saturated: bool) {
        let _ = (totals, saturated);
        unimplemented!()
    }
}
