use super::{PAD, dispatch};

/// One step of Adam for all parameters.
#[derive(Debug, Clone, Copy)]
pub(crate) struct AdamStep {
    /// Decay of the first moment.
    pub(crate) beta1: f32,
    /// Decay of the second moment.
    pub(crate) beta2: f32,
    /// Step size divided by the first moment's bias correction.
    pub(crate) step_size: f32,
    /// 1 / √(bias correction of the second moment).
    pub(crate) root_correction: f32,
    /// Added to the root of the second moment.
    pub(crate) epsilon: f32,
    /// Gradients are multiplied by this first (norm clipping).
    pub(crate) gradient_scale: f32,
    /// Parameters are multiplied by this first (decoupled weight decay).
    pub(crate) decay: f32,
}

/// Updates parameters and both moments from the gradient; all slices have equal lengths.
pub(crate) fn adam(
    step: AdamStep,
    parameters: &mut [f32],
    first: &mut [f32],
    second: &mut [f32],
    gradient: &[f32],
) {
    dispatch(
        #[inline(always)]
        || {
            let moments = first.iter_mut().zip(second.iter_mut());
            for ((parameter, (m, v)), &g) in parameters.iter_mut().zip(moments).zip(gradient) {
                let g = g * step.gradient_scale;
                *m += (1.0 - step.beta1) * (g - *m);
                *v = step.beta2 * *v + (1.0 - step.beta2) * (g * g);
                let root = v.sqrt() * step.root_correction + step.epsilon;
                *parameter = *parameter * step.decay - step.step_size * *m / root;
            }
        },
    );
}

/// Sum of squares, in eight interleaved partial sums.
pub(crate) fn squared_norm(values: &[f32]) -> f64 {
    dispatch(
        #[inline(always)]
        || {
            let mut sums = [0.0_f32; PAD];
            let (chunks, rest) = values.as_chunks::<PAD>();
            for chunk in chunks {
                for (sum, &value) in sums.iter_mut().zip(chunk) {
                    *sum += value * value;
                }
            }
            let head: f64 = sums.iter().map(|&sum| f64::from(sum)).sum();
            head + rest.iter().map(|&value| f64::from(value * value)).sum::<f64>()
        },
    )
}

/// Moves values by a share of the way to `goals`.
pub(crate) fn move_towards(values: &mut [f32], goals: &[f32], share: f32) {
    dispatch(
        #[inline(always)]
        || {
            for (value, &goal) in values.iter_mut().zip(goals) {
                *value += share * (goal - *value);
            }
        },
    );
}

/// `sums[j]` = Σ over rows of `rows[·][j]`; rows have the length of `sums`.
pub(crate) fn column_sums(rows: &[f32], sums: &mut [f32]) {
    let width = sums.len();
    sums.fill(0.0);
    dispatch(
        #[inline(always)]
        || {
            for row in rows.chunks_exact(width) {
                for (sum, &value) in sums.iter_mut().zip(row) {
                    *sum += value;
                }
            }
        },
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_and_norms_match_the_plain_ones() {
        let values: Vec<f32> = (0..50).map(|i| (i as f32 - 20.0) * 0.25).collect();
        let plain: f64 = values.iter().map(|&value| f64::from(value) * f64::from(value)).sum();
        assert!((squared_norm(&values) - plain).abs() < 1e-9 * plain);
        let mut sums = [0.0; 5];
        column_sums(&values, &mut sums);
        for (column, &sum) in sums.iter().enumerate() {
            let plain: f32 = values.iter().skip(column).step_by(5).sum();
            assert_eq!(sum, plain);
        }
    }
}
