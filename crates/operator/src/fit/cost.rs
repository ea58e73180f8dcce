/// The load and the CPU of a workload over one stretch of time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LoadPoint {
    /// Requests per second.
    pub rate_rps: f64,
    /// CPU that all pods used, cores.
    pub cpu_cores: f64,
}

/// CPU = idle + cost × rate, by least squares.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CostFit {
    /// CPU time of one request, milliseconds.
    pub cpu_ms_per_request: f64,
    /// CPU without requests, cores.
    pub idle_cores: f64,
    /// Share of the variance of CPU that the line explains, 0-1.
    pub r_squared: f64,
    /// Standard error of the cost over the cost.
    pub relative_error: f64,
    /// Points used.
    pub points: usize,
}

/// Why no cost can be told from the history.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum FitError {
    /// Not enough history.
    #[error("{found} usable points of history, at least {FEWEST_POINTS} are needed")]
    TooFewPoints {
        /// How many there are.
        found: usize,
    },
    /// The load hardly changed.
    #[error("the load varied by {} % of its mean only, at least {} % are needed to tell requests from idling",
        (100.0 * .variation).round(), 100.0 * LEAST_VARIATION)]
    TooLittleVariation {
        /// Standard deviation over mean.
        variation: f64,
    },
    /// CPU does not follow the load.
    #[error(
        "CPU does not follow the request rate (R² = {r_squared:.2}, at least {LEAST_R_SQUARED} is needed)"
    )]
    PoorFit {
        /// Share of variance explained.
        r_squared: f64,
    },
}

const FEWEST_POINTS: usize = 20;
const LEAST_VARIATION: f64 = 0.1;
const LEAST_R_SQUARED: f64 = 0.5;

/// Fits the cost of a request. Points should not overlap in time, so that their errors are independent.
pub fn fit_cost(points: &[LoadPoint]) -> Result<CostFit, FitError> {
    let usable: Vec<LoadPoint> = points.iter().copied().filter(is_usable).collect();
    let found = usable.len();
    if found < FEWEST_POINTS {
        return Err(FitError::TooFewPoints { found });
    }
    let count = found as f64;
    let mean_rate = usable.iter().map(|point| point.rate_rps).sum::<f64>() / count;
    let mean_cpu = usable.iter().map(|point| point.cpu_cores).sum::<f64>() / count;
    let rate_squares: f64 = usable.iter().map(|point| square(point.rate_rps - mean_rate)).sum();
    let cpu_squares: f64 = usable.iter().map(|point| square(point.cpu_cores - mean_cpu)).sum();
    let products: f64 =
        usable.iter().map(|point| (point.rate_rps - mean_rate) * (point.cpu_cores - mean_cpu)).sum();
    let variation = if mean_rate > 0.0 { (rate_squares / count).sqrt() / mean_rate } else { 0.0 };
    if variation < LEAST_VARIATION {
        return Err(FitError::TooLittleVariation { variation });
    }
    let slope = products / rate_squares;
    let r_squared = if cpu_squares > 0.0 { square(products) / (rate_squares * cpu_squares) } else { 0.0 };
    if slope <= 0.0 || r_squared < LEAST_R_SQUARED {
        return Err(FitError::PoorFit { r_squared: if slope > 0.0 { r_squared } else { 0.0 } });
    }
    let left_over = cpu_squares * (1.0 - r_squared);
    let standard_error = (left_over / (count - 2.0) / rate_squares).max(0.0).sqrt();
    Ok(CostFit {
        cpu_ms_per_request: slope * 1e3,
        idle_cores: mean_cpu - slope * mean_rate,
        r_squared,
        relative_error: standard_error / slope,
        points: found,
    })
}

fn is_usable(point: &LoadPoint) -> bool {
    let usable = |value: f64| value.is_finite() && value >= 0.0;
    usable(point.rate_rps) && usable(point.cpu_cores)
}

fn square(value: f64) -> f64 {
    value * value
}

#[cfg(test)]
mod tests {
    use super::*;

    fn points(count: usize, cost_ms: f64, idle: f64, noise: f64) -> Vec<LoadPoint> {
        let point = |index: usize| {
            let rate_rps = 20.0 + 5.0 * (index % 10) as f64;
            // A fixed pattern without correlation to the rate's.
            let error = if (index / 10).is_multiple_of(2) { noise } else { -noise };
            LoadPoint { rate_rps, cpu_cores: idle + rate_rps * cost_ms * 1e-3 + error }
        };
        (0..count).map(point).collect()
    }

    #[test]
    fn an_exact_line_is_found_exactly() {
        let fit = fit_cost(&points(40, 3.7, 0.02, 0.0)).expect("enough");
        assert!((fit.cpu_ms_per_request - 3.7).abs() < 1e-9);
        assert!((fit.idle_cores - 0.02).abs() < 1e-9);
        assert!(fit.r_squared > 0.999_999 && fit.relative_error < 1e-6);
    }

    #[test]
    fn the_standard_error_is_that_of_least_squares() {
        // Residuals of ±0.01 over 40 points; Σ(x−x̄)² = 40 · 25 · 8.25; s² = 40·1e-4/38.
        let fit = fit_cost(&points(40, 3.7, 0.02, 0.01)).expect("enough");
        let expected = (40.0_f64 * 1e-4 / 38.0 / (40.0 * 25.0 * 8.25)).sqrt() / 3.7e-3;
        assert!((fit.relative_error - expected).abs() < 1e-9, "{} {expected}", fit.relative_error);
    }

    #[test]
    fn too_little_is_said_and_not_guessed() {
        assert_eq!(fit_cost(&points(19, 3.7, 0.0, 0.0)), Err(FitError::TooFewPoints { found: 19 }));
        let flat = vec![LoadPoint { rate_rps: 50.0, cpu_cores: 0.2 }; 40];
        assert!(matches!(fit_cost(&flat), Err(FitError::TooLittleVariation { .. })));
        let idle = vec![LoadPoint { rate_rps: 0.0, cpu_cores: 0.2 }; 40];
        assert!(matches!(fit_cost(&idle), Err(FitError::TooLittleVariation { .. })));
        assert!(matches!(fit_cost(&points(40, 3.7, 1.0, 0.5)), Err(FitError::PoorFit { .. })));
        let falling: Vec<LoadPoint> = points(40, 1.0, 0.0, 0.0)
            .into_iter()
            .map(|point| LoadPoint { cpu_cores: 1.0 - point.cpu_cores, ..point })
            .collect();
        assert_eq!(fit_cost(&falling), Err(FitError::PoorFit { r_squared: 0.0 }));
    }

    #[test]
    fn what_is_no_number_is_left_out() {
        let mut spoilt = points(40, 3.7, 0.02, 0.0);
        spoilt.push(LoadPoint { rate_rps: f64::NAN, cpu_cores: 1.0 });
        spoilt.push(LoadPoint { rate_rps: 5.0, cpu_cores: -1.0 });
        assert_eq!(fit_cost(&spoilt).map(|fit| fit.points), Ok(40));
    }
}
