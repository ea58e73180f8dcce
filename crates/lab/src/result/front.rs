use super::AutoscalerResult;

/// The smallest share told apart on the logarithmic axis; a share of zero is put here.
const SMALLEST_SHARE: f64 = 1e-5;

/// Cost and service of one HPA target: over all days, one day, or any resample of days.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct FrontPoint {
    /// Cost in any unit that all points share.
    pub(crate) cost: f64,
    /// Share of bad minutes, or of slow requests.
    pub(crate) share: f64,
}

/// The points of HPA's front that no other point of it beats in both cost and service, from dear and well served
/// to cheap and badly served.
pub fn efficient_front(rows: &[AutoscalerResult]) -> Vec<&AutoscalerResult> {
    let mut points: Vec<_> = rows.iter().filter(|row| row.is_hpa_front()).collect();
    points
        .sort_by(|a, b| a.cost.total_cmp(&b.cost).then(a.slow_minute_ratio.total_cmp(&b.slow_minute_ratio)));
    let mut front: Vec<&AutoscalerResult> = Vec::new();
    for point in points {
        if front.last().is_none_or(|last| point.slow_minute_ratio < last.slow_minute_ratio) {
            front.push(point);
        }
    }
    front.reverse();
    front
}

/// Cost per day of HPA's efficient front at a share of bad minutes, linear in the logarithm of the share between
/// neighbouring targets; `None` outside the range that the front reaches.
pub fn front_cost_per_day(rows: &[AutoscalerResult], slow_minute_ratio: f64) -> Option<f64> {
    front_cost_by(rows, slow_minute_ratio, |row| row.slow_minute_ratio)
}

/// The same with the share of slow requests as the measure of service, on the front that this measure makes.
pub fn front_cost_per_day_at_slow_requests(
    rows: &[AutoscalerResult],
    slow_request_ratio: f64,
) -> Option<f64> {
    front_cost_by(rows, slow_request_ratio, |row| row.slow_request_ratio)
}

fn front_cost_by(rows: &[AutoscalerResult], wanted: f64, share: fn(&AutoscalerResult) -> f64) -> Option<f64> {
    let front = rows.iter().filter(|row| row.is_hpa_front());
    let mut points: Vec<_> =
        front.map(|row| FrontPoint { cost: row.cost_per_day(), share: share(row) }).collect();
    cost_at_share(&mut points, wanted)
}

/// Cost of the efficient part of `points` at a share; `None` outside the range that it reaches. Reorders `points`.
pub(crate) fn cost_at_share(points: &mut Vec<FrontPoint>, wanted: f64) -> Option<f64> {
    points.sort_by(|a, b| a.cost.total_cmp(&b.cost).then(a.share.total_cmp(&b.share)));
    let mut best = f64::INFINITY;
    points.retain(|point| {
        let efficient = point.share < best;
        best = best.min(point.share);
        efficient
    });
    let at = |share: f64| share.max(SMALLEST_SHARE);
    let wanted = at(wanted);
    if let Some(point) = points.iter().find(|point| at(point.share) == wanted) {
        return Some(point.cost);
    }
    points.windows(2).find_map(|pair| {
        let (loose, strict) = (pair[0], pair[1]);
        let (from, to) = (at(strict.share), at(loose.share));
        let inside = from < wanted && wanted < to;
        inside.then(|| {
            let weight = libm::log(wanted / from) / libm::log(to / from);
            strict.cost + weight * (loose.cost - strict.cost)
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(points: &[(f64, f64)], wanted: f64) -> Option<f64> {
        let mut points: Vec<_> = points.iter().map(|&(cost, share)| FrontPoint { cost, share }).collect();
        cost_at_share(&mut points, wanted)
    }

    #[test]
    fn halfway_in_the_logarithm_is_halfway_in_cost() {
        let cost = read(&[(10.0, 0.01), (14.0, 0.0001), (15.0, 0.005)], 0.001).unwrap();
        assert!((cost - 12.0).abs() < 1e-9, "the dominated third point must not matter: {cost}");
    }

    #[test]
    fn a_front_of_one_point_is_read_at_its_own_service_only() {
        let quiet_day = [(10.0, 0.0), (12.0, 0.0), (14.0, 0.0)];
        assert_eq!(read(&quiet_day, 0.0), Some(10.0));
        assert_eq!(read(&quiet_day, 0.01), None);
        assert_eq!(read(&[], 0.01), None);
    }
}
