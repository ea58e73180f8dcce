use serde::{Deserialize, Serialize};

/// Loss of an error (prediction − target).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ValueLoss {
    /// Half the square below 1, then linear with slope 1 (smooth L1; Huber 1964). It caps the pull of large errors: scale
    /// rewards so that returns stay in the tens.
    Huber,
    /// The square.
    Mse,
}

/// Loss of one error and its derivative.
#[inline]
pub fn regression(loss: ValueLoss, error: f32) -> (f32, f32) {
    match loss {
        ValueLoss::Huber if error.abs() < 1.0 => (0.5 * error * error, error),
        ValueLoss::Huber => (error.abs() - 0.5, error.signum()),
        ValueLoss::Mse => (error * error, 2.0 * error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn derivatives_match_finite_differences() {
        for loss in [ValueLoss::Huber, ValueLoss::Mse] {
            for error in [-3.0_f32, -0.7, 0.2, 0.9, 1.5] {
                let h = 1e-3;
                let numeric = (regression(loss, error + h).0 - regression(loss, error - h).0) / (2.0 * h);
                assert!((numeric - regression(loss, error).1).abs() < 1e-2, "{loss:?} at {error}");
            }
        }
        assert_eq!(regression(ValueLoss::Huber, 1.0).0, 0.5);
    }
}
