use podpilot_service_model::LatencyTable;

use crate::tally::Batch;

/// Steps of the queue's integration within one tick while it moves.
const SUBSTEPS: u32 = 8;
/// A queue this close to where its load leads to has arrived.
const ARRIVED_WITHIN: f64 = 0.01;
/// Least share of the way that a substep covers, so that table rounding cannot stall it.
const LEAST_APPROACH: f64 = 0.01;

/// Pods in one state: the same queue, the same load, the same history.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Group {
    pub(super) members: u32,
    /// Whether the balancer sends it requests.
    pub(super) receives: bool,
    /// Mean requests in each pod.
    pub(super) queue: f64,
    /// Variance of the backlog between pods that a random balancer built up.
    pub(super) spread: f64,
    /// Work that arrived but did not fit in the tick: keeps counts and CPU in step.
    pub(super) carry: f64,
    /// Work done by each pod, in mean requests.
    pub(super) finished: f64,
    /// `finished` when last accounted for.
    pub(super) accounted: f64,
    /// Requests of each pod since the last flush while at rest.
    pub(super) unrecorded: f64,
    /// Share and latency of what arrives now, for one request.
    pub(super) per_request: Batch,
    /// Mean latency now, seconds.
    pub(super) latency_s: f64,
    /// The queue has arrived where the load leads to.
    pub(super) at_rest: bool,
}

/// What the tick does to one pod of a group.
#[derive(Debug, Clone, Copy)]
pub(super) struct Load<'a> {
    pub(super) table: &'a LatencyTable,
    /// First bin of the table's levels.
    pub(super) first_bin: u32,
    /// Share of its capacity that a crowded node leaves to a pod.
    pub(super) core_share: f64,
    /// Rate behind the arrivals, requests per second and pod.
    pub(super) rate_rps: f64,
    /// Requests that arrived, per pod.
    pub(super) count: f64,
    pub(super) tick_s: f64,
}

impl Load<'_> {
    fn capacity_rps(&self) -> f64 {
        self.table.capacity_rps() * self.core_share
    }
}

impl Group {
    pub(super) fn of_one_idle_pod() -> Self {
        Self {
            members: 1,
            receives: true,
            queue: 0.0,
            spread: 0.0,
            carry: 0.0,
            finished: 0.0,
            accounted: 0.0,
            unrecorded: 0.0,
            per_request: Batch { count: 1.0, slow: 0.0, failed: 0.0, bin: 0, weight_of_next: 0.0 },
            latency_s: 0.0,
            at_rest: false,
        }
    }

    /// Moves the queue through one tick. Returns the share of the arrivals that the full queue refused.
    pub(super) fn advance(&mut self, load: &Load<'_>) -> f64 {
        let before = self.queue;
        let path = self.integrate(load);
        self.read_table(load, path.mean_queue / load.core_share);
        self.work(load, before, &path);
        self.widen(load, path.backlogged);
        self.at_rest = self.queue == path.target && load.rate_rps < load.capacity_rps();
        if path.arrived > 0.0 { (path.refused / path.arrived).min(1.0) } else { 0.0 }
    }

    /// Pointwise stationary fluid flow: a queue works off what a stationary queue of its size would.
    fn integrate(&mut self, load: &Load<'_>) -> Path {
        let capacity_rps = load.capacity_rps();
        let limit = load.table.queue_limit();
        let overload = load.rate_rps >= capacity_rps;
        let target = if overload { limit } else { load.table.stationary_queue(load.rate_rps / capacity_rps) };
        // The tables hold the noise of arrivals at rest. A backlog has none of its own: there every request counts.
        let backlogged = overload || is_backlog(self.queue, target);
        let rate_rps = if backlogged { load.count / load.tick_s } else { load.rate_rps };
        let substep_s = load.tick_s / f64::from(SUBSTEPS);
        let mut queue = self.queue;
        let mut sum = 0.0;
        let mut refused = 0.0;
        for substep in 0..SUBSTEPS {
            if queue == target && !overload {
                sum += f64::from(2 * (SUBSTEPS - substep)) * target;
                break;
            }
            let idle = 1.0 - load.table.utilization_at(queue);
            // While a backlog is worked off there are no gaps, however the stationary queue of its length had some.
            let share = match (overload, backlogged) {
                (true, _) => 1.0,
                (false, true) => 0.0,
                (false, false) => idle_share(queue, target),
            };
            let drift = (rate_rps - capacity_rps * (1.0 - idle * share)) * substep_s;
            let mut next = queue + drift;
            if overload {
                refused += (next - limit).max(0.0);
                next = next.clamp(0.0, limit);
            } else if backlogged {
                next = next.max(target);
            } else {
                next = approach(queue, next, target);
            }
            sum += queue + next;
            queue = next;
        }
        self.queue = queue;
        let arrived = rate_rps * load.tick_s;
        Path { target, mean_queue: sum / f64::from(2 * SUBSTEPS), arrived, refused, backlogged }
    }

    /// The latency that requests arriving at this queue will see.
    fn read_table(&mut self, load: &Load<'_>, queue: f64) {
        let table = load.table;
        let level = table.level_at(queue);
        let next = (level.index + 1).min(table.level_count() - 1);
        let mix = |of: fn(&LatencyTable, usize) -> f64| {
            of(table, level.index) * (1.0 - level.weight_of_next) + of(table, next) * level.weight_of_next
        };
        self.per_request = Batch {
            count: 1.0,
            slow: mix(LatencyTable::slow_ratio),
            failed: mix(LatencyTable::failed_ratio),
            bin: load.first_bin + level.index as u32,
            weight_of_next: if next == level.index { 0.0 } else { level.weight_of_next },
        };
        self.latency_s = mix(LatencyTable::mean_latency_s);
    }

    fn work(&mut self, load: &Load<'_>, queue_before: f64, path: &Path) {
        let capacity = load.capacity_rps() * load.tick_s;
        let fluid = path.arrived - (self.queue - queue_before) - path.refused;
        if path.backlogged {
            self.finished += fluid.clamp(0.0, capacity);
            self.carry = 0.0;
        } else {
            self.finish(fluid + load.count - path.arrived, capacity);
        }
    }

    /// Does what the counts ask for, as far as a tick's capacity goes.
    #[inline]
    pub(super) fn finish(&mut self, arrived: f64, capacity: f64) {
        let available = self.carry + arrived;
        let done = available.min(capacity).max(0.0);
        self.carry = available - done;
        self.finished += done;
    }

    /// Backlogs behind a random balancer drift apart like random walks, and meet again when they are worked off.
    fn widen(&mut self, load: &Load<'_>, backlogged: bool) {
        if backlogged {
            self.spread += load.count;
        } else {
            self.spread *= 0.5;
        }
    }
}

/// What integrating one tick found.
struct Path {
    /// Where the load leads to.
    target: f64,
    mean_queue: f64,
    /// Requests that came in, refused ones included.
    arrived: f64,
    refused: f64,
    /// Whether the pod had more to do than a stationary queue.
    backlogged: bool,
}

/// How much of a stationary queue's idle time a queue has that is still growing. A queue that starts empty is spread
/// like half a normal distribution, a stationary one like an exponential one; at the same mean the former touches zero
/// 2/π times as often (reflected Brownian motion, the heavy-traffic limit of queues).
fn idle_share(queue: f64, target: f64) -> f64 {
    const FROM_EMPTY: f64 = std::f64::consts::FRAC_2_PI;
    if queue < target { FROM_EMPTY + (1.0 - FROM_EMPTY) * queue / target } else { 1.0 }
}

/// Whether a queue is far longer than the load would make it.
fn is_backlog(queue: f64, target: f64) -> bool {
    queue > 2.0 * target + 5.0
}

/// `next`, kept from passing `target` or turning away from it.
fn approach(queue: f64, next: f64, target: f64) -> f64 {
    let gap = target - queue;
    let least = queue + LEAST_APPROACH * gap;
    let moved = if gap > 0.0 { next.max(least).min(target) } else { next.min(least).max(target) };
    if (target - moved).abs() <= ARRIVED_WITHIN * target { target } else { moved }
}

#[cfg(test)]
mod tests {
    use super::approach;

    #[test]
    fn a_queue_never_passes_its_target_and_always_arrives() {
        assert_eq!(approach(0.0, 9.0, 4.0), 4.0);
        assert_eq!(approach(9.0, 1.0, 4.0), 4.0);
        assert_eq!(approach(5.0, 5.0, 0.0), 4.95, "a stalled queue still moves by a hundredth of the way");
        let mut queue = 100.0;
        let mut steps = 0;
        while queue != 3.0 && steps < 2_000 {
            queue = approach(queue, queue, 3.0);
            steps += 1;
        }
        assert!(steps < 1_000, "{steps}");
    }
}
