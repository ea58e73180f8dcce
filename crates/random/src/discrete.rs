use crate::Stream;

/// Means from here on use transformed rejection; below, inversion is faster.
const REJECTION_FROM_MEAN: f64 = 10.0;

/// A Poisson distribution with what can be computed once for its mean. Loads hold their rate for many draws.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Poisson {
    mean: f64,
    method: Method,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Method {
    /// Walks the probabilities from zero upwards.
    Inversion { probability_of_zero: f64 },
    /// Hörmann's PTRS (1993).
    Rejection { a: f64, b: f64, inverse_alpha: f64, v_r: f64, log_mean: f64 },
}

impl Poisson {
    /// The distribution with the given mean ≥ 0.
    #[inline]
    pub fn new(mean: f64) -> Self {
        let method = if mean < REJECTION_FROM_MEAN {
            Method::Inversion { probability_of_zero: libm::exp(-mean) }
        } else {
            let b = 0.931 + 2.53 * mean.sqrt();
            Method::Rejection {
                a: -0.059 + 0.02483 * b,
                b,
                inverse_alpha: 1.1239 + 1.1328 / (b - 3.4),
                v_r: 0.9277 - 3.6224 / (b - 2.0),
                log_mean: libm::log(mean),
            }
        };
        Self { mean, method }
    }

    /// Its mean.
    pub fn mean(&self) -> f64 {
        self.mean
    }

    /// Draws a count.
    #[inline]
    pub fn draw(&self, stream: &mut Stream) -> u64 {
        match self.method {
            Method::Inversion { probability_of_zero } => self.walk(probability_of_zero, stream),
            Method::Rejection { a, b, inverse_alpha, v_r, log_mean } => loop {
                let u = stream.uniform() - 0.5;
                let v = stream.uniform_positive();
                let us = 0.5 - u.abs();
                let x = (2.0 * a / us + b) * u + self.mean + 0.43;
                // For positive numbers truncation is the floor, and far cheaper than calling it.
                let k = x as u64;
                if us >= 0.07 && v <= v_r {
                    return k;
                }
                if x < 0.0 || (us < 0.013 && v > us) {
                    continue;
                }
                let accept = libm::log(v * inverse_alpha / (a / (us * us) + b));
                if accept <= k as f64 * log_mean - self.mean - libm::lgamma(k as f64 + 1.0) {
                    return k;
                }
            },
        }
    }

    fn walk(&self, probability_of_zero: f64, stream: &mut Stream) -> u64 {
        if self.mean <= 0.0 {
            return 0;
        }
        let mut term = probability_of_zero;
        let mut left = stream.uniform();
        let mut count = 0_u64;
        // The bound stops a walk that rounding would let run on past the last representable term.
        while left >= term && count < 1_000 {
            left -= term;
            count += 1;
            term *= self.mean / count as f64;
        }
        count
    }
}

impl Stream {
    /// Poisson with the given mean ≥ 0; see [`Poisson`] for many draws with one mean.
    #[inline]
    pub fn poisson(&mut self, mean: f64) -> u64 {
        Poisson::new(mean).draw(self)
    }
}

#[cfg(test)]
mod tests {
    use crate::Seed;

    #[test]
    fn poisson_frequencies_match_the_probabilities() {
        for mean in [0.3, 4.0, 9.9, 10.1, 60.0, 400.0] {
            let mut stream = Seed(1).stream();
            let n = 200_000_usize;
            let mut counts = vec![0_usize; 2_000];
            for _ in 0..n {
                counts[stream.poisson(mean) as usize] += 1;
            }
            let mut chi_square = 0.0;
            let mut cells = 0.0_f64;
            for (k, &seen) in counts.iter().enumerate() {
                let log_p = k as f64 * libm::log(mean) - mean - libm::lgamma(k as f64 + 1.0);
                let expected = n as f64 * libm::exp(log_p);
                if expected >= 10.0 {
                    chi_square += (seen as f64 - expected) * (seen as f64 - expected) / expected;
                    cells += 1.0;
                }
            }
            // Five standard deviations above the mean of the chi-square distribution.
            let limit = cells + 5.0 * (2.0 * cells).sqrt();
            assert!(chi_square < limit, "mean {mean}: chi-square {chi_square} over {cells} cells");
        }
    }

    #[test]
    fn nothing_arrives_at_rate_zero() {
        assert_eq!(Seed(1).stream().poisson(0.0), 0);
    }
}
