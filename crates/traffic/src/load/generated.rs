use podpilot_core::Span;
use podpilot_random::Seed;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{LoadSource, SplitLoad};
use crate::trace::sha256_hex;
use crate::{Arrivals, Bursts, DailyNoise, FieldError, LoadError, Shape, Split, field};

/// A generated load: `{shape: NAME, PARAMETERS..., days, split, arrivals}`.
///
/// Train and test part are two realisations of the same shape, each from its start and with noise of its own, so
/// that what happens once (a step, a flash crowd) is in both.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct GeneratedLoad {
    /// Shape and its parameters.
    #[serde(flatten)]
    pub shape: Shape,
    /// Days of both parts together.
    pub days: f64,
    /// How the days are divided.
    pub split: Split,
    /// How requests scatter round the rate.
    pub arrivals: Arrivals,
}

/// How much load is generated, and what does not depend on the shape.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Extent {
    /// Days of both parts together.
    pub(super) days: f64,
    /// How the days are divided; the first 60 % train if left out.
    pub(super) split: Split,
    /// How requests scatter round the rate; Poisson if left out.
    pub(super) arrivals: Arrivals,
}

impl Default for Extent {
    /// 50 days, of which 30 train: 20 days to test on give intervals that mean something.
    fn default() -> Self {
        Self { days: 50.0, split: Split::default(), arrivals: Arrivals::default() }
    }
}

/// Fine enough for flash crowds, and a divisor of the minute that noise changes by.
const STEP: Span = Span::seconds(10);
const MINUTE: Span = Span::minutes(1);
const MOST_DAYS: f64 = 3_660.0;

impl Default for GeneratedLoad {
    /// A daily curve with bursts and noise like those of the recorded traces (`docs/traces.md`).
    fn default() -> Self {
        Self::of(Shape::Daily {
            mean_rps: 120.0,
            peak_to_mean: 1.8,
            peak_hour: 15.0,
            bursts: Some(Bursts { per_day: 9.0, factor: 2.5, minutes: 6.0 }),
            noise: DailyNoise::default(),
        })
    }
}

impl GeneratedLoad {
    /// A shape for 50 days, 60 % of which train, with Poisson arrivals.
    pub fn of(shape: Shape) -> Self {
        let Extent { days, split, arrivals } = Extent::default();
        Self { shape, days, split, arrivals }
    }

    pub(super) fn validate(&self, path: &str) -> Result<(), FieldError> {
        self.shape.validate(path)?;
        let Self { days, split, arrivals, .. } = *self;
        let days_fit = days > 0.0 && days <= MOST_DAYS;
        field::require(path, "days", days, days_fit, "a number of days above 0 and up to 3660")?;
        split.validate(&format!("{path}.split"))?;
        arrivals.validate(&format!("{path}.arrivals"))?;
        self.spans(path).map(|_| ())
    }

    pub(super) fn load(&self, path: &str, seed: Seed) -> Result<SplitLoad, LoadError> {
        self.validate(path)?;
        let (train, test) = self.spans(path)?;
        let part = |name: &str, duration| self.shape.series(STEP, duration, seed.named(name));
        Ok(SplitLoad {
            train: part("train", train)?,
            test: part("test", test)?.recorded_later(train),
            arrivals: self.arrivals,
            scale_factor: 1.0,
            smoothing_s: None,
            sources: vec![self.source(seed)],
        })
    }

    /// Lengths of the train and the test part in whole minutes.
    fn spans(&self, path: &str) -> Result<(Span, Span), FieldError> {
        let whole_minutes = |span: Span| MINUTE * ((span.0 + MINUTE.0 / 2) / MINUTE.0);
        let total = whole_minutes(Span::from_seconds(self.days * 86_400.0));
        let train = whole_minutes(self.split.train_span(total));
        if train >= MINUTE && total - train >= MINUTE {
            return Ok((train, total - train));
        }
        Err(FieldError {
            field: format!("{path}.split"),
            value: format!("{train} of {total} to train on"),
            expected: "a split that leaves both parts at least a minute",
        })
    }

    fn source(&self, seed: Seed) -> LoadSource {
        // The debug form names every field and prints numbers so that they read back the same.
        let identity = format!("{self:?} {seed:?}");
        LoadSource { name: "generated".to_owned(), sha256: sha256_hex(identity.as_bytes()) }
    }
}
