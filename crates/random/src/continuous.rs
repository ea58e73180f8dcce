use crate::Stream;

impl Stream {
    /// Exponential with the given mean.
    #[inline]
    pub fn exponential(&mut self, mean: f64) -> f64 {
        -mean * libm::log(self.uniform_positive())
    }

    /// Standard normal by Marsaglia's polar method; the second value of a pair is kept for the next call.
    #[inline]
    pub fn standard_normal(&mut self) -> f64 {
        if let Some(spare) = self.spare_normal.take() {
            return spare;
        }
        loop {
            let x = 2.0 * self.uniform() - 1.0;
            let y = 2.0 * self.uniform() - 1.0;
            let radius = x * x + y * y;
            if radius > 0.0 && radius < 1.0 {
                let scale = (-2.0 * libm::log(radius) / radius).sqrt();
                self.spare_normal = Some(y * scale);
                return x * scale;
            }
        }
    }

    /// Normal with mean and standard deviation.
    #[inline]
    pub fn normal(&mut self, mean: f64, standard_deviation: f64) -> f64 {
        mean + standard_deviation * self.standard_normal()
    }

    /// Log-normal given the median and the standard deviation of the logarithm.
    #[inline]
    pub fn log_normal(&mut self, median: f64, log_standard_deviation: f64) -> f64 {
        median * libm::exp(log_standard_deviation * self.standard_normal())
    }

    /// Gamma with shape `k` > 0 and the given mean (Marsaglia and Tsang 2000; boosted below shape 1).
    pub fn gamma(&mut self, shape: f64, mean: f64) -> f64 {
        let scale = mean / shape;
        if shape < 1.0 {
            let boost = libm::pow(self.uniform_positive(), 1.0 / shape);
            return self.gamma_at_least_one(shape + 1.0) * boost * scale;
        }
        self.gamma_at_least_one(shape) * scale
    }

    fn gamma_at_least_one(&mut self, shape: f64) -> f64 {
        let d = shape - 1.0 / 3.0;
        let c = 1.0 / (9.0 * d).sqrt();
        loop {
            let x = self.standard_normal();
            let v = 1.0 + c * x;
            if v <= 0.0 {
                continue;
            }
            let v = v * v * v;
            let u = self.uniform_positive();
            if libm::log(u) < 0.5 * x * x + d - d * v + d * libm::log(v) {
                return d * v;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::Seed;

    fn mean_and_variance(draws: impl Iterator<Item = f64>) -> (f64, f64) {
        let draws: Vec<f64> = draws.collect();
        let mean = draws.iter().sum::<f64>() / draws.len() as f64;
        let variance = draws.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / draws.len() as f64;
        (mean, variance)
    }

    #[test]
    fn moments_match_the_distributions() {
        let mut stream = Seed(11).stream();
        let n = 200_000;
        let (mean, variance) = mean_and_variance((0..n).map(|_| stream.exponential(2.0)));
        assert!((mean - 2.0).abs() < 0.02 && (variance - 4.0).abs() < 0.1, "{mean} {variance}");
        let (mean, variance) = mean_and_variance((0..n).map(|_| stream.normal(1.0, 3.0)));
        assert!((mean - 1.0).abs() < 0.03 && (variance - 9.0).abs() < 0.15, "{mean} {variance}");
        for shape in [0.4, 1.0, 7.5] {
            let (mean, variance) = mean_and_variance((0..n).map(|_| stream.gamma(shape, 2.0)));
            let expected = 4.0 / shape;
            assert!(
                (mean - 2.0).abs() < 0.05 && (variance / expected - 1.0).abs() < 0.05,
                "{mean} {variance}"
            );
        }
    }

    #[test]
    fn the_median_of_a_log_normal_is_its_median() {
        let mut stream = Seed(5).stream();
        let below = (0..100_000).filter(|_| stream.log_normal(20.0, 0.4) < 20.0).count();
        assert!((below as f64 / 100_000.0 - 0.5).abs() < 0.01);
    }
}
