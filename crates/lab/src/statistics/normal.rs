use std::f64::consts::SQRT_2;

/// Standard normal distribution function.
pub(super) fn normal_cdf(z: f64) -> f64 {
    0.5 * libm::erfc(-z / SQRT_2)
}

/// Its inverse, by bisection: exact to rounding, and asked for a few times a comparison only.
pub(super) fn normal_quantile(probability: f64) -> f64 {
    let (mut low, mut high) = (-40.0, 40.0);
    for _ in 0..100 {
        let middle = f64::midpoint(low, high);
        if normal_cdf(middle) < probability { low = middle } else { high = middle }
    }
    f64::midpoint(low, high)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statistics::fixture::{Fixture, close};

    #[test]
    fn scipy_agrees() {
        let fixture = Fixture::read();
        for [z, cdf] in fixture.normal {
            assert!(close(normal_cdf(z), cdf), "cdf({z})");
            assert!((normal_quantile(cdf) - z).abs() < 1e-9, "quantile({cdf})");
        }
    }
}
