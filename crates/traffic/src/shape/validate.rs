use super::daily::MOST_PEAK_TO_MEAN;
use super::{Bursts, DailyNoise, Shape};
use crate::FieldError;
use crate::field::{not_negative, positive, require};

type Checked = Result<(), FieldError>;

/// Deeper compositions are a mistake, and would be walked by recursion.
const DEEPEST: usize = 16;

impl Shape {
    /// Checks every parameter; `path` names the shape in the error, such as `load`.
    pub fn validate(&self, path: &str) -> Checked {
        self.validate_below(path, 0)
    }

    fn validate_below(&self, path: &str, depth: usize) -> Checked {
        match self {
            Self::Repeat { every_s, part } => {
                positive(path, "every_s", *every_s)?;
                deeper(path, depth)?;
                part.validate_below(&format!("{path}.part"), depth + 1)
            }
            Self::Sum { parts } | Self::Product { parts } => validate_parts(parts, path, depth),
            Self::Daily { mean_rps, peak_to_mean, peak_hour, bursts, noise } => {
                validate_curve(path, *mean_rps, *peak_to_mean, *peak_hour)?;
                bursts.map_or(Ok(()), |bursts| validate_bursts(path, bursts))?;
                validate_noise(path, *noise)
            }
            Self::Weekly { mean_rps, peak_to_mean, peak_hour, weekend_ratio } => {
                validate_curve(path, *mean_rps, *peak_to_mean, *peak_hour)?;
                not_negative(path, "weekend_ratio", *weekend_ratio)
            }
            Self::Noise { mean_rps, cv, correlation_s } => {
                positive(path, "mean_rps", *mean_rps)?;
                spread(path, "cv", *cv)?;
                not_negative(path, "correlation_s", *correlation_s)
            }
            plain => plain.validate_plain(path),
        }
    }

    fn validate_plain(&self, path: &str) -> Checked {
        let not_negative = |name, value| not_negative(path, name, value);
        let positive = |name, value| positive(path, name, value);
        match *self {
            Self::Steady { rps } => not_negative("rps", rps),
            Self::Ramp { from_rps, to_rps, start_s, duration_s } => {
                not_negative("from_rps", from_rps)?;
                not_negative("to_rps", to_rps)?;
                not_negative("start_s", start_s)?;
                positive("duration_s", duration_s)
            }
            Self::Step { from_rps, to_rps, at_s } => {
                not_negative("from_rps", from_rps)?;
                not_negative("to_rps", to_rps)?;
                not_negative("at_s", at_s)
            }
            Self::Spike { base_rps, peak_rps, at_s, duration_s } => {
                not_negative("base_rps", base_rps)?;
                not_negative("peak_rps", peak_rps)?;
                not_negative("at_s", at_s)?;
                positive("duration_s", duration_s)
            }
            Self::Drop { base_rps, to_rps, at_s, duration_s } => {
                not_negative("base_rps", base_rps)?;
                not_negative("to_rps", to_rps)?;
                not_negative("at_s", at_s)?;
                positive("duration_s", duration_s)
            }
            Self::FlashCrowd { base_rps, peak_rps, at_s, rise_s, hold_s, decay_s } => {
                not_negative("base_rps", base_rps)?;
                not_negative("peak_rps", peak_rps)?;
                not_negative("at_s", at_s)?;
                not_negative("rise_s", rise_s)?;
                not_negative("hold_s", hold_s)?;
                positive("decay_s", decay_s)
            }
            Self::IdleActive { idle_rps, active_rps, idle_s, active_s } => {
                not_negative("idle_rps", idle_rps)?;
                not_negative("active_rps", active_rps)?;
                positive("idle_s", idle_s)?;
                positive("active_s", active_s)
            }
            Self::Sawtooth { low_rps, high_rps, period_s } => {
                not_negative("low_rps", low_rps)?;
                not_negative("high_rps", high_rps)?;
                positive("period_s", period_s)
            }
            // Checked by the caller.
            _ => Ok(()),
        }
    }
}

fn deeper(path: &str, depth: usize) -> Checked {
    if depth < DEEPEST {
        return Ok(());
    }
    let expected = "a composition of at most 16 levels";
    Err(FieldError { field: path.to_owned(), value: format!("nested {} levels deep", depth + 1), expected })
}

fn validate_parts(parts: &[Shape], path: &str, depth: usize) -> Checked {
    if parts.is_empty() {
        let field = format!("{path}.parts");
        return Err(FieldError {
            field,
            value: "empty".to_owned(),
            expected: "a list of at least one shape",
        });
    }
    deeper(path, depth)?;
    parts
        .iter()
        .enumerate()
        .try_for_each(|(index, part)| part.validate_below(&format!("{path}.parts[{index}]"), depth + 1))
}

fn validate_curve(path: &str, mean_rps: f64, peak_to_mean: f64, peak_hour: f64) -> Checked {
    positive(path, "mean_rps", mean_rps)?;
    let peak_fits = (1.0..=MOST_PEAK_TO_MEAN).contains(&peak_to_mean);
    require(path, "peak_to_mean", peak_to_mean, peak_fits, "a ratio from 1 to 20")?;
    require(path, "peak_hour", peak_hour, (0.0..=24.0).contains(&peak_hour), "an hour from 0 to 24")
}

fn validate_bursts(path: &str, bursts: Bursts) -> Checked {
    let path = format!("{path}.bursts");
    let most_per_day = "a number from 0 to 1440";
    require(&path, "per_day", bursts.per_day, (0.0..=1_440.0).contains(&bursts.per_day), most_per_day)?;
    let factor_fits = bursts.factor >= 1.0 && bursts.factor.is_finite();
    require(&path, "factor", bursts.factor, factor_fits, "a factor of at least 1")?;
    let length_fits = bursts.minutes > 0.0 && bursts.minutes <= 1_440.0;
    require(&path, "minutes", bursts.minutes, length_fits, "a number of minutes above 0 and up to 1440")
}

fn validate_noise(path: &str, noise: DailyNoise) -> Checked {
    let path = format!("{path}.noise");
    spread(&path, "minute_cv", noise.minute_cv)?;
    spread(&path, "drift_cv", noise.drift_cv)?;
    positive(&path, "drift_s", noise.drift_s)
}

fn spread(path: &str, name: &str, cv: f64) -> Checked {
    require(path, name, cv, (0.0..=10.0).contains(&cv), "a coefficient of variation from 0 to 10")
}
