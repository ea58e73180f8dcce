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
    let points: Vec<_> =
        front.map(|row| FrontPoint { cost: row.cost_per_day(), share: share(row) }).collect();
    cost_at_share(&points, wanted)
}

/// Cost of the efficient part of `points` at a share; `None` outside the range that it reaches.
pub(crate) fn cost_at_share(points: &[FrontPoint], wanted: f64) -> Option<f64> {
    read_front(points, wanted)
        .filter(|reading| reading.place == FrontPlace::Within)
        .map(|reading| reading.cost)
}

/// Where a share of bad minutes lies on a front.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FrontPlace {
    /// The front reaches it.
    Within,
    /// All of the front serves worse.
    Stricter,
    /// All of the front serves better.
    Looser,
}

/// A front read at a share: two neighbouring points, mixed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct FrontReading {
    pub(crate) place: FrontPlace,
    /// Cost there; of the nearest end of the front outside its range.
    pub(crate) cost: f64,
    /// Index of the point that serves better, and of its neighbour, with the weight of the latter.
    strict: usize,
    loose: usize,
    weight: f64,
}

impl FrontReading {
    /// The cost to compare with, if a lower one is a saving: not where the wanted service is looser than all of the front.
    pub(crate) fn cost_at_no_looser_service(&self) -> Option<f64> {
        (self.place != FrontPlace::Looser).then_some(self.cost)
    }

    /// Any quantity of the points, mixed as the cost is.
    pub(crate) fn mixed(&self, of: impl Fn(usize) -> f64) -> f64 {
        of(self.strict) + self.weight * (of(self.loose) - of(self.strict))
    }
}

/// Reads the efficient part of `points` at a share, linear in its logarithm between neighbours. `None` without points.
pub(crate) fn read_front(points: &[FrontPoint], wanted: f64) -> Option<FrontReading> {
    let mut order: Vec<usize> = (0..points.len()).collect();
    order.sort_by(|a, b| {
        points[*a].cost.total_cmp(&points[*b].cost).then(points[*a].share.total_cmp(&points[*b].share))
    });
    let mut best = f64::INFINITY;
    order.retain(|index| {
        let efficient = points[*index].share < best;
        best = best.min(points[*index].share);
        efficient
    });
    let at = |share: f64| share.max(SMALLEST_SHARE);
    let wanted = at(wanted);
    let single = |index: usize, place: FrontPlace| FrontReading {
        place,
        cost: points[index].cost,
        strict: index,
        loose: index,
        weight: 0.0,
    };
    if let Some(index) = order.iter().find(|index| at(points[**index].share) == wanted) {
        return Some(single(*index, FrontPlace::Within));
    }
    let (loosest, strictest) = (*order.first()?, *order.last()?);
    if wanted > at(points[loosest].share) {
        return Some(single(loosest, FrontPlace::Looser));
    }
    if wanted < at(points[strictest].share) {
        return Some(single(strictest, FrontPlace::Stricter));
    }
    order.windows(2).find_map(|pair| {
        let (loose, strict) = (pair[0], pair[1]);
        let (from, to) = (at(points[strict].share), at(points[loose].share));
        (from < wanted && wanted < to).then(|| {
            let weight = libm::log(wanted / from) / libm::log(to / from);
            let cost = points[strict].cost + weight * (points[loose].cost - points[strict].cost);
            FrontReading { place: FrontPlace::Within, cost, strict, loose, weight }
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(points: &[(f64, f64)], wanted: f64) -> Option<f64> {
        let points: Vec<_> = points.iter().map(|&(cost, share)| FrontPoint { cost, share }).collect();
        cost_at_share(&points, wanted)
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

    #[test]
    fn a_saving_is_never_read_at_looser_service() {
        let points = [FrontPoint { cost: 10.0, share: 0.01 }, FrontPoint { cost: 14.0, share: 0.0001 }];
        let looser = read_front(&points, 0.02).unwrap();
        assert_eq!((looser.place, looser.cost_at_no_looser_service()), (FrontPlace::Looser, None));
        let stricter = read_front(&points, 0.00005).unwrap();
        assert_eq!(
            (stricter.place, stricter.cost_at_no_looser_service()),
            (FrontPlace::Stricter, Some(14.0))
        );
        let within = read_front(&points, 0.001).unwrap();
        assert!((within.mixed(|index| [1.0, 3.0][index]) - 2.0).abs() < 1e-9);
        assert_eq!(read_front(&[], 0.1), None);
    }
}
