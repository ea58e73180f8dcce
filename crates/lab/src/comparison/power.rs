//! How often the scoreboard's test finds what is there, and what is not.
//!
//! A pool holds many noise seeds of every day for one autoscaler and for a rival's front. A repetition draws for each day one
//! seed for the subject and another for the rivals, so that both differ by nothing but noise, maybe with a planted saving, and
//! puts them through the very statistic of the scoreboard.

use podpilot_random::{Seed, Stream};

use super::LEVEL;
use super::cell::{CELL_SCHEMA, Cell};
use super::entrant::named_entrant;
use super::ledger::{Cells, Ledger, Service};
use super::measure::{Tally, measure};
use super::world::World;
use crate::LabError;
use crate::request::{AutoscalerChoice, LoadChoice, Observer};
use crate::statistics::{Draw, resample};
use crate::workbench::{DefaultScale, Workbench};

/// Cells to draw from.
#[derive(Debug, Clone, PartialEq)]
pub struct Pool {
    /// The subject's, by day and noise seed.
    pub subject: Vec<Vec<Cell>>,
    /// Of each configuration of the rival's front, by day and noise seed.
    pub front: Vec<Vec<Vec<Cell>>>,
}

/// What is tested.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Question {
    /// Cost at no looser service than the rival's front: the scoreboard's headline.
    NoLooserService,
    /// Plain cost against the front's first configuration, whatever the service: what learning added.
    PlainCost,
}

/// One experiment, to be repeated.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Experiment {
    /// What is tested.
    pub question: Question,
    /// Distinct days in each repetition.
    pub days: usize,
    /// What the subject's cost is multiplied with: 1 plants nothing, 0.97 a saving of 3 %.
    pub factor: f64,
    /// Times to repeat.
    pub repetitions: u64,
    /// Resamples in each.
    pub resamples: usize,
}

impl Pool {
    /// Simulates `subject` and the autoscalers `front` on the test part, with `noise_seeds` seeds on each day.
    pub fn simulate(
        load: &LoadChoice,
        subject: &str,
        front: &[String],
        (days, noise_seeds): (u32, u32),
        seed: u64,
        observer: &mut dyn Observer,
    ) -> Result<Self, LabError> {
        let bench = Workbench::open(load, DefaultScale::PeakReplicas, Seed(seed), observer)?;
        let world = World::of(&bench, None, days, noise_seeds, Seed(seed).named(CELL_SCHEMA))?;
        let names = std::iter::once(subject).chain(front.iter().map(String::as_str));
        let entrants = names
            .map(|name| named_entrant(&AutoscalerChoice { name: name.to_owned(), manifest: None }, &bench))
            .collect::<Result<Vec<_>, _>>()?;
        let total = (entrants.len() * world.episodes.len()) as u64;
        let mut tally = Tally { total, ..Tally::default() };
        let cells = measure(&entrants, &world, &super::cache::Cache::open(None)?, &mut tally, observer)?;
        let mut rows = cells.iter().map(|row| by_day(row));
        let subject = rows.next().unwrap_or_default();
        Ok(Self { subject, front: rows.collect() })
    }

    /// Share of repetitions whose test rejects “no difference” at 5 %.
    pub fn rejection_rate(&self, experiment: &Experiment, seed: Seed) -> f64 {
        let rejected = (0..experiment.repetitions)
            .filter(|repetition| self.rejects(experiment, seed.indexed(*repetition)))
            .count();
        rejected as f64 / experiment.repetitions as f64
    }

    fn rejects(&self, experiment: &Experiment, seed: Seed) -> bool {
        let mut stream = seed.named("power").stream();
        let mut order: Vec<usize> = (0..self.subject.len()).collect();
        stream.shuffle(&mut order);
        order.truncate(experiment.days);
        let (mut own, mut others) = (Vec::new(), vec![Vec::new(); self.front.len()]);
        for day in order {
            let (noise, other_noise) = two_different(self.subject[day].len(), &mut stream);
            let cell = self.subject[day][noise];
            own.push(Cell { cost: cell.cost * experiment.factor, ..cell });
            for (row, front) in others.iter_mut().zip(&self.front) {
                row.push(front[day][other_noise]);
            }
        }
        let named = |cells| Cells { name: "", cells };
        let rivals: Vec<Cells<'_>> = others.iter().map(|cells| named(cells.as_slice())).collect();
        let ledger = Ledger::of(&[named(own.as_slice())], &rivals);
        let statistic = |draws: &[Draw]| match experiment.question {
            Question::NoLooserService => ledger.relative_cost(draws, Service::BadMinutes).map(libm::log1p),
            Question::PlainCost => Some(libm::log1p(ledger.plain(draws).0)),
        };
        let test = resample(&ledger.design, statistic, experiment.resamples, seed).test(LEVEL);
        test.is_some_and(|test| test.p < 1.0 - LEVEL)
    }
}

fn two_different(count: usize, stream: &mut Stream) -> (usize, usize) {
    let first = stream.below(count);
    let second = stream.below(count - 1);
    (first, if second >= first { second + 1 } else { second })
}

fn by_day(cells: &[Cell]) -> Vec<Vec<Cell>> {
    let days = cells.iter().map(|cell| cell.day).max().map_or(0, |last| last + 1);
    (0..days).map(|day| cells.iter().filter(|cell| cell.day == day).copied().collect()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Made-up cells: days that differ by a factor of two, costs that scatter by 1 % (assumed, not measured) and bad minutes as
    /// a Poisson law has them. `examples/power.rs` does the same with cells of simulated HPAs.
    fn pool() -> Pool {
        let mut stream = Seed(7).stream();
        // Cost and bad minutes a day of five neighbouring targets; the subject is the middle one.
        let targets = [(1.30, 1.5), (1.14, 3.5), (1.0, 8.0), (0.89, 18.0), (0.80, 40.0)];
        let days: Vec<f64> = (0..80).map(|_| stream.uniform_in(1.0, 2.0)).collect();
        let row = |(level, bad): (f64, f64)| -> Vec<Vec<Cell>> {
            let seeds = |(day, size): (usize, &f64)| {
                let cell = |noise: u32| Cell {
                    day: day as u32,
                    noise,
                    seed: 0,
                    start_s: 0.0,
                    hours: 24.0,
                    cost: level * size * (1.0 + 0.01 * stream.standard_normal()),
                    pod_hours: 0.0,
                    node_hours: 0.0,
                    minutes: 1_440.0,
                    bad_minutes: stream.poisson(bad * size) as f64,
                    requests: 1e6,
                    slow_requests: 0.0,
                    failed_requests: 0.0,
                    serving_minutes: 1_440.0,
                    cpu_over_minutes: 0.0,
                    memory_over_minutes: 0.0,
                    pods_started: 0.0,
                    scale_events: 0.0,
                };
                (0..20).map(cell).collect()
            };
            days.iter().enumerate().map(seeds).collect()
        };
        let front: Vec<_> = targets.into_iter().map(row).collect();
        Pool { subject: front[2].clone(), front }
    }

    fn rate(question: Question, days: usize, factor: f64) -> f64 {
        let experiment = Experiment { question, days, factor, repetitions: 1_000, resamples: 400 };
        let mut pool = pool();
        if question == Question::PlainCost {
            pool.front.swap(0, 2);
        }
        pool.rejection_rate(&experiment, Seed(1))
    }

    #[test]
    fn a_against_a_is_called_different_as_often_as_promised() {
        for (question, days) in
            [(Question::PlainCost, 12), (Question::PlainCost, 30), (Question::NoLooserService, 36)]
        {
            let rate = rate(question, days, 1.0);
            assert!((0.036..=0.064).contains(&rate), "{question:?} over {days} days: {rate}");
        }
    }

    #[test]
    fn a_saving_of_three_per_cent_is_found() {
        assert!(rate(Question::PlainCost, 10, 0.97) >= 0.9);
        let at_equal_service = rate(Question::NoLooserService, 60, 0.97);
        assert!(at_equal_service >= 0.9, "{at_equal_service}");
    }
}
