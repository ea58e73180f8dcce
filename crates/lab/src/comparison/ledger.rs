//! Paired sums of a subject and a rival's configurations, for any choice of days and seeds.

use super::cell::Cell;
use crate::LabError;
use crate::result::{FrontPoint, FrontReading, read_front};
use crate::statistics::{Design, Draw};

/// Cells of one row, with its name for errors.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cells<'a> {
    pub(super) name: &'a str,
    pub(super) cells: &'a [Cell],
}

/// What counts as service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Service {
    BadMinutes,
    SlowRequests,
}

/// Paired cells of a subject (one row for each training seed) and of a rival (one row for each configuration).
#[derive(Debug)]
pub(super) struct Ledger {
    pub(super) design: Design,
    /// By training seed, day and noise seed.
    subject: Vec<Vec<Vec<Sum>>>,
    /// By day, noise seed and configuration.
    rivals: Vec<Vec<Vec<Sum>>>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Sum {
    cost: f64,
    minutes: f64,
    bad: f64,
    requests: f64,
    slow: f64,
}

impl Sum {
    fn of(cell: &Cell) -> Self {
        Self {
            cost: cell.cost,
            minutes: cell.minutes,
            bad: cell.bad_minutes,
            requests: cell.requests,
            slow: cell.slow_requests,
        }
    }

    fn add(&mut self, other: &Self) {
        self.cost += other.cost;
        self.minutes += other.minutes;
        self.bad += other.bad;
        self.requests += other.requests;
        self.slow += other.slow;
    }

    fn share(&self, service: Service) -> f64 {
        let (part, whole) = match service {
            Service::BadMinutes => (self.bad, self.minutes),
            Service::SlowRequests => (self.slow, self.requests),
        };
        if whole > 0.0 { part / whole } else { 0.0 }
    }

    fn point(&self, service: Service) -> FrontPoint {
        FrontPoint { cost: self.cost, share: self.share(service) }
    }
}

impl Ledger {
    /// Refuses rows that did not meet the same days, windows and seeds.
    pub(super) fn pair(subject: &[Cells<'_>], rivals: &[Cells<'_>]) -> Result<Self, LabError> {
        let Some(first) = subject.first().filter(|_| !rivals.is_empty()) else {
            return Err(LabError::Failed("nothing to compare".to_owned()));
        };
        for other in subject.iter().chain(rivals) {
            let equal = other.cells.len() == first.cells.len()
                && other.cells.iter().zip(first.cells).all(|(a, b)| a.pairing() == b.pairing());
            if !equal {
                return Err(LabError::Failed(format!(
                    "{} and {} did not meet the same days, windows and seeds; they cannot be compared",
                    first.name, other.name
                )));
            }
        }
        Ok(Self::of(subject, rivals))
    }

    /// The ledger of rows that are known to be pairs.
    pub(super) fn of(subject: &[Cells<'_>], rivals: &[Cells<'_>]) -> Self {
        let order = by_day(subject.first().map_or(&[][..], |first| first.cells));
        let at = |cells: &[Cell]| -> Vec<Vec<Sum>> {
            order.iter().map(|day| day.iter().map(|index| Sum::of(&cells[*index])).collect()).collect()
        };
        let together = |index: &usize| rivals.iter().map(|rival| Sum::of(&rival.cells[*index])).collect();
        Self {
            design: Design {
                noise_seeds: order.iter().map(Vec::len).collect(),
                training_seeds: subject.len(),
            },
            subject: subject.iter().map(|row| at(row.cells)).collect(),
            rivals: order.iter().map(|day| day.iter().map(together).collect()).collect(),
        }
    }

    /// Every measurement once.
    pub(super) fn everything(&self) -> Vec<Draw> {
        let days = self.design.noise_seeds.iter().enumerate();
        let cells = days.flat_map(|(day, seeds)| (0..*seeds).map(move |noise| (day, noise)));
        let seeds = self.design.training_seeds;
        cells.flat_map(|(day, noise)| (0..seeds).map(move |training| Draw { day, noise, training })).collect()
    }

    fn sums(&self, draws: &[Draw]) -> (Sum, Vec<Sum>) {
        let count = self.rivals.first().and_then(|day| day.first()).map_or(0, Vec::len);
        let (mut own, mut others) = (Sum::default(), vec![Sum::default(); count]);
        for draw in draws {
            own.add(&self.subject[draw.training][draw.day][draw.noise]);
            others.iter_mut().zip(&self.rivals[draw.day][draw.noise]).for_each(|(sum, cell)| sum.add(cell));
        }
        (own, others)
    }

    /// The rival's front read at the subject's service over these draws.
    pub(super) fn reading(&self, draws: &[Draw], service: Service) -> Option<FrontReading> {
        let (own, others) = self.sums(draws);
        let points: Vec<FrontPoint> = others.iter().map(|sum| sum.point(service)).collect();
        read_front(&points, own.share(service))
    }

    /// Cost over the rival's at no looser service, minus 1; `None` where the subject's service is looser than any of the
    /// rival's configurations.
    pub(super) fn relative_cost(&self, draws: &[Draw], service: Service) -> Option<f64> {
        let (own, others) = self.sums(draws);
        let points: Vec<FrontPoint> = others.iter().map(|sum| sum.point(service)).collect();
        let cost = read_front(&points, own.share(service))?.cost_at_no_looser_service()?;
        (cost > 0.0).then(|| own.cost / cost - 1.0)
    }

    /// Every measurement of one day once.
    pub(super) fn draws_of_day(&self, day: usize) -> Vec<Draw> {
        self.everything().into_iter().filter(|draw| draw.day == day).collect()
    }

    /// Cost over that of the first configuration, minus 1, and the difference of the shares of bad minutes, whatever the
    /// service.
    pub(super) fn plain(&self, draws: &[Draw]) -> (f64, f64) {
        let (own, others) = self.sums(draws);
        let other = others.first().copied().unwrap_or_default();
        let relative = if other.cost > 0.0 { own.cost / other.cost - 1.0 } else { 0.0 };
        (relative, own.share(Service::BadMinutes) - other.share(Service::BadMinutes))
    }

    /// Shares of bad minutes: the subject's, and the smallest and largest of the rival's configurations.
    pub(super) fn shares(&self, draws: &[Draw]) -> (f64, (f64, f64)) {
        let (own, others) = self.sums(draws);
        let shares = || others.iter().map(|sum| sum.share(Service::BadMinutes));
        let ends = (shares().fold(f64::INFINITY, f64::min), shares().fold(0.0, f64::max));
        (own.share(Service::BadMinutes), ends)
    }

    /// Costs by day of the subject and of the rival at the service that `reading` found over the whole.
    pub(super) fn costs_by_day(&self, reading: &FrontReading) -> (Vec<f64>, Vec<f64>) {
        let seeds = self.design.training_seeds as f64;
        let days = 0..self.design.noise_seeds.len();
        let own = |day: usize| {
            self.subject.iter().flat_map(|training| &training[day]).map(|sum| sum.cost).sum::<f64>() / seeds
        };
        let other = |day: usize| {
            self.rivals[day].iter().map(|cells| reading.mixed(|index| cells[index].cost)).sum::<f64>()
        };
        (days.clone().map(own).collect(), days.map(other).collect())
    }
}

/// Indices of the cells of each day, days in order.
fn by_day(cells: &[Cell]) -> Vec<Vec<usize>> {
    let mut days: Vec<u32> = cells.iter().map(|cell| cell.day).collect();
    days.sort_unstable();
    days.dedup();
    let of = |day: &u32| (0..cells.len()).filter(|index| cells[*index].day == *day).collect();
    days.iter().map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(day: u32, noise: u32, cost: f64, bad_minutes: f64) -> Cell {
        Cell {
            day,
            noise,
            seed: u64::from(10 * day + noise),
            start_s: f64::from(day) * 86_400.0,
            hours: 24.0,
            cost,
            pod_hours: cost,
            node_hours: 0.0,
            minutes: 1_000.0,
            bad_minutes,
            requests: 1e6,
            slow_requests: bad_minutes,
            failed_requests: 0.0,
            serving_minutes: 1_000.0,
            cpu_over_minutes: 0.0,
            memory_over_minutes: 0.0,
            pods_started: 0.0,
            scale_events: 0.0,
        }
    }

    fn row(points: &[(f64, f64)]) -> Vec<Cell> {
        points.iter().enumerate().map(|(day, (cost, bad))| cell(day as u32, 0, *cost, *bad)).collect()
    }

    fn named<'a>(name: &'a str, cells: &'a [Cell]) -> Cells<'a> {
        Cells { name, cells }
    }

    #[test]
    fn rows_that_met_other_seeds_windows_or_days_are_refused() {
        let own = row(&[(1.0, 1.0), (2.0, 2.0)]);
        let changed: [fn(&mut Cell); 4] = [
            |cell| cell.seed += 1,
            |cell| cell.start_s += 60.0,
            |cell| cell.hours = 12.0,
            |cell| cell.day += 1,
        ];
        for change in changed {
            let mut other = own.clone();
            change(&mut other[1]);
            let error = Ledger::pair(&[named("a", &own)], &[named("b", &other)]).unwrap_err();
            assert!(error.to_string().contains("a and b did not meet the same days"), "{error}");
        }
        assert!(Ledger::pair(&[named("a", &own)], &[named("b", &own[..1])]).is_err());
        assert!(Ledger::pair(&[named("a", &own)], &[named("b", &own)]).is_ok());
    }

    #[test]
    fn halfway_between_two_configurations_is_compared_with_their_mixture_day_by_day() {
        let own = row(&[(9.0, 10.0), (18.0, 10.0)]);
        let (strict, loose) = (row(&[(15.0, 1.0), (30.0, 1.0)]), row(&[(5.0, 100.0), (10.0, 100.0)]));
        let rivals = [named("strict", &strict), named("loose", &loose)];
        let ledger = Ledger::pair(&[named("own", &own)], &rivals).unwrap();
        let all = ledger.everything();
        assert!((ledger.relative_cost(&all, Service::BadMinutes).unwrap() + 0.1).abs() < 1e-9);
        let reading = ledger.reading(&all, Service::BadMinutes).unwrap();
        let (own, other) = ledger.costs_by_day(&reading);
        assert!(own.iter().zip(&other).all(|(own, other)| (own / other - 0.9).abs() < 1e-9));
    }

    #[test]
    fn looser_service_has_no_relative_cost() {
        let own = row(&[(1.0, 200.0), (1.0, 200.0)]);
        let rival = row(&[(5.0, 1.0), (5.0, 1.0)]);
        let ledger = Ledger::pair(&[named("own", &own)], &[named("rival", &rival)]).unwrap();
        assert_eq!(ledger.relative_cost(&ledger.everything(), Service::BadMinutes), None);
        assert_eq!(ledger.plain(&ledger.everything()).0, -0.8);
    }

    #[test]
    fn training_seeds_are_averaged() {
        let (first, second) = (row(&[(8.0, 1.0)]), row(&[(12.0, 1.0)]));
        let rival = row(&[(10.0, 1.0)]);
        let own = [named("seed 1", &first), named("seed 2", &second)];
        let ledger = Ledger::pair(&own, &[named("rival", &rival)]).unwrap();
        assert_eq!(ledger.relative_cost(&ledger.everything(), Service::BadMinutes), Some(0.0));
        assert_eq!(ledger.design.training_seeds, 2);
    }
}
