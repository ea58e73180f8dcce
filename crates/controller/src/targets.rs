use podpilot_core::Span;

use crate::forecast::clamp_log_ratio;

/// Span over which demand is averaged before its highest value is taken: shorter excesses are carried by queues.
pub const DEMAND_AVERAGING: Span = Span::seconds(15);

/// Labels for the demand quantiles: the highest demand over the horizon after an instant, in units of the encoder's
/// reference rate.
#[derive(Debug, Clone)]
pub struct DemandTargets {
    /// Sum of the cells before each index.
    cumulative: Vec<f64>,
    step: Span,
    seams: Vec<usize>,
    horizon: Span,
    averaged_cells: usize,
}

impl DemandTargets {
    /// Prepares labels over a uniform grid of rates (requests per second), each held for one `step`. The highest mean
    /// over `averaging` (at least one step; usually [`DEMAND_AVERAGING`]) counts, so that the noise of single seconds does not. `seams` are
    /// ascending grid indices where a recording was joined to the one before: no label looks over one.
    pub fn new(rates_rps: &[f64], step: Span, seams: &[usize], horizon: Span, averaging: Span) -> Self {
        let sums = rates_rps.iter().scan(0.0, |sum, rate| {
            *sum += rate;
            Some(*sum)
        });
        Self {
            cumulative: core::iter::once(0.0).chain(sums).collect(),
            step,
            seams: seams.iter().copied().filter(|seam| *seam > 0).collect(),
            horizon,
            averaged_cells: (averaging / step).max(1) as usize,
        }
    }

    /// Highest demand in (`at`, `at` + horizon], requests per second; `None` if the recording ends or is joined
    /// before that. `at` counts from the start of the grid and is not negative.
    pub fn demand_rps(&self, at: Span) -> Option<f64> {
        let first = (at / self.step) as usize;
        let last = (Span(at.0 + self.horizon.0 + self.step.0 - 1) / self.step) as usize;
        let starts_on_the_grid = at.0 % self.step.0 == 0;
        let first_unseen = if starts_on_the_grid { first } else { first + 1 };
        if last >= self.cumulative.len() || self.has_seam(first_unseen, last) {
            return None;
        }
        let cells = self.averaged_cells.min(last - first).max(1);
        let means = (first..=last - cells)
            .map(|from| (self.cumulative[from + cells] - self.cumulative[from]) / cells as f64);
        Some(means.fold(0.0, f64::max))
    }

    /// The label for features taken at `at`: ln(demand/reference), limited to ±5 as forecasts are. `None` also if the
    /// reference is zero: nothing was seen yet to be relative to.
    pub fn label(&self, at: Span, reference_rps: f64) -> Option<f32> {
        let demand = self.demand_rps(at)?;
        (reference_rps > 0.0).then(|| clamp_log_ratio(libm::log(demand / reference_rps)) as f32)
    }

    fn has_seam(&self, from: usize, to: usize) -> bool {
        let next = self.seams.partition_point(|seam| *seam < from);
        self.seams.get(next).is_some_and(|seam| *seam < to)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Span = Span::seconds(1);

    fn ramp(cells: usize) -> Vec<f64> {
        (0..cells).map(|i| i as f64).collect()
    }

    #[test]
    fn the_highest_mean_over_the_horizon_counts() {
        let targets = DemandTargets::new(&ramp(100), SECOND, &[], Span::seconds(10), SECOND);
        // The ten cells after 20 s are 20 to 29.
        assert_eq!(targets.demand_rps(Span::seconds(20)), Some(29.0));
        let averaged = DemandTargets::new(&ramp(100), SECOND, &[], Span::seconds(10), Span::seconds(4));
        assert_eq!(averaged.demand_rps(Span::seconds(20)), Some(f64::from(26 + 27 + 28 + 29) / 4.0));
        assert_eq!(averaged.demand_rps(Span::seconds(90)), Some(f64::from(96 + 97 + 98 + 99) / 4.0));
        assert_eq!(averaged.demand_rps(Span::seconds(91)), None, "the recording ends");
    }

    #[test]
    fn rows_longer_than_the_horizon_are_held() {
        let targets = DemandTargets::new(&[5.0, 9.0, 2.0], Span::minutes(1), &[], Span::seconds(30), SECOND);
        assert_eq!(targets.demand_rps(Span::seconds(10)), Some(5.0));
        assert_eq!(targets.demand_rps(Span::seconds(30)), Some(5.0));
        assert_eq!(targets.demand_rps(Span::seconds(31)), Some(9.0));
        assert_eq!(targets.demand_rps(Span::seconds(150)), Some(2.0));
        assert_eq!(targets.demand_rps(Span::seconds(151)), None);
    }

    #[test]
    fn no_label_looks_over_a_seam() {
        let targets = DemandTargets::new(&ramp(100), SECOND, &[0, 50], Span::seconds(10), SECOND);
        assert_eq!(targets.demand_rps(Span::seconds(40)), Some(49.0));
        for at in 41..=50 {
            assert_eq!(targets.demand_rps(Span::seconds(at)), None, "{at} s");
        }
        assert_eq!(targets.demand_rps(Span::milliseconds(50_500)), Some(60.0));
        assert_eq!(targets.demand_rps(Span::ZERO), Some(9.0), "a recording's start is no seam");
    }

    #[test]
    fn labels_are_logarithms_of_the_ratio() {
        let targets = DemandTargets::new(&[0.0, 80.0, 0.0], SECOND, &[], SECOND, SECOND);
        assert_eq!(targets.label(SECOND, 40.0), Some(libm::log(2.0) as f32));
        assert_eq!(targets.label(Span::ZERO, 40.0), Some(-5.0), "no demand at all");
        assert_eq!(targets.label(SECOND, 0.0), None);
    }
}
