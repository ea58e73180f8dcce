use podpilot_core::{
    ContainerUsage, LatencyQuantiles, MetricSeries, PodId, Sample, ServiceSignals, Timestamp,
};
use podpilot_random::Seed;

/// A log-normal error with mean 1 on what is measured. It is a function of seed, source and time stamp, so that
/// asking twice for one measurement gives the same answer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct MeasurementNoise {
    seed: Seed,
    median: f64,
    /// 0 for none.
    log_standard_deviation: f64,
}

/// Sources that belong to the service as a whole; pods are numbered from 1 up.
const RATE: u64 = u64::MAX;
const LATENCY: u64 = u64::MAX - 1;
const IN_FLIGHT: u64 = u64::MAX - 2;

impl MeasurementNoise {
    /// `cv` is the error's standard deviation over its mean.
    pub(crate) fn new(cv: f64) -> Self {
        let variance = libm::log1p(cv * cv);
        Self { seed: Seed(0), median: libm::exp(-0.5 * variance), log_standard_deviation: variance.sqrt() }
    }

    pub(crate) fn restart(&mut self, seed: Seed) {
        self.seed = seed;
    }

    #[inline]
    pub(crate) fn is_none(&self) -> bool {
        self.log_standard_deviation == 0.0
    }

    fn factor(&self, source: u64, at: Timestamp) -> f64 {
        let mut stream = self.seed.indexed(source).indexed(at.0 as u64).stream();
        stream.log_normal(self.median, self.log_standard_deviation)
    }

    /// CPU use as it is read; memory is exact.
    pub(crate) fn usage(&self, pod: PodId, usage: ContainerUsage) -> ContainerUsage {
        let factor = self.factor(pod.0, usage.at);
        let scaled = |nanocores: i64| (nanocores as f64 * factor + 0.5) as i64;
        ContainerUsage { cpu_nanocores: usage.cpu_nanocores.map(scaled), ..usage }
    }

    /// Gauges and quantiles as they are read; counters are exact.
    pub(crate) fn signals(&self, signals: ServiceSignals) -> ServiceSignals {
        if self.is_none() {
            return signals;
        }
        let scaled = |source: u64| {
            move |sample: Sample<f64>| Sample {
                value: sample.value * self.factor(source, sample.at),
                ..sample
            }
        };
        ServiceSignals {
            request_rate_rps: signals.request_rate_rps.map(scaled(RATE)),
            latency: signals.latency.map(|sample| self.latency(sample)),
            in_flight: signals.in_flight.map(scaled(IN_FLIGHT)),
            totals: signals.totals,
            proxies: signals.proxies,
        }
    }

    /// One error for all quantiles, so that they keep their order.
    fn latency(&self, sample: Sample<LatencyQuantiles>) -> Sample<LatencyQuantiles> {
        let factor = self.factor(LATENCY, sample.at);
        let LatencyQuantiles { p50_s, p95_s, p99_s } = sample.value;
        let value = LatencyQuantiles { p50_s: p50_s * factor, p95_s: p95_s * factor, p99_s: p99_s * factor };
        Sample { value, ..sample }
    }

    /// Named metrics of single pods; those of the service already carry its error.
    pub(crate) fn metrics_of_pods(&self, metrics: &mut [MetricSeries]) {
        if self.is_none() {
            return;
        }
        for value in metrics.iter_mut().flat_map(|series| &mut series.values) {
            if let Some(pod) = value.pod {
                value.milli = (value.milli as f64 * self.factor(pod.0, value.at) + 0.5) as i64;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_error_has_the_mean_and_spread_asked_for_and_stays_with_its_measurement() {
        let mut noise = MeasurementNoise::new(0.3);
        noise.restart(Seed(4));
        let factors: Vec<f64> = (0..100_000).map(|second| noise.factor(7, Timestamp(second))).collect();
        let mean = factors.iter().sum::<f64>() / factors.len() as f64;
        let variance = factors.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / factors.len() as f64;
        assert!((mean - 1.0).abs() < 0.005, "{mean}");
        assert!((variance.sqrt() - 0.3).abs() < 0.01, "{variance}");
        assert_eq!(noise.factor(7, Timestamp(5)), factors[5]);
        assert_ne!(noise.factor(8, Timestamp(5)), factors[5]);
    }
}
