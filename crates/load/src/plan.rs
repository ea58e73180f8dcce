//! When requests are sent: a load series, scaled and sped up, and how requests scatter round it.

mod instants;
mod k6;
mod specification;
mod stretch;

use std::path::Path;

use podpilot_core::Span;
use podpilot_random::Seed;
use podpilot_traffic::{Arrivals, GeneratedLoad, LoadError, LoadSeries, LoadSource, LoadSpec, Shape};
use serde::{Deserialize, Serialize};

pub use instants::ArrivalInstants;
pub use k6::{K6Stages, K6Step};
use stretch::{mean_rps, scale_factor, steps_played};

/// What the rates are multiplied by.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scale {
    /// This factor.
    Factor(f64),
    /// Whatever makes the highest rate of the stretch that is played this many requests a second.
    PeakRps(f64),
    /// Whatever makes the mean rate of that stretch this many requests a second.
    MeanRps(f64),
}

impl Default for Scale {
    fn default() -> Self {
        Self::Factor(1.0)
    }
}

/// Which stretch of a load is played, how fast, at what scale, and how requests scatter.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct PlanOptions {
    /// Scale of the rates.
    pub scale: Scale,
    /// How many seconds of the load pass in one second of the run. Rates are not changed by it.
    pub speed_up: f64,
    /// Where in the load the run begins, seconds of the load.
    pub start_s: f64,
    /// Seconds of the run; `None` runs to the end of the load.
    pub duration_s: Option<f64>,
    /// How requests scatter round the rate.
    pub arrivals: Arrivals,
    /// Seed of the scatter.
    pub seed: u64,
}

impl Default for PlanOptions {
    /// The whole load as it is, Poisson arrivals.
    fn default() -> Self {
        Self {
            scale: Scale::default(),
            speed_up: 1.0,
            start_s: 0.0,
            duration_s: None,
            arrivals: Arrivals::Poisson,
            seed: 1,
        }
    }
}

/// A load that cannot be played as asked.
#[derive(Debug, thiserror::Error)]
pub enum PlanError {
    /// The load itself is wrong.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// An option is outside its range.
    #[error("{option} is {value}, must be {expected}")]
    Option {
        /// Name of the option as on the command line.
        option: &'static str,
        /// The value given.
        value: f64,
        /// What would be right.
        expected: String,
    },
    /// A generated load goes on for ever.
    #[error("a generated load has no end: say how long to send with --duration-s")]
    NoEnd,
    /// `peak_replicas` needs to know what a pod carries.
    #[error(
        "load.peak_replicas needs a service's capacity, which a load generator does not know: give --peak-rps, \
         --mean-rps or --scale"
    )]
    PeakReplicas,
    /// Nothing to scale.
    #[error("the stretch that is played has no requests, so no factor gives it the rate asked for")]
    Idle,
}

/// A planned run: rates held over steps of real time, and the seed of the arrivals drawn from them.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    steps: Vec<Step>,
    duration: Span,
    scale_factor: f64,
    options: PlanOptions,
    origin: LoadOrigin,
}

/// What load a plan plays.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct LoadOrigin {
    /// The specification as in a scenario; null for a series that was given as it is.
    pub spec: serde_json::Value,
    /// The trace file that was read, with its SHA-256.
    pub sources: Vec<LoadSource>,
}

/// A stretch of the run with one rate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Step {
    /// Its start, since the start of the run.
    pub(crate) from: Span,
    /// Its end.
    pub(crate) to: Span,
    /// Requests per second of the run.
    pub(crate) rate_rps: f64,
}

/// Requests of a run longer than this would not fit the arithmetic of instants (and nobody's patience): ten years.
const LONGEST_S: f64 = 315_576_000.0;

impl Plan {
    /// Plans a run over a series of rates.
    pub fn new(series: &LoadSeries, options: PlanOptions) -> Result<Self, PlanError> {
        check(&options)?;
        let mut steps = steps_played(series, &options)?;
        let duration = steps.last().map_or(Span::ZERO, |step| step.to);
        let scale_factor = scale_factor(&steps, duration, options.scale)?;
        for step in &mut steps {
            step.rate_rps *= scale_factor;
        }
        Ok(Self { steps, duration, scale_factor, options, origin: LoadOrigin::default() })
    }

    /// A plan of one constant rate.
    pub fn steady(rps: f64, duration_s: f64, arrivals: Arrivals, seed: u64) -> Result<Self, PlanError> {
        let spec = LoadSpec::Generated(GeneratedLoad::of(Shape::Steady { rps }));
        let options = PlanOptions { duration_s: Some(duration_s), arrivals, seed, ..PlanOptions::default() };
        Self::from_spec(&spec, Path::new(""), options)
    }

    /// The instants of all requests since the start of the run, in ascending order. The same plan gives the same.
    pub fn instants(&self) -> ArrivalInstants<'_> {
        ArrivalInstants::new(&self.steps, self.options.arrivals, Seed(self.options.seed))
    }

    /// How long requests are sent.
    pub fn duration(&self) -> Span {
        self.duration
    }

    /// The planned rate at an offset, requests per second; 0 after the end.
    pub fn rate_at(&self, offset: Span) -> f64 {
        let index = self.steps.partition_point(|step| step.to <= offset);
        self.steps.get(index).map_or(0.0, |step| step.rate_rps)
    }

    /// Mean planned rate, requests per second.
    pub fn mean_rps(&self) -> f64 {
        mean_rps(&self.steps, self.duration)
    }

    /// Highest planned rate, requests per second.
    pub fn peak_rps(&self) -> f64 {
        self.steps.iter().map(|step| step.rate_rps).fold(0.0, f64::max)
    }

    /// What the rates of the load were multiplied by.
    pub fn scale_factor(&self) -> f64 {
        self.scale_factor
    }

    /// What was asked for.
    pub fn options(&self) -> &PlanOptions {
        &self.options
    }

    /// Where the load came from.
    pub fn origin(&self) -> &LoadOrigin {
        &self.origin
    }

    /// Mean planned rate of each second of the run, requests per second.
    pub fn rates_by_second(&self) -> impl Iterator<Item = f64> {
        let mut first = 0;
        (0..seconds_in(self.duration)).map(move |second| {
            let (from, to) = (Span::seconds(second), Span::seconds(second + 1));
            first += self.steps[first..].partition_point(|step| step.to <= from);
            let steps = self.steps[first..].iter().take_while(|step| step.from < to);
            steps.map(|step| step.rate_rps * (step.to.min(to) - step.from.max(from)).as_seconds()).sum()
        })
    }
}

fn seconds_in(duration: Span) -> i64 {
    (duration.0 + 999_999_999) / 1_000_000_000
}

fn check(options: &PlanOptions) -> Result<(), PlanError> {
    let positive = |option, value: f64| {
        let expected = "a positive number".to_owned();
        if value > 0.0 && value.is_finite() {
            Ok(())
        } else {
            Err(PlanError::Option { option, value, expected })
        }
    };
    positive("--speed-up", options.speed_up)?;
    match options.scale {
        Scale::Factor(value) => positive("--scale", value)?,
        Scale::PeakRps(value) => positive("--peak-rps", value)?,
        Scale::MeanRps(value) => positive("--mean-rps", value)?,
    }
    if let Some(value) = options.duration_s {
        positive("--duration-s", value)?;
        if value > LONGEST_S {
            let expected = "at most ten years".to_owned();
            return Err(PlanError::Option { option: "--duration-s", value, expected });
        }
    }
    options.arrivals.validate("load.arrivals").map_err(LoadError::from)?;
    let value = options.start_s;
    if value >= 0.0 && value.is_finite() {
        return Ok(());
    }
    Err(PlanError::Option { option: "--start-s", value, expected: "a number of at least 0".to_owned() })
}

#[cfg(test)]
mod tests;
