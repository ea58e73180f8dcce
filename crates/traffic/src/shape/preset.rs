use std::fmt;
use std::str::FromStr;

use podpilot_core::Span;

use super::Shape;
use super::daily::{DailyNoise, mean_and_peak_between};
use crate::FieldError;

/// The six named scenarios. All but `daily` begin anew every hour, so that a day holds 24 of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Preset {
    /// 2 500 rps for half an hour, then 4 000.
    Steady,
    /// 1 000 rising to 5 000 rps within half an hour.
    Ramp,
    /// 2 000 rps with five minutes of 10 000.
    Spike,
    /// 1 500 rps and a crowd of 15 000 that gathers in two minutes.
    FlashCrowd,
    /// A day between 500 and 2 000 rps.
    Daily,
    /// 50 rps idle and 3 000 active, half an hour each.
    Idle,
}

impl Preset {
    /// All six.
    pub const ALL: [Self; 6] =
        [Self::Steady, Self::Ramp, Self::Spike, Self::FlashCrowd, Self::Daily, Self::Idle];

    /// Its name, such as `flash-crowd`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Steady => "steady",
            Self::Ramp => "ramp",
            Self::Spike => "spike",
            Self::FlashCrowd => "flash-crowd",
            Self::Daily => "daily",
            Self::Idle => "idle",
        }
    }

    /// Its load.
    pub fn shape(self) -> Shape {
        match self {
            Self::Steady => hourly(Shape::Step { from_rps: 2_500.0, to_rps: 4_000.0, at_s: 1_800.0 }),
            Self::Ramp => hourly(Shape::Ramp {
                from_rps: 1_000.0,
                to_rps: 5_000.0,
                start_s: 900.0,
                duration_s: 1_800.0,
            }),
            Self::Spike => hourly(Shape::Spike {
                base_rps: 2_000.0,
                peak_rps: 10_000.0,
                at_s: 1_200.0,
                duration_s: 300.0,
            }),
            Self::FlashCrowd => hourly(Shape::FlashCrowd {
                base_rps: 1_500.0,
                peak_rps: 15_000.0,
                at_s: 900.0,
                rise_s: 120.0,
                hold_s: 600.0,
                decay_s: 300.0,
            }),
            Self::Daily => daily(500.0, 2_000.0),
            Self::Idle => {
                Shape::IdleActive { idle_rps: 50.0, active_rps: 3_000.0, idle_s: 1_800.0, active_s: 1_800.0 }
            }
        }
    }

    /// Time after which the load has shown everything and begins anew.
    pub fn period(self) -> Span {
        if self == Self::Daily { Span::seconds(86_400) } else { HOUR }
    }
}

const HOUR: Span = Span::minutes(60);

fn hourly(part: Shape) -> Shape {
    Shape::Repeat { every_s: HOUR.as_seconds(), part: Box::new(part) }
}

fn daily(low_rps: f64, high_rps: f64) -> Shape {
    let (mean_rps, peak_to_mean) = mean_and_peak_between(low_rps, high_rps);
    let noise = DailyNoise { minute_cv: 0.0, drift_cv: 0.0, ..DailyNoise::default() };
    Shape::Daily { mean_rps, peak_to_mean, peak_hour: 15.0, bursts: None, noise }
}

impl fmt::Display for Preset {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

impl FromStr for Preset {
    type Err = FieldError;

    fn from_str(name: &str) -> Result<Self, FieldError> {
        Self::ALL.into_iter().find(|preset| preset.name() == name).ok_or_else(|| FieldError {
            field: "preset".to_owned(),
            value: format!("`{name}`"),
            expected: "one of steady, ramp, spike, flash-crowd, daily, idle",
        })
    }
}
