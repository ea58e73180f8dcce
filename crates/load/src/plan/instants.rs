use std::vec;

use podpilot_core::Span;
use podpilot_random::{Seed, Stream};
use podpilot_traffic::{ArrivalStream, Arrivals};

use super::Step;

/// Instants are drawn this far ahead: long enough to be cheap, short enough for a modulated rate.
const SLICE: Span = Span::seconds(1);

/// The instants of a plan, drawn slice by slice.
///
/// Counts come from [`ArrivalStream`], as in the simulator. Given its count, a Poisson process lies uniformly in a slice
/// of constant rate, so the instants are sorted uniform draws. Even arrivals lie where the expected number of requests
/// since the start passes a half, one and a half, …, which keeps them even across changes of the rate.
#[derive(Debug)]
pub struct ArrivalInstants<'plan> {
    steps: &'plan [Step],
    next_step: usize,
    /// Up to where the present step is drawn.
    drawn_to: Span,
    process: Process,
    ready: vec::IntoIter<Span>,
}

#[derive(Debug)]
enum Process {
    Scattered {
        counts: ArrivalStream,
        places: Stream,
    },
    /// Expected requests since the last one, below 1; half a request before the first.
    Even {
        due: f64,
    },
}

impl<'plan> ArrivalInstants<'plan> {
    pub(super) fn new(steps: &'plan [Step], arrivals: Arrivals, seed: Seed) -> Self {
        let process = match arrivals {
            Arrivals::Smooth => Process::Even { due: 0.5 },
            scattered => Process::Scattered {
                counts: ArrivalStream::new(scattered, seed),
                places: seed.named("arrival instants").stream(),
            },
        };
        Self { steps, next_step: 0, drawn_to: Span::ZERO, process, ready: Vec::new().into_iter() }
    }

    /// Draws the next slice; `None` at the end.
    fn draw(&mut self) -> Option<()> {
        let step = self.steps.get(self.next_step)?;
        let from = self.drawn_to.max(step.from);
        let to = (from + SLICE).min(step.to);
        self.ready = self.process.slice(from, to - from, step.rate_rps).into_iter();
        self.drawn_to = to;
        if to == step.to {
            self.next_step += 1;
        }
        Some(())
    }
}

impl Iterator for ArrivalInstants<'_> {
    type Item = Span;

    fn next(&mut self) -> Option<Span> {
        loop {
            if let Some(instant) = self.ready.next() {
                return Some(instant);
            }
            self.draw()?;
        }
    }
}

impl Process {
    fn slice(&mut self, from: Span, length: Span, rate_rps: f64) -> Vec<Span> {
        match self {
            Self::Scattered { counts, places } => {
                let count = counts.tick(rate_rps, length.as_seconds()).count;
                let place = |_| from + Span((places.uniform() * length.0 as f64) as i64);
                let mut instants: Vec<Span> = (0..count).map(place).collect();
                instants.sort_unstable();
                instants
            }
            Self::Even { due } => {
                let expected = rate_rps * length.as_seconds();
                let first = 1.0 - *due;
                let count = (expected - first).floor() + 1.0;
                if expected < first || count < 1.0 {
                    *due += expected;
                    return Vec::new();
                }
                *due = (*due + expected - count).max(0.0);
                let place = |index: u64| from + Span::from_seconds((first + index as f64) / rate_rps);
                (0..count as u64).map(place).collect()
            }
        }
    }
}
