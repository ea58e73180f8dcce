use podpilot_service_model::LatencyTable;
use podpilot_simulator::PreparedScenario;

/// Least share of a stationary queue's idle time that a growing one has: 2/π (reflected Brownian motion).
const IDLE_WHILE_GROWING: f64 = std::f64::consts::FRAC_2_PI;
/// Weights of the plain count of pods beside the count that their work needs; any weight gives a bound.
const WEIGHTS: usize = 21;
/// From this queue on a pod may be working off a backlog, which leaves it no idle time.
const BACKLOG: f64 = 5.0;
const MINUTE_S: f64 = 60.0;

/// The fewest pods, fractions included, that carry a rate without more than the allowed share of slow requests.
#[derive(Debug, Clone, PartialEq)]
pub struct Capacity {
    full_rps: f64,
    /// Each table's smallest number of pods, and pod time for each request that one pod-capacity would take.
    kinds: Vec<(f64, f64)>,
    /// Share of a minute's need that queues left at its end may save.
    storable: f64,
}

/// A state that a pod can be in: share of slow requests, pod time per request in units of 1/capacity.
#[derive(Debug, Clone, Copy)]
struct State {
    slow: f64,
    time: f64,
}

/// A request that is refused is slow and takes no time.
const REFUSED: State = State { slow: 1.0, time: 0.0 };

impl Capacity {
    /// For the scenario's service and objective. `typical_rps` decides where the bound is tight, not whether it holds.
    pub fn new(prepared: &PreparedScenario, typical_rps: f64) -> Self {
        let scenario = prepared.scenario();
        let allowed = 1.0 - scenario.objective.latency.quantile;
        let tables = prepared.tables();
        let full_rps = prepared.capacity_rps_per_pod();
        let typical_pods = (typical_rps / full_rps).ceil().max(1.0) as u32;
        let price = best_price(tables.for_pods(typical_pods), allowed);
        let mut kinds = vec![(0.0, price * (1.0 - allowed))];
        let mut longest_good = 0.0_f64;
        let mut last: Option<&LatencyTable> = None;
        for pods in 1..=scenario.cluster.max_replicas {
            let table = tables.for_pods(pods);
            if last.is_none_or(|last| !std::ptr::eq(last, table)) {
                kinds.push((f64::from(pods), dual(table, allowed, price)));
                longest_good = longest_good.max(longest_good_queue(table, allowed));
                last = Some(table);
            }
        }
        let storable = (work_in(tables.for_pods(1), longest_good) / (full_rps * MINUTE_S)).min(1.0);
        Self { full_rps, kinds, storable }
    }

    /// Pods needed at a rate, at least.
    pub fn pods_for(&self, rate_rps: f64) -> f64 {
        let work = rate_rps / self.full_rps;
        let bound = |weight: f64| {
            let candidates =
                self.kinds.iter().map(|&(pods, time)| weight * pods + (1.0 - weight) * work * time);
            candidates.fold(f64::INFINITY, f64::min)
        };
        let weights = (0..WEIGHTS).map(|step| step as f64 / (WEIGHTS - 1) as f64);
        (1.0 - self.storable) * weights.map(bound).fold(0.0, f64::max)
    }
}

/// The states of a table by rising queue, where a backlog begins among them.
fn states(table: &LatencyTable) -> impl Iterator<Item = State> + '_ {
    let at = |queue: f64| State { slow: table.slow_ratio_at(queue), time: time_at(table, queue) };
    let queues = move || (0..table.level_count()).map(|level| table.queue_of(level));
    let below = queues().take_while(|&queue| queue < BACKLOG).chain([BACKLOG]);
    below.chain(queues().skip_while(|&queue| queue <= BACKLOG)).map(at)
}

/// The Lagrangian dual of "least time per request with at most `allowed` slow ones" at one price of slowness: a lower
/// bound whatever the price. Between two levels slowness and utilization are linear, so time lies below its chord.
fn dual(table: &LatencyTable, allowed: f64, price: f64) -> f64 {
    let value = |state: State| state.time + price * (state.slow - allowed);
    let between = states(table)
        .zip(states(table).skip(1))
        .map(|(low, high)| value(low).min(value(high)) - most_below_chord(low.time, high.time));
    between.fold(value(REFUSED), f64::min).max(0.0)
}

/// How far 1/x, with x between 1/a and 1/b, lies below the straight line from a to b at most: (√a − √b)².
fn most_below_chord(a: f64, b: f64) -> f64 {
    let difference = a.sqrt() - b.sqrt();
    difference * difference
}

/// The price of slowness at which the dual is highest: it is concave in the price.
fn best_price(table: &LatencyTable, allowed: f64) -> f64 {
    let (mut low, mut high) = (0.0, 100.0);
    for _ in 0..100 {
        let (left, right) = (low + (high - low) / 3.0, high - (high - low) / 3.0);
        if dual(table, allowed, left) < dual(table, allowed, right) {
            low = left;
        } else {
            high = right;
        }
    }
    0.5 * (low + high)
}

/// Longest queue at which no more than the allowed share is slow.
fn longest_good_queue(table: &LatencyTable, allowed: f64) -> f64 {
    let good = (0..table.level_count()).rev().find(|&level| table.slow_ratio(level) <= allowed);
    good.map_or(0.0, |level| table.queue_of((level + 1).min(table.level_count() - 1)))
}

/// G(q): pod time, in requests at full capacity, that a queue stands for.
fn work_in(table: &LatencyTable, queue: f64) -> f64 {
    let steps = 200;
    let width = queue / f64::from(steps);
    (0..steps).map(|step| time_at(table, width * f64::from(step)) * width).sum()
}

/// 1/û(q): least pod time per request, in units of 1/capacity.
fn time_at(table: &LatencyTable, queue: f64) -> f64 {
    if queue >= BACKLOG {
        return 1.0;
    }
    1.0 / (1.0 - IDLE_WHILE_GROWING * (1.0 - table.utilization_at(queue)))
}
