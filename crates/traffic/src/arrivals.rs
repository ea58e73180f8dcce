use podpilot_random::{Poisson, Seed, Stream};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::FieldError;
use crate::field::{positive, require};

/// How requests scatter round the rate.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Arrivals {
    /// Independent requests: counts are Poisson.
    #[default]
    Poisson,
    /// Poisson round a rate that a gamma factor with mean 1 modulates.
    Overdispersed {
        /// Coefficient of variation of the factor.
        cv: f64,
        /// How long one draw of the factor lasts, seconds.
        correlation_s: f64,
    },
    /// As even as whole requests allow.
    Smooth,
}

impl Arrivals {
    /// Checks the parameters; `path` names the arrivals in the error.
    pub fn validate(&self, path: &str) -> Result<(), FieldError> {
        let Self::Overdispersed { cv, correlation_s } = *self else { return Ok(()) };
        let path = format!("{path}.overdispersed");
        let cv_fits = cv > 0.0 && cv <= 10.0;
        require(&path, "cv", cv, cv_fits, "a coefficient of variation above 0 and up to 10")?;
        positive(&path, "correlation_s", correlation_s)
    }
}

/// What arrived in one tick.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ArrivalTick {
    /// The rate behind the count, requests per second: the load's rate times the modulation.
    pub intensity_rps: f64,
    /// Requests that arrived.
    pub count: u64,
}

/// A seeded stream of arrivals. A clone goes on with the same draws, so that branches see the same requests.
#[derive(Debug, Clone)]
pub struct ArrivalStream {
    arrivals: Arrivals,
    stream: Stream,
    distribution: Poisson,
    factor: f64,
    factor_left_s: f64,
    /// Requests due that did not make a whole one yet.
    remainder: f64,
}

impl ArrivalStream {
    /// Arrivals of the given kind, which must be valid.
    pub fn new(arrivals: Arrivals, seed: Seed) -> Self {
        let stream = seed.named("arrivals").stream();
        let distribution = Poisson::new(0.0);
        Self { arrivals, stream, distribution, factor: 1.0, factor_left_s: 0.0, remainder: 0.0 }
    }

    /// What arrives in the next `dt_s` seconds at the load's `rate_rps`.
    #[inline]
    pub fn tick(&mut self, rate_rps: f64, dt_s: f64) -> ArrivalTick {
        match self.arrivals {
            Arrivals::Poisson => {
                ArrivalTick { intensity_rps: rate_rps, count: self.poisson(rate_rps * dt_s) }
            }
            Arrivals::Overdispersed { cv, correlation_s } => {
                let intensity_rps = rate_rps * self.factor_for(cv, correlation_s, dt_s);
                ArrivalTick { intensity_rps, count: self.poisson(intensity_rps * dt_s) }
            }
            Arrivals::Smooth => ArrivalTick { intensity_rps: rate_rps, count: self.carried(rate_rps * dt_s) },
        }
    }

    /// A draw; the distribution is kept while the mean stays, which it does between two rows of a trace.
    #[inline]
    fn poisson(&mut self, mean: f64) -> u64 {
        if mean != self.distribution.mean() {
            self.distribution = Poisson::new(mean);
        }
        self.distribution.draw(&mut self.stream)
    }

    fn factor_for(&mut self, cv: f64, correlation_s: f64, dt_s: f64) -> f64 {
        if self.factor_left_s <= 0.0 {
            self.factor = self.stream.gamma(1.0 / (cv * cv), 1.0);
            self.factor_left_s = (self.factor_left_s + correlation_s).max(0.0);
        }
        self.factor_left_s -= dt_s;
        self.factor
    }

    fn carried(&mut self, due: f64) -> u64 {
        let due = due + self.remainder;
        let count = due.floor();
        self.remainder = due - count;
        count as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(arrivals: Arrivals, rate_rps: f64, ticks: usize) -> Vec<f64> {
        let mut stream = ArrivalStream::new(arrivals, Seed(4));
        (0..ticks).map(|_| stream.tick(rate_rps, 1.0).count as f64).collect()
    }

    fn mean_and_variance(counts: &[f64]) -> (f64, f64) {
        let mean = counts.iter().sum::<f64>() / counts.len() as f64;
        let variance = counts.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / counts.len() as f64;
        (mean, variance)
    }

    #[test]
    fn poisson_counts_have_variance_equal_to_their_mean() {
        for rate in [0.5, 40.0] {
            let (mean, variance) = mean_and_variance(&counts(Arrivals::Poisson, rate, 200_000));
            assert!((mean / rate - 1.0).abs() < 0.01, "{mean}");
            assert!((variance / rate - 1.0).abs() < 0.02, "{variance}");
        }
    }

    #[test]
    fn overdispersed_counts_add_the_variance_of_the_factor() {
        let arrivals = Arrivals::Overdispersed { cv: 0.3, correlation_s: 15.0 };
        let counts = counts(arrivals, 100.0, 600_000);
        let (mean, variance) = mean_and_variance(&counts);
        // Var = λ + (cv λ)²
        assert!((mean - 100.0).abs() < 1.0, "{mean}");
        assert!((variance / 1_000.0 - 1.0).abs() < 0.05, "{variance}");
        // Within a draw of 15 s the counts are Poisson round one intensity.
        let mut stream = ArrivalStream::new(arrivals, Seed(4));
        let intensities: Vec<f64> = (0..45).map(|_| stream.tick(100.0, 1.0).intensity_rps).collect();
        assert!(intensities.chunks(15).all(|chunk| chunk.iter().all(|rate| *rate == chunk[0])));
        assert!(intensities[0] != intensities[15] && intensities[15] != intensities[30]);
    }

    #[test]
    fn smooth_counts_lose_no_request() {
        let counts = counts(Arrivals::Smooth, 7.3, 1_000);
        assert!(counts.iter().all(|count| *count == 7.0 || *count == 8.0));
        let total: f64 = counts.iter().sum();
        assert!((total - 7_300.0).abs() <= 1.0, "{total}");
    }

    #[test]
    fn a_clone_sees_the_same_requests() {
        let arrivals = Arrivals::Overdispersed { cv: 0.5, correlation_s: 2.0 };
        let mut one = ArrivalStream::new(arrivals, Seed(1));
        one.tick(50.0, 1.0);
        let mut two = one.clone();
        for _ in 0..100 {
            assert_eq!(one.tick(50.0, 1.0), two.tick(50.0, 1.0));
        }
    }

    #[test]
    fn impossible_parameters_name_their_field() {
        let error = |cv, correlation_s| {
            Arrivals::Overdispersed { cv, correlation_s }.validate("load.arrivals").unwrap_err()
        };
        assert_eq!(error(0.0, 1.0).field, "load.arrivals.overdispersed.cv");
        assert_eq!(error(f64::NAN, 1.0).field, "load.arrivals.overdispersed.cv");
        assert_eq!(error(0.1, 0.0).field, "load.arrivals.overdispersed.correlation_s");
    }
}
