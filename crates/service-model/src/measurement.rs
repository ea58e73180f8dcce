//! Measures pods by the request mode under Poisson arrivals, for the latency table.

use podpilot_random::{Seed, Stream};

use crate::level_statistics::LevelStatistics;
use crate::{CfsModel, CostSampler, CpuCost, Departure, PodGroup, PodSpec, ServiceSpec};

/// One point of a table before it is put on the grid.
#[derive(Debug, Clone)]
pub(crate) struct MeasuredPoint {
    /// Mean requests in a pod.
    pub(crate) queue: f64,
    /// Offered load as a share of capacity.
    pub(crate) utilization: f64,
    pub(crate) statistics: LevelStatistics,
}

/// The pods to be measured and what they are measured against.
#[derive(Debug, Clone)]
pub(crate) struct Subject {
    pub(crate) cfs: CfsModel,
    pub(crate) service: ServiceSpec,
    pub(crate) pod: PodSpec,
    pub(crate) pods: usize,
    pub(crate) capacity_rps_per_pod: f64,
    pub(crate) threshold_s: f64,
}

const SEED: Seed = Seed(0x9d_c0de);
/// Share of a steady run that is dropped, so that the idle start does not count.
const WARM_UP: f64 = 0.05;

impl Subject {
    /// How much the kernel has to do for a request, roughly: its start and end, and ticks and refills on the way.
    pub(crate) fn events_per_request(&self) -> f64 {
        let Some(limit_cores) = self.pod.cpu_limit_cores() else { return 2.0 };
        let cost_s = self.service.cpu_ms_per_request.mean_s();
        let refills = self.cfs.nested_groups as f64 * cost_s / (limit_cores * self.cfs.period_s);
        2.0 + cost_s / self.cfs.tick_s + refills
    }

    /// A steady load of `utilization` < 1 for `requests` requests. Every load sees the same arrivals on another
    /// time scale, so that what differs between loads is not noise.
    pub(crate) fn steady(&self, utilization: f64, requests: usize) -> MeasuredPoint {
        let rate_rps = utilization * self.capacity_rps_per_pod * self.pods as f64;
        let mut source = RequestSource::new(SEED.named("steady"), self.service.cpu_ms_per_request);
        let mut group = self.group(SEED.named("steady"));
        let counted_from_s = WARM_UP * requests as f64 / rate_rps;
        let mut statistics = LevelStatistics::empty();
        let mut total_latency_s = 0.0;
        let mut departed = |departure: Departure| {
            if departure.arrived_s >= counted_from_s {
                total_latency_s += departure.latency_s();
                statistics.record(departure.latency_s(), self.threshold_s, self.service.timeout_s);
            }
        };
        for _ in 0..requests {
            let (at_s, cpu_s) = source.next(rate_rps);
            let _ = group.offer(at_s, cpu_s, &mut departed);
        }
        group.advance(f64::MAX, &mut departed);
        // Little's law: requests in a pod = rate per pod × mean time there.
        let mean_latency_s = total_latency_s / statistics.requests.max(1.0);
        let queue = rate_rps / self.pods as f64 * mean_latency_s;
        MeasuredPoint { queue, utilization, statistics }
    }

    /// Pods that slide into overload: an offered load of `before` for `settle_s`, then `after` > 1 until the mean
    /// queue reaches `queue_end`; one point for each of `steps` equal stretches of the overload.
    pub(crate) fn overload(
        &self,
        [before, after]: [f64; 2],
        settle_s: f64,
        queue_end: f64,
        steps: usize,
        runs: u64,
    ) -> Vec<MeasuredPoint> {
        let capacity_rps = self.capacity_rps_per_pod * self.pods as f64;
        let duration_s = queue_end / ((after - 1.0) * self.capacity_rps_per_pod);
        let step_s = duration_s / steps as f64;
        let step_of = |arrived_s: f64| ((arrived_s - settle_s) / step_s).floor();
        let mut statistics = vec![LevelStatistics::empty(); steps];
        let mut queue_seen = vec![0.0; steps];
        for run in 0..runs {
            let seed = SEED.named("overload").indexed(run);
            let mut source = RequestSource::new(seed, self.service.cpu_ms_per_request);
            let mut group = self.group(seed);
            let mut departed = |departure: Departure| {
                let step = step_of(departure.arrived_s);
                if step >= 0.0 && step < steps as f64 {
                    statistics[step as usize].record(
                        departure.latency_s(),
                        self.threshold_s,
                        self.service.timeout_s,
                    );
                }
            };
            let mut now_s = 0.0;
            while now_s < settle_s + duration_s {
                let load = if now_s < settle_s { before } else { after };
                let (at_s, cpu_s) = source.next(load * capacity_rps);
                now_s = at_s;
                let _ = group.offer(at_s, cpu_s, &mut departed);
                let step = step_of(at_s);
                if step >= 0.0 && step < steps as f64 {
                    queue_seen[step as usize] += group.in_flight() as f64;
                }
            }
            group.advance(f64::MAX, &mut departed);
        }
        statistics
            .into_iter()
            .zip(queue_seen)
            .filter(|(statistics, _)| statistics.requests > 0.0)
            .map(|(statistics, seen)| MeasuredPoint {
                queue: seen / (statistics.requests * self.pods as f64),
                utilization: 1.0,
                statistics,
            })
            .collect()
    }

    /// The pods with a queue that nothing bounds: refusals are the caller's to count.
    fn group(&self, seed: Seed) -> PodGroup {
        let service = ServiceSpec { accept_queue: u32::MAX, ..self.service };
        PodGroup::new(&self.cfs, &service, &self.pod, self.pods, seed)
    }
}

/// Poisson arrivals with their costs.
#[derive(Debug)]
struct RequestSource {
    arrivals: Stream,
    costs: Stream,
    cost: CostSampler,
    now_s: f64,
}

impl RequestSource {
    fn new(seed: Seed, cost: CpuCost) -> Self {
        Self {
            arrivals: seed.named("arrivals").stream(),
            costs: seed.named("costs").stream(),
            cost: cost.sampler(),
            now_s: 0.0,
        }
    }

    fn next(&mut self, rate_rps: f64) -> (f64, f64) {
        self.now_s += self.arrivals.exponential(1.0 / rate_rps);
        (self.now_s, self.cost.draw_s(&mut self.costs))
    }
}
