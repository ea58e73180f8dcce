use anyhow::Result;
use podpilot_core::Span;
use podpilot_traffic::LoadSeries;

/// Corners of the load: minute of a run of twenty minutes, and rate as a share of the peak. Straight lines between
/// them; two corners at one minute are a step.
const CORNERS: [(f64, f64); 14] = [
    // Quiet, then a ramp of six minutes.
    (0.0, 0.10),
    (2.0, 0.10),
    (8.0, 0.65),
    (9.5, 0.65),
    // Down, and a step up that stays for three minutes.
    (9.5, 0.20),
    (12.0, 0.20),
    (12.0, 0.80),
    (15.0, 0.80),
    // A burst of one minute out of a quiet stretch, and quiet to the end.
    (15.0, 0.25),
    (17.0, 0.25),
    (17.0, 1.00),
    (18.0, 1.00),
    (18.0, 0.15),
    (20.0, 0.15),
];
const STEP_S: f64 = 5.0;

/// Ramp, step and burst over `minutes`, with the highest rate `peak_rps`, held over steps of five seconds.
pub(crate) fn ramp_step_burst(minutes: f64, peak_rps: f64) -> Result<LoadSeries> {
    let (_, (end_minute, _)) = (CORNERS[0], CORNERS[CORNERS.len() - 1]);
    let steps = (minutes * 60.0 / STEP_S).round().max(1.0) as usize;
    let rates = (0..steps).map(|index| {
        let share_of_run = (index as f64 + 0.5) / steps as f64;
        peak_rps * level_at(share_of_run * end_minute)
    });
    Ok(LoadSeries::new(Span::from_seconds(STEP_S), rates.collect())?)
}

fn level_at(minute: f64) -> f64 {
    let after = CORNERS.iter().position(|(at, _)| *at > minute).unwrap_or(CORNERS.len() - 1).max(1);
    let ((from, low), (to, high)) = (CORNERS[after - 1], CORNERS[after]);
    low + (high - low) * (minute - from) / (to - from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_profile_ramps_steps_and_bursts_whatever_its_length() {
        for minutes in [3.0, 15.0, 20.0] {
            let load = ramp_step_burst(minutes, 200.0).unwrap();
            let at = |minute: f64| load.rate_at(Span::from_seconds(minute * 60.0 * minutes / 20.0));
            assert_eq!(load.duration(), Span::from_seconds(60.0 * minutes));
            assert_eq!(at(1.0), 20.0);
            assert!((at(5.0) - 75.0).abs() < 8.0, "half-way up the ramp: {}", at(5.0));
            assert_eq!((at(11.0), at(13.0), at(16.0), at(17.5), at(19.0)), (40.0, 160.0, 50.0, 200.0, 30.0));
            assert_eq!(load.rates_rps().iter().copied().fold(0.0, f64::max), 200.0);
        }
    }
}
