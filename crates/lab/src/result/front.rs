use super::AutoscalerResult;

/// The smallest share of bad minutes told apart on the logarithmic axis; a share of zero is put here.
const SMALLEST_SHARE: f64 = 1e-5;

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
    let at = |ratio: f64| libm::log(ratio.max(SMALLEST_SHARE));
    let wanted = at(slow_minute_ratio);
    efficient_front(rows).windows(2).find_map(|pair| {
        let (strict, loose) = (pair[0], pair[1]);
        let (from, to) = (at(strict.slow_minute_ratio), at(loose.slow_minute_ratio));
        let inside = from <= wanted && wanted <= to && from < to;
        let weight = (wanted - from) / (to - from);
        inside.then(|| strict.cost_per_day() + weight * (loose.cost_per_day() - strict.cost_per_day()))
    })
}
