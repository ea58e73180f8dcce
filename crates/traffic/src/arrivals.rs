use podpilot_random::{Seed, Stream};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How requests scatter round the rate.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Arrivals {
    /// Independent requests: counts are Poisson.
    #[default]
    Poisson,
    /// Poisson round a rate that a gamma factor with mean 1 modulates.
    Overdispersed {
        /// Coefficient of variation of the factor.
        cv: f64,
        /// How long one draw of the factor lasts, seconds.
        correlation_s: f64,
    },
    /// Evenly spaced requests.
    Smooth,
}

/// What arrived in one tick.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ArrivalTick {
    /// The rate behind the count, requests per second.
    pub intensity_rps: f64,
    /// Requests that arrived.
    pub count: u64,
}

/// A seeded stream of arrivals.
#[derive(Debug, Clone)]
pub struct ArrivalStream {
    arrivals: Arrivals,
    stream: Stream,
    factor: f64,
    factor_left_s: f64,
    remainder: f64,
}

impl ArrivalStream {
    /// Arrivals of the given kind.
    pub fn new(arrivals: Arrivals, seed: Seed) -> Self {
        Self {
            arrivals,
            stream: seed.named("arrivals").stream(),
            factor: 1.0,
            factor_left_s: 0.0,
            remainder: 0.0,
        }
    }

    /// What arrives in `dt_s` seconds at `rate_rps`.
    #[inline]
    pub fn tick(&mut self, rate_rps: f64, dt_s: f64) -> ArrivalTick {
        let intensity_rps = match self.arrivals {
            Arrivals::Overdispersed { cv, correlation_s } => {
                rate_rps * self.modulation(cv, correlation_s, dt_s)
            }
            Arrivals::Poisson | Arrivals::Smooth => rate_rps,
        };
        let mean = intensity_rps * dt_s;
        let count = match self.arrivals {
            Arrivals::Smooth => self.carried(mean),
            Arrivals::Poisson | Arrivals::Overdispersed { .. } => self.stream.poisson(mean),
        };
        ArrivalTick { intensity_rps, count }
    }

    fn modulation(&mut self, cv: f64, correlation_s: f64, dt_s: f64) -> f64 {
        if self.factor_left_s <= 0.0 {
            self.factor = self.stream.gamma(1.0 / (cv * cv), 1.0);
            self.factor_left_s += correlation_s;
        }
        self.factor_left_s -= dt_s;
        self.factor
    }

    fn carried(&mut self, mean: f64) -> u64 {
        let due = mean + self.remainder;
        let count = due.floor();
        self.remainder = due - count;
        count as u64
    }
}
