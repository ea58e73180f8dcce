use podpilot_random::{Seed, Stream};

use crate::{CfsModel, Departure, PodGroup, PodServer, PodSpec, ServiceSpec};

/// When the requests of a load test come.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum TestArrivals {
    /// Independent requests at a constant rate, as `podpilot load` sends them, under the condition that exactly as many
    /// come as the rate says: given their number, Poisson arrivals are uniform.
    Poisson,
    /// Evenly spaced, each up to this much later than its turn, seconds: like Poisson arrivals over times shorter than
    /// the displacement, and steadier over longer ones.
    Displaced {
        /// Largest displacement; 0 is even spacing.
        up_to_s: f64,
    },
}

/// A load test with open-loop arrivals, as it is run against real pods.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LoadTest {
    /// Requests per second that are offered to each pod on average.
    pub offered_rps_per_pod: f64,
    /// Pods behind the balancer.
    pub pods: usize,
    /// How long requests are sent, seconds.
    pub duration_s: f64,
    /// What arrives earlier is not counted, seconds.
    pub warm_up_s: f64,
    /// When requests come.
    pub arrivals: TestArrivals,
    /// Share of a core that a worker gets while it may run: below 1 where the machine has other work.
    pub core_share: f64,
}

/// What a load test saw.
#[derive(Debug, Clone, PartialEq)]
pub struct LoadTestResult {
    /// Latencies of the counted requests, rising, seconds.
    pub latencies_s: Vec<f64>,
    /// CPU time per request over the whole test, seconds of one core.
    pub cpu_s_per_request: f64,
}

impl LoadTestResult {
    /// The latency that a share of the counted requests does not exceed, seconds; `NaN` if none was counted.
    pub fn quantile_s(&self, quantile: f64) -> f64 {
        let rank = (self.latencies_s.len() as f64 * quantile) as usize;
        self.latencies_s.get(rank).or(self.latencies_s.last()).copied().unwrap_or(f64::NAN)
    }
}

impl LoadTest {
    /// Runs the test once against modelled pods.
    pub fn run(&self, cfs: &CfsModel, service: &ServiceSpec, pod: &PodSpec, seed: Seed) -> LoadTestResult {
        let mut costs = seed.named("costs").stream();
        let arrivals_s = self.arrivals_s(&mut seed.named("arrivals").stream());
        let mut group = PodGroup::new(cfs, service, pod, self.pods, seed);
        group.pods_mut().iter_mut().for_each(|pod| pod.set_core_share(self.core_share));
        let mut latencies_s = Vec::with_capacity(arrivals_s.len());
        let mut departed = |departure: Departure| {
            if departure.arrived_s >= self.warm_up_s && departure.arrived_s < self.duration_s {
                latencies_s.push(departure.latency_s());
            }
        };
        let cost = service.cpu_ms_per_request.sampler();
        for &at_s in &arrivals_s {
            let _ = group.offer(at_s, cost.draw_s(&mut costs), &mut departed);
        }
        group.advance(f64::MAX, &mut departed);
        latencies_s.sort_by(f64::total_cmp);
        let cpu_used_s: f64 = group.pods().iter().map(PodServer::cpu_used_s).sum();
        LoadTestResult { latencies_s, cpu_s_per_request: cpu_used_s / arrivals_s.len() as f64 }
    }

    /// Runs the test under the condition that a request costs the mean of `service` **in this very run**, as is
    /// known of a measured run: a neighbour that stretched the costs of the whole run is already in its measured
    /// CPU share.
    pub fn run_at_cost(
        &self,
        cfs: &CfsModel,
        service: &ServiceSpec,
        pod: &PodSpec,
        seed: Seed,
    ) -> LoadTestResult {
        let found_s = self.run(cfs, service, pod, seed).cpu_s_per_request;
        let mut corrected = *service;
        corrected.cpu_ms_per_request.mean *= service.cpu_ms_per_request.mean_s() / found_s;
        self.run(cfs, &corrected, pod, seed)
    }

    /// Mean over `runs` seeds of a latency quantile, seconds, each under the condition of [`Self::run_at_cost`].
    pub fn mean_quantile_s(
        &self,
        cfs: &CfsModel,
        service: &ServiceSpec,
        pod: &PodSpec,
        quantile: f64,
        runs: u64,
    ) -> f64 {
        let seed = Seed(0x10ad).named("load-test");
        let quantiles =
            (0..runs).map(|run| self.run_at_cost(cfs, service, pod, seed.indexed(run)).quantile_s(quantile));
        quantiles.sum::<f64>() / runs as f64
    }

    fn arrivals_s(&self, stream: &mut Stream) -> Vec<f64> {
        let rate_rps = self.offered_rps_per_pod * self.pods as f64;
        // A whole number of requests must not be lost to rounding.
        let count = (rate_rps * self.duration_s + 1e-6) as usize;
        let mut instant_s = |index: usize| match self.arrivals {
            TestArrivals::Poisson => self.duration_s * stream.uniform(),
            TestArrivals::Displaced { up_to_s } => index as f64 / rate_rps + up_to_s * stream.uniform(),
        };
        let mut arrivals_s: Vec<f64> = (0..count).map(&mut instant_s).collect();
        arrivals_s.sort_by(f64::total_cmp);
        arrivals_s
    }
}
