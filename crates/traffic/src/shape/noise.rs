use podpilot_random::{Seed, Stream};

/// A positive factor with mean 1 whose logarithm is an autoregressive process of order one.
#[derive(Debug, Clone)]
pub(super) struct LogNormalWalk {
    stream: Stream,
    /// Standard deviation of the logarithm.
    sigma: f64,
    /// Correlation from one draw to the next.
    correlation: f64,
    /// The present logarithm in standard deviations.
    state: f64,
}

impl LogNormalWalk {
    /// `cv` is the factor's standard deviation over its mean; the logarithm's correlation falls to 1/e within
    /// `correlation_s` (0: at once). Draws are `step_s` apart.
    pub(super) fn new(cv: f64, correlation_s: f64, step_s: f64, seed: Seed) -> Self {
        let correlation = if correlation_s > 0.0 { libm::exp(-step_s / correlation_s) } else { 0.0 };
        let mut stream = seed.stream();
        let state = stream.standard_normal();
        Self { stream, sigma: libm::log1p(cv * cv).sqrt(), correlation, state }
    }

    pub(super) fn draw(&mut self) -> f64 {
        // The mean of a log-normal factor is 1 when that of its logarithm is −σ²/2.
        let factor = libm::exp(self.sigma * self.state - 0.5 * self.sigma * self.sigma);
        let innovation = (1.0 - self.correlation * self.correlation).sqrt();
        self.state = self.correlation * self.state + innovation * self.stream.standard_normal();
        factor
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mean_variation_and_correlation_are_as_asked() {
        let mut walk = LogNormalWalk::new(0.4, 50.0, 10.0, Seed(8));
        let draws: Vec<f64> = (0..400_000).map(|_| walk.draw()).collect();
        let n = draws.len() as f64;
        let mean = draws.iter().sum::<f64>() / n;
        let variance = draws.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / n;
        assert!((mean - 1.0).abs() < 0.01, "{mean}");
        assert!((variance.sqrt() / mean - 0.4).abs() < 0.01, "{variance}");
        // At lag 5 steps = 50 s the logarithm's correlation is 1/e.
        let logs: Vec<f64> = draws.iter().map(|x| libm::log(*x)).collect();
        let log_mean = logs.iter().sum::<f64>() / n;
        let product = |lag: usize| {
            logs.iter().zip(&logs[lag..]).map(|(a, b)| (a - log_mean) * (b - log_mean)).sum::<f64>() / n
        };
        let correlation = product(5) / product(0);
        assert!((correlation - libm::exp(-1.0)).abs() < 0.02, "{correlation}");
    }
}
