/// Smallest magnitude that the continued fraction may divide by.
const TINY: f64 = 1e-300;

/// The regularised incomplete beta function `I_x(a, b)`, by Lentz's continued fraction (Abramowitz and Stegun 26.5.8).
pub(super) fn regularised_incomplete_beta(a: f64, b: f64, x: f64) -> f64 {
    if x <= 0.0 || x >= 1.0 {
        return if x <= 0.0 { 0.0 } else { 1.0 };
    }
    // The fraction converges fast on this side of the mean only.
    if x < (a + 1.0) / (a + b + 2.0) { lower(a, b, x) } else { 1.0 - lower(b, a, 1.0 - x) }
}

fn lower(a: f64, b: f64, x: f64) -> f64 {
    let log_beta = libm::lgamma(a) + libm::lgamma(b) - libm::lgamma(a + b);
    let front = libm::exp(a * libm::log(x) + b * libm::log1p(-x) - log_beta);
    front * fraction(a, b, x) / a
}

/// 1 / (1 + d₁/(1 + d₂/(1 + …))).
fn fraction(a: f64, b: f64, x: f64) -> f64 {
    let mut c = f64::INFINITY;
    let mut d = 1.0;
    let mut value = 1.0;
    for step in 1..=1_000_u32 {
        let m = f64::from(step / 2);
        let term = if step % 2 == 0 {
            m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m))
        } else {
            -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0))
        };
        d = 1.0 / away_from_zero(1.0 + term * d);
        c = away_from_zero(1.0 + term / c);
        value *= c * d;
        if (c * d - 1.0).abs() < 1e-16 {
            break;
        }
    }
    value
}

fn away_from_zero(value: f64) -> f64 {
    if value.abs() < TINY { TINY } else { value }
}
