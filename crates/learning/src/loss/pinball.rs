/// Mean pinball loss of predicted quantiles for one target (Koenker and Bassett 1978): τ·e above the prediction, (1 − τ)·|e|
/// below. Writes the gradient with respect to each prediction.
pub fn pinball(quantiles: &[f64], predictions: &[f32], target: f32, gradient: &mut [f32]) -> f32 {
    let share = 1.0 / quantiles.len() as f32;
    let mut loss = 0.0;
    for ((&quantile, &prediction), slot) in quantiles.iter().zip(predictions).zip(gradient) {
        let error = target - prediction;
        let slope = if error > 0.0 { quantile as f32 } else { quantile as f32 - 1.0 };
        loss += slope * error * share;
        *slot = -slope * share;
    }
    loss
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_constant_that_minimises_the_loss_is_the_quantile() {
        let targets: Vec<f32> = (0..1_000).map(|i| i as f32 / 1_000.0).collect();
        let total = |constant: f32| -> f64 {
            targets.iter().map(|&target| f64::from(pinball(&[0.9], &[constant], target, &mut [0.0]))).sum()
        };
        let best = (0..100).map(|i| i as f32 / 100.0).min_by(|&a, &b| total(a).total_cmp(&total(b))).unwrap();
        assert!((best - 0.9).abs() < 0.011, "{best}");
    }

    #[test]
    fn the_gradient_matches_finite_differences() {
        let quantiles = [0.1, 0.5, 0.95];
        let predictions = [0.3_f32, 0.9, 2.0];
        let mut gradient = [0.0; 3];
        pinball(&quantiles, &predictions, 1.0, &mut gradient);
        for i in 0..3 {
            let shifted = |h: f32| {
                let mut moved = predictions;
                moved[i] += h;
                pinball(&quantiles, &moved, 1.0, &mut [0.0; 3])
            };
            let numeric = (shifted(1e-2) - shifted(-1e-2)) / 2e-2;
            assert!((numeric - gradient[i]).abs() < 1e-3);
        }
    }
}
