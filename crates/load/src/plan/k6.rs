use serde::Serialize;

use super::{LoadOrigin, Plan};

const SCHEMA: &str = "podpilot/k6-stages/v1";

/// A plan as the k6 scripts of `load-test/` replay it (profile `replay`): rates, each held for a while.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct K6Stages {
    /// Name and version of this format.
    pub schema: &'static str,
    /// What load was planned.
    #[serde(flatten)]
    pub origin: LoadOrigin,
    /// What the load's rates were multiplied by.
    pub scale_factor: f64,
    /// Length of all steps together, seconds.
    pub duration_s: f64,
    /// Highest rate of a step, requests per second; k6 needs virtual users for it.
    pub peak_rps: f64,
    /// In order.
    pub steps: Vec<K6Step>,
}

/// A rate that is held.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct K6Step {
    /// How long, seconds.
    pub seconds: f64,
    /// Requests per second.
    pub rps: f64,
}

impl K6Stages {
    /// The mean rates over steps of `step_s` whole seconds; equal neighbours become one step. The number of requests
    /// stays that of the plan.
    pub fn of(plan: &Plan, step_s: usize) -> Self {
        let duration_s = plan.duration().as_seconds();
        let requests: Vec<f64> = plan.rates_by_second().collect();
        let mut steps: Vec<K6Step> = Vec::new();
        for (index, seconds) in requests.chunks(step_s.max(1)).enumerate() {
            let from_s = (index * step_s.max(1)) as f64;
            // The last second may be a part of one.
            let length_s = (duration_s - from_s).min(seconds.len() as f64);
            let rps = seconds.iter().sum::<f64>() / length_s;
            match steps.last_mut() {
                Some(last) if last.rps == rps => last.seconds += length_s,
                _ => steps.push(K6Step { seconds: length_s, rps }),
            }
        }
        let peak_rps = steps.iter().map(|step| step.rps).fold(0.0, f64::max);
        let origin = plan.origin().clone();
        Self { schema: SCHEMA, origin, scale_factor: plan.scale_factor(), duration_s, peak_rps, steps }
    }
}

#[cfg(test)]
mod tests {
    use podpilot_core::Span;
    use podpilot_traffic::LoadSeries;

    use super::*;
    use crate::PlanOptions;

    fn exported(rates: &[f64], options: PlanOptions, step_s: usize) -> K6Stages {
        let series = LoadSeries::new(Span::seconds(10), rates.to_vec()).unwrap();
        K6Stages::of(&Plan::new(&series, options).unwrap(), step_s)
    }

    #[test]
    fn equal_neighbours_become_one_step() {
        let stages = exported(&[2.0, 2.0, 5.0], PlanOptions::default(), 1);
        let expected = [K6Step { seconds: 20.0, rps: 2.0 }, K6Step { seconds: 10.0, rps: 5.0 }];
        assert_eq!((stages.steps.as_slice(), stages.peak_rps, stages.duration_s), (&expected[..], 5.0, 30.0));
    }

    #[test]
    fn no_request_is_lost_however_coarse_the_steps() {
        let options = PlanOptions { duration_s: Some(26.5), ..PlanOptions::default() };
        for step_s in [1, 4, 7, 60] {
            let steps = exported(&[2.0, 3.0, 5.0], options, step_s).steps;
            let requests: f64 = steps.iter().map(|step| step.seconds * step.rps).sum();
            let seconds: f64 = steps.iter().map(|step| step.seconds).sum();
            assert!((requests - 82.5).abs() < 1e-9 && (seconds - 26.5).abs() < 1e-9, "{step_s}: {steps:?}");
        }
    }
}
