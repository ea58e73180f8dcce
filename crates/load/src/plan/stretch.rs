use podpilot_core::Span;
use podpilot_traffic::LoadSeries;

use super::{PlanError, PlanOptions, Scale, Step};

/// The steps between start and end on the clock of the run, not scaled yet.
pub(super) fn steps_played(series: &LoadSeries, options: &PlanOptions) -> Result<Vec<Step>, PlanError> {
    let length_s = series.duration().as_seconds();
    let left_s = length_s - options.start_s;
    if left_s <= 0.0 {
        let expected = format!("less than the {length_s} s that the load is long");
        return Err(PlanError::Option { option: "--start-s", value: options.start_s, expected });
    }
    let longest_s = left_s / options.speed_up;
    let duration_s = options.duration_s.unwrap_or(longest_s);
    // A nanosecond of slack for what division rounds.
    if duration_s > longest_s + 1e-9 {
        let expected = format!("at most {longest_s} s, where the load ends (at this start and speed-up)");
        return Err(PlanError::Option { option: "--duration-s", value: duration_s, expected });
    }
    let step_s = series.step().as_seconds();
    let on_run_clock = |load_s: f64| {
        Span::from_seconds(((load_s - options.start_s) / options.speed_up).clamp(0.0, duration_s))
    };
    let played = |(index, rate_rps): (usize, &f64)| Step {
        from: on_run_clock(index as f64 * step_s),
        to: on_run_clock((index + 1) as f64 * step_s),
        rate_rps: *rate_rps,
    };
    Ok(series.rates_rps().iter().enumerate().map(played).filter(|step| step.from < step.to).collect())
}

/// What the rates of the steps are multiplied by.
pub(super) fn scale_factor(steps: &[Step], duration: Span, scale: Scale) -> Result<f64, PlanError> {
    let ratio = |wanted: f64, present: f64| {
        if present > 0.0 { Ok(wanted / present) } else { Err(PlanError::Idle) }
    };
    match scale {
        Scale::Factor(factor) => Ok(factor),
        Scale::PeakRps(rps) => ratio(rps, steps.iter().map(|step| step.rate_rps).fold(0.0, f64::max)),
        Scale::MeanRps(rps) => ratio(rps, mean_rps(steps, duration)),
    }
}

/// Mean rate over steps of `duration` in all.
pub(super) fn mean_rps(steps: &[Step], duration: Span) -> f64 {
    let requests: f64 = steps.iter().map(|step| step.rate_rps * (step.to - step.from).as_seconds()).sum();
    requests / duration.as_seconds()
}
