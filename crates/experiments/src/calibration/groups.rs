//! Runs of the same size and load belong together; disturbed ones are left out by a stated rule.

use podpilot_service_model::fit::MeasuredPoint;
use podpilot_service_model::{LoadTest, TestArrivals};

use super::plan::Size;
use super::point::Point;

/// Steal above this, in cores, means that the hypervisor took time from the pods.
const MOST_STEAL_CORES: f64 = 0.05;
/// Processes outside the testbed at normal priority compete with the pods, although with far less weight.
const MOST_OTHER_CORES: f64 = 0.5;
/// A send error of this much is no longer small against latencies of a few milliseconds.
const MOST_SEND_ERROR_P99_MS: f64 = 5.0;

/// Why a run says little about the pods; `None` if nothing disturbed it.
pub(crate) fn disturbance(point: &Point) -> Option<String> {
    let machine = &point.machine;
    if machine.steal_cores > MOST_STEAL_CORES {
        return Some(format!("{:.2} cores stolen", machine.steal_cores));
    }
    if machine.other_normal_cores > MOST_OTHER_CORES {
        return Some(format!("{:.2} cores used by others at normal priority", machine.other_normal_cores));
    }
    if point.load.send_error_p99_ms > MOST_SEND_ERROR_P99_MS {
        return Some(format!("1 % of requests sent {:.1} ms late or later", point.load.send_error_p99_ms));
    }
    None
}

/// Undisturbed runs of one size at one planned load.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Group {
    /// The size.
    pub(crate) size: Size,
    /// Planned load as a share of capacity.
    pub(crate) share: f64,
    /// The runs.
    pub(crate) points: Vec<Point>,
}

impl Group {
    /// Mean CPU share of the limit.
    pub(crate) fn cpu_of_limit(&self) -> f64 {
        self.mean(|point| point.cpu_of_limit)
    }

    /// Mean over runs of a value.
    pub(crate) fn mean(&self, value: impl Fn(&Point) -> f64) -> f64 {
        self.points.iter().map(value).sum::<f64>() / self.points.len().max(1) as f64
    }

    /// Median over runs of a value.
    pub(crate) fn median(&self, value: impl Fn(&Point) -> f64) -> f64 {
        let mut values: Vec<f64> = self.points.iter().map(value).collect();
        values.sort_by(f64::total_cmp);
        let middle = values.len() / 2;
        if values.len() % 2 == 1 { values[middle] } else { 0.5 * (values[middle - 1] + values[middle]) }
    }

    /// Smallest and largest P95 over runs, milliseconds.
    pub(crate) fn p95_range_ms(&self) -> (f64, f64) {
        let values = || self.points.iter().map(|point| point.load.p95_ms);
        (values().fold(f64::INFINITY, f64::min), values().fold(0.0, f64::max))
    }
}

/// Groups by size and planned load, in the order of sizes and loads. Disturbed runs are left out.
pub(crate) fn grouped(points: &[Point]) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for point in points.iter().filter(|point| disturbance(point).is_none()) {
        let (size, share) = (point.job.size, point.job.share);
        match groups.iter_mut().find(|group| group.size == size && group.share == share) {
            Some(group) => group.points.push(point.clone()),
            None => groups.push(Group { size, share, points: vec![point.clone()] }),
        }
    }
    let limit_m = |size: &Size| size.limit_m.unwrap_or(u32::MAX);
    groups.sort_by(|a, b| {
        let by_size = (a.size.pods, limit_m(&a.size)).cmp(&(b.size.pods, limit_m(&b.size)));
        by_size.then(a.share.total_cmp(&b.share))
    });
    groups
}

/// A run as the service model takes it: at the rate and the cost that this very run had.
/// `core_share` is what the machine leaves to a pod that never rests.
pub(crate) fn measured(point: &Point, core_share: f64) -> MeasuredPoint {
    let pods = f64::from(point.job.size.pods);
    MeasuredPoint {
        cpu_limit_m: point.job.size.limit_m,
        test: LoadTest {
            offered_rps_per_pod: point.load.requests as f64 / point.measured_s / pods,
            pods: point.job.size.pods as usize,
            duration_s: point.warm_up_s + point.measured_s,
            warm_up_s: point.warm_up_s,
            arrivals: TestArrivals::Poisson,
            core_share,
        },
        done_rps_per_pod: point.load.done as f64 / point.measured_s / pods,
        cpu_of_limit: point.cpu_of_limit,
        p95_s: point.load.p95_ms * 1e-3,
    }
}
