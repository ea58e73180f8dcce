//! Generated load: shapes with parameters and seed.

mod curve;
mod daily;
mod generate;
mod noise;
mod preset;
mod validate;

use podpilot_core::Span;
use podpilot_random::Seed;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{FieldError, LoadSeries};

pub use daily::{Bursts, DailyNoise};
pub use preset::Preset;

/// A load as a function of time and seed. Rates are in requests per second, times in seconds from the start.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "shape", rename_all = "snake_case", deny_unknown_fields)]
pub enum Shape {
    /// One constant rate.
    Steady {
        /// The rate.
        rps: f64,
    },
    /// A straight line from one rate to another, which is then kept.
    Ramp {
        /// Rate at the start.
        from_rps: f64,
        /// Rate at the end.
        to_rps: f64,
        /// When the ramp begins.
        #[serde(default)]
        start_s: f64,
        /// How long it takes.
        duration_s: f64,
    },
    /// A jump to another rate, which is then kept.
    Step {
        /// Rate before.
        from_rps: f64,
        /// Rate after.
        to_rps: f64,
        /// When it jumps.
        at_s: f64,
    },
    /// A jump up and, after a while, back.
    Spike {
        /// Rate outside the spike.
        base_rps: f64,
        /// Rate inside.
        peak_rps: f64,
        /// When it begins.
        at_s: f64,
        /// How long it lasts.
        duration_s: f64,
    },
    /// A crowd that arrives within minutes, stays, and thins out exponentially.
    FlashCrowd {
        /// Rate before the crowd.
        base_rps: f64,
        /// Rate at its height.
        peak_rps: f64,
        /// When it begins to arrive.
        at_s: f64,
        /// Time from base to peak, in a straight line.
        rise_s: f64,
        /// Time at the peak.
        hold_s: f64,
        /// Time constant of the decay back to the base.
        decay_s: f64,
    },
    /// A daily curve with bursts and noise.
    Daily {
        /// Mean over many days, bursts included.
        mean_rps: f64,
        /// Top of the daily curve over its mean, at least 1.
        peak_to_mean: f64,
        /// Hour of the day, 0-24, at which the curve is highest. The series starts at midnight.
        #[serde(default = "daily::default_peak_hour")]
        peak_hour: f64,
        /// Bursts that come at random times; none if left out.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        bursts: Option<Bursts>,
        /// Noise of the rate itself, which that of the arrivals comes on top of.
        #[serde(default)]
        noise: DailyNoise,
    },
    /// A daily curve with quieter weekends, without noise.
    Weekly {
        /// Mean over the week.
        mean_rps: f64,
        /// Top of a day's curve over that day's mean, at least 1.
        peak_to_mean: f64,
        /// Hour of the day, 0-24, at which the curve is highest.
        #[serde(default = "daily::default_peak_hour")]
        peak_hour: f64,
        /// A weekend day's mean as a share of a working day's. The series starts at midnight before a Monday.
        weekend_ratio: f64,
    },
    /// A fall to a lower rate and, after a while, back.
    Drop {
        /// Rate outside the drop.
        base_rps: f64,
        /// Rate inside.
        to_rps: f64,
        /// When it begins.
        at_s: f64,
        /// How long it lasts.
        duration_s: f64,
    },
    /// Idle and active stretches in turn, idle first.
    IdleActive {
        /// Rate while idle.
        idle_rps: f64,
        /// Rate while active.
        active_rps: f64,
        /// Length of an idle stretch.
        idle_s: f64,
        /// Length of an active stretch.
        active_s: f64,
    },
    /// Straight climbs from low to high, each ended by a fall at once.
    Sawtooth {
        /// Rate at the start of a tooth.
        low_rps: f64,
        /// Rate that a tooth climbs to.
        high_rps: f64,
        /// Length of a tooth.
        period_s: f64,
    },
    /// Log-normal noise round a mean, correlated in time.
    Noise {
        /// Mean; 1 for a factor in a product.
        mean_rps: f64,
        /// Standard deviation over mean.
        cv: f64,
        /// Time after which the correlation of the logarithm has fallen to 1/e. 0: every step is drawn anew.
        correlation_s: f64,
    },
    /// A part that starts again every so often; its noise does not repeat.
    Repeat {
        /// Time from one start to the next.
        every_s: f64,
        /// What is repeated.
        part: Box<Shape>,
    },
    /// The sum of its parts.
    Sum {
        /// At least one.
        parts: Vec<Shape>,
    },
    /// The product of its parts.
    Product {
        /// At least one.
        parts: Vec<Shape>,
    },
}

impl Shape {
    /// The rates on a grid of `step` for `duration` (rounded up to whole steps, at least one): each step holds the
    /// rate at its start. Errors name fields as in a scenario, from `load` on.
    pub fn series(&self, step: Span, duration: Span, seed: Seed) -> Result<LoadSeries, FieldError> {
        self.validate("load")?;
        let steps = generate::steps(step, duration)?;
        let grid = generate::Grid { first_s: 0.0, step_s: step.as_seconds() };
        let mut rates = vec![0.0; steps];
        self.fill(grid, seed, &mut rates);
        LoadSeries::new(step, rates).map_err(|error| FieldError {
            field: "load".to_owned(),
            value: error.to_string(),
            expected: "a load whose rates stay finite",
        })
    }
}

#[cfg(test)]
mod tests;
