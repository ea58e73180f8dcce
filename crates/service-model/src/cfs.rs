/// What a busy machine does to the CPU cost of requests: caches, memory bandwidth and hyper-threads are shared, so
/// the same work costs more CPU time while a neighbour is busy. The factor (log-normal, mean 1) is redrawn every
/// `correlation_s`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Neighbour {
    /// Standard deviation of the factor; 0 = a quiet machine.
    pub cost_cv: f64,
    /// How long a factor lasts, seconds.
    pub correlation_s: f64,
}

impl Neighbour {
    /// Nobody else on the machine.
    pub const QUIET: Self = Self { cost_cv: 0.0, correlation_s: 1.0 };
}

/// How the kernel hands out and takes away CPU time under a bandwidth quota (Linux `kernel/sched/fair.c`, the
/// CFS bandwidth controller; unchanged in what matters here under EEVDF).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CfsModel {
    /// Length of a quota period, seconds (`cpu.cfs_period_us`).
    pub period_s: f64,
    /// Most that a CPU takes from the group's pool at once, seconds (`sched_cfs_bandwidth_slice_us`).
    pub slice_s: f64,
    /// What a CPU keeps of its slice when the group's last task sleeps, seconds (`min_cfs_rq_runtime`).
    pub kept_slack_s: f64,
    /// Time between two accountings of a running task, seconds. A quota is only seen to be used up then; what was
    /// overrun is paid back from the next refill. The timer tick: 4 ms at 250 Hz.
    pub tick_s: f64,
    /// Quotas that lie inside each other, each with its own timer phase: Kubernetes sets the same limit on the
    /// container's group and on the pod's.
    pub nested_groups: usize,
    /// Other work on the machine.
    pub neighbour: Neighbour,
}

impl CfsModel {
    /// Held against measured nginx pods; `docs/service-model.md` has sources and measurements.
    pub const CALIBRATED: Self = Self {
        period_s: 0.1,
        slice_s: 0.005,
        kept_slack_s: 0.001,
        tick_s: 0.004,
        nested_groups: 2,
        neighbour: Neighbour { cost_cv: 0.08, correlation_s: 0.4 },
    };
}

impl Default for CfsModel {
    fn default() -> Self {
        Self::CALIBRATED
    }
}
