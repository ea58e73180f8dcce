use serde::{Deserialize, Serialize};

use super::Difference;

/// Cost differences below this share are called none, whatever the noise.
const NEGLIGIBLE_COST: f64 = 0.005;

/// Differences in the share of bad minutes below this are called none: a tenth of the usual objective.
const NEGLIGIBLE_BAD_MINUTES: f64 = 0.0005;

/// What a comparison says, cost and service together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Cheaper or better served, and neither dearer nor worse served.
    Better,
    /// Neither cost nor service differs beyond noise.
    NoDifference,
    /// Dearer or worse served, and neither cheaper nor better served.
    Worse,
    /// Better in one and worse in the other.
    Mixed,
    /// No rival kept this service.
    NotComparable,
}

#[derive(Clone, Copy, PartialEq)]
enum Sign {
    Less,
    Same,
    More,
}

impl Verdict {
    /// Judges a difference: by its intervals where there are any, else by whether all days agree on the sign.
    /// Less cost and fewer bad minutes are good.
    pub fn of(difference: &Difference) -> Self {
        let intervals = difference.intervals;
        let cost = sign(
            difference.relative_cost,
            intervals.map(|both| (both.relative_cost.low, both.relative_cost.high)),
            difference.relative_cost_by_day,
            NEGLIGIBLE_COST,
        );
        let service = sign(
            difference.slow_minute_ratio,
            intervals.map(|both| (both.slow_minute_ratio.low, both.slow_minute_ratio.high)),
            difference.slow_minute_ratio_by_day,
            NEGLIGIBLE_BAD_MINUTES,
        );
        match (cost, service) {
            (Sign::Same, Sign::Same) => Self::NoDifference,
            (Sign::Less, Sign::More) | (Sign::More, Sign::Less) => Self::Mixed,
            (Sign::Less, _) | (_, Sign::Less) => Self::Better,
            (Sign::More, _) | (_, Sign::More) => Self::Worse,
        }
    }
}

fn sign(value: f64, interval: Option<(f64, f64)>, by_day: Option<(f64, f64)>, negligible: f64) -> Sign {
    let (low, high) = interval.or(by_day).unwrap_or((value, value));
    let noise = low <= 0.0 && high >= 0.0;
    if value.abs() < negligible || noise {
        Sign::Same
    } else if value < 0.0 {
        Sign::Less
    } else {
        Sign::More
    }
}
