//! The CPU share at which P95 reaches the objective: where service breaks.

/// The P95 of the objective, milliseconds.
pub(crate) const OBJECTIVE_MS: f64 = 200.0;
/// Half width of the stretch around the knee over which a straight line is fitted, CPU share.
const REACH: f64 = 0.09;
/// From this share on, the P95 of a run depends on how long it is, and the logarithm of P95 is far from straight.
const HIGHEST_SHARE: f64 = 1.005;

/// The CPU share at which P95 crosses the objective, from single runs `(CPU share, P95 in ms)`: the logarithm of P95 is
/// fitted by a line over the runs around the crossing, nearer ones weigh more; the line and its crossing are found in
/// turn. `None` if the runs do not surround the crossing.
pub(crate) fn knee(runs: &[(f64, f64)]) -> Option<f64> {
    let usable: Vec<(f64, f64)> = runs.iter().copied().filter(|(share, _)| *share <= HIGHEST_SHARE).collect();
    let mut crossing = first_guess(&usable)?;
    for _ in 0..20 {
        let next = crossing_of_line(&usable, crossing)?.clamp(crossing - 0.05, crossing + 0.05);
        if (next - crossing).abs() < 1e-6 {
            break;
        }
        crossing = next;
    }
    let lowest = usable.iter().map(|(share, _)| *share).fold(f64::INFINITY, f64::min);
    let highest = usable.iter().map(|(share, _)| *share).fold(0.0, f64::max);
    (lowest..=highest).contains(&crossing).then_some(crossing)
}

/// The middle between the runs that keep the objective and those that miss it: the share that separates them best.
fn first_guess(runs: &[(f64, f64)]) -> Option<f64> {
    let mut sorted = runs.to_vec();
    sorted.sort_by(|a, b| a.0.total_cmp(&b.0));
    let wrong_at = |split: usize| {
        let slow_below = sorted[..split].iter().filter(|(_, p95)| *p95 >= OBJECTIVE_MS).count();
        slow_below + sorted[split..].iter().filter(|(_, p95)| *p95 < OBJECTIVE_MS).count()
    };
    let best = (1..sorted.len()).min_by_key(|split| wrong_at(*split))?;
    let any = |keep: bool| sorted.iter().any(|(_, p95)| (*p95 < OBJECTIVE_MS) == keep);
    (any(true) && any(false)).then(|| 0.5 * (sorted[best - 1].0 + sorted[best].0))
}

/// Weighted least squares of log P95 on the share around `centre`; where the line meets the objective.
fn crossing_of_line(runs: &[(f64, f64)], centre: f64) -> Option<f64> {
    let (mut sum, mut sum_x, mut sum_y, mut sum_xx, mut sum_xy) = (0.0, 0.0, 0.0, 0.0, 0.0);
    for &(share, p95_ms) in runs {
        let distance = (share - centre).abs() / REACH;
        if distance >= 1.0 {
            continue;
        }
        let near = 1.0 - distance * distance * distance;
        let weight = near * near * near;
        let (x, y) = (share - centre, libm::log(p95_ms / OBJECTIVE_MS));
        sum += weight;
        sum_x += weight * x;
        sum_y += weight * y;
        sum_xx += weight * x * x;
        sum_xy += weight * x * y;
    }
    let determinant = sum * sum_xx - sum_x * sum_x;
    if determinant <= 1e-12 {
        return None;
    }
    let slope = (sum * sum_xy - sum_x * sum_y) / determinant;
    let intercept = (sum_y - slope * sum_x) / sum;
    (slope > 0.0).then(|| centre - intercept / slope)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Runs on an exponential that crosses the objective at 0.82.
    fn runs(noise: impl Fn(usize) -> f64) -> Vec<(f64, f64)> {
        (0..60)
            .map(|index| {
                let share = 0.6 + 0.4 * index as f64 / 59.0;
                (share, OBJECTIVE_MS * libm::exp(9.0 * (share - 0.82) + noise(index)))
            })
            .collect()
    }

    #[test]
    fn the_crossing_of_an_exponential_is_exact() {
        assert!((knee(&runs(|_| 0.0)).unwrap() - 0.82).abs() < 1e-5);
    }

    #[test]
    fn alternating_noise_moves_it_little() {
        let noisy = runs(|index| if index % 2 == 0 { 0.25 } else { -0.25 });
        assert!((knee(&noisy).unwrap() - 0.82).abs() < 0.01);
    }

    #[test]
    fn without_runs_on_both_sides_there_is_no_knee() {
        let low: Vec<_> = runs(|_| 0.0).into_iter().filter(|(share, _)| *share < 0.75).collect();
        assert_eq!(knee(&low), None);
        assert_eq!(knee(&[]), None);
    }
}
