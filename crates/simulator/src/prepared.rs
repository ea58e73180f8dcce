use std::sync::Arc;

use podpilot_service_model::LatencyTables;
use podpilot_traffic::Arrivals;

use crate::bins::{Bins, distinct_tables};
use crate::{Fidelity, Scenario, ScenarioError};

/// A scenario with what is computed from it once: the latency tables (some tenths of a second). Shared by all
/// simulations of the scenario.
#[derive(Debug)]
pub struct PreparedScenario {
    scenario: Scenario,
    tables: LatencyTables,
    first_bins: Vec<u32>,
    level_bins: Arc<Bins>,
    bucket_bins: Arc<Bins>,
    out_of_memory_queue: f64,
    alarm_queue: f64,
}

impl PreparedScenario {
    /// Validates the scenario and builds its tables.
    pub fn new(scenario: &Scenario) -> Result<Arc<Self>, ScenarioError> {
        scenario.validate()?;
        let max_pods = scenario.cluster.max_replicas;
        let threshold_s = scenario.objective.latency.threshold_ms * 1e-3;
        let tables = LatencyTables::build(&scenario.service, &scenario.pod, threshold_s, max_pods);
        let timeout_s = scenario.service.timeout_s;
        let bounds_s = &scenario.metrics.prometheus.latency_buckets_s;
        let (distinct, first_bins) = distinct_tables(&tables, max_pods);
        let level_bins = Arc::new(Bins::of_levels(&distinct, timeout_s, bounds_s));
        let bucket_bins = Arc::new(Bins::of_buckets(timeout_s, bounds_s));
        let capacity_rps = tables.for_pods(1).capacity_rps();
        let out_of_memory_queue = out_of_memory_queue(scenario);
        let probe_queue = 0.5 * scenario.probe.timeout_s * capacity_rps;
        Ok(Arc::new(Self {
            alarm_queue: alarm_queue(scenario, out_of_memory_queue, probe_queue),
            scenario: scenario.clone(),
            tables,
            first_bins,
            level_bins,
            bucket_bins,
            out_of_memory_queue,
        }))
    }

    /// The scenario.
    pub fn scenario(&self) -> &Scenario {
        &self.scenario
    }

    /// The latency tables of its service and pod.
    pub fn tables(&self) -> &LatencyTables {
        &self.tables
    }

    /// The rate that keeps one pod busy all the time, requests per second.
    pub fn capacity_rps_per_pod(&self) -> f64 {
        self.tables.for_pods(1).capacity_rps()
    }

    /// How the scenario's requests scatter round the rate.
    pub fn arrivals(&self) -> Arrivals {
        self.scenario.load.arrivals()
    }

    pub(crate) fn bins(&self, fidelity: Fidelity) -> &Arc<Bins> {
        match fidelity {
            Fidelity::Fast => &self.level_bins,
            Fidelity::Request => &self.bucket_bins,
        }
    }

    /// First bin of the levels that hold for `pods` ready pods.
    pub(crate) fn first_bin(&self, pods: u32) -> u32 {
        self.first_bins[(pods as usize).min(self.first_bins.len() - 1)]
    }

    /// Longest time a request can wait in a full pod, seconds.
    pub(crate) fn longest_wait_s(&self) -> f64 {
        let table = self.tables.for_pods(1);
        2.0 * table.queue_limit() / table.capacity_rps() + 1.0
    }

    /// CPU of a mean request, core-seconds.
    pub(crate) fn cpu_per_request_s(&self) -> f64 {
        self.scenario.service.cpu_ms_per_request.mean_s()
    }

    /// CPU that one pod can use at most, cores.
    pub(crate) fn pod_cores(&self) -> f64 {
        let workers = f64::from(self.scenario.service.workers);
        self.scenario.pod.cpu_limit_cores().map_or(workers, |limit| limit.min(workers))
    }

    /// Share of its CPU that each pod gets from nodes that are asked for more than they have.
    pub(crate) fn core_share(
        &self,
        cluster_cores: f64,
        serving: u32,
        rate_rps_per_pod: f64,
        backlogged: bool,
    ) -> f64 {
        let pod_cores = self.pod_cores();
        let serving = f64::from(serving);
        if serving * pod_cores <= cluster_cores {
            return 1.0;
        }
        let offered_cores = rate_rps_per_pod * self.cpu_per_request_s();
        let wanted_cores = serving * if backlogged { pod_cores } else { offered_cores.min(pod_cores) };
        if wanted_cores <= cluster_cores { 1.0 } else { cluster_cores / wanted_cores }
    }

    /// Requests in a pod at which its memory reaches the limit, leaks aside.
    pub(crate) fn out_of_memory_queue(&self) -> f64 {
        self.out_of_memory_queue
    }

    /// From this queue on a pod may die or fail its probe.
    pub(crate) fn alarm_queue(&self) -> f64 {
        self.alarm_queue
    }
}

fn out_of_memory_queue(scenario: &Scenario) -> f64 {
    let memory = scenario.service.memory;
    let room_kib = (scenario.pod.memory_limit_mib - memory.base_mib) * 1024.0;
    if memory.per_request_kib > 0.0 { room_kib / memory.per_request_kib } else { f64::INFINITY }
}

fn alarm_queue(scenario: &Scenario, out_of_memory_queue: f64, probe_queue: f64) -> f64 {
    if scenario.service.memory.leak_kib_per_request > 0.0 {
        return 0.0;
    }
    (0.5 * out_of_memory_queue).min(probe_queue)
}
