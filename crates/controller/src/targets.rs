use podpilot_core::Span;

/// Labels for the demand quantiles: the highest demand over the horizon after an instant, in units of the encoder's
/// reference rate.
#[derive(Debug, Clone)]
pub struct DemandTargets {}

impl DemandTargets {
    /// Prepares labels over a uniform grid of rates held constant within a `step`. The highest mean over
    /// `averaging` (at least one step) counts, so that the noise of single seconds does not. `seams` are grid
    /// indices where recordings were joined: no label looks over one.
    pub fn new(rates_rps: &[f64], step: Span, seams: &[usize], horizon: Span, averaging: Span) -> Self {
        let _ = (rates_rps, step, seams, horizon, averaging);
        unimplemented!()
    }

    /// Highest demand in (`at`, `at` + horizon], requests per second; `None` if the recording ends or is joined
    /// before that. `at` counts from the start of the grid.
    pub fn demand_rps(&self, at: Span) -> Option<f64> {
        let _ = at;
        unimplemented!()
    }

    /// The label ln(demand/reference) for features taken at `at`; `None` too if the reference is zero.
    pub fn label(&self, at: Span, reference_rps: f64) -> Option<f32> {
        let _ = (at, reference_rps);
        unimplemented!()
    }
}
