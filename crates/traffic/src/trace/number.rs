use podpilot_core::Span;

use super::error::shown;

/// Times beyond about 285 years would overflow nanoseconds in 64 bits.
const LATEST_S: f64 = 9.0e9;

/// A rate: finite and at least 0. `what` names the value in the error.
pub(super) fn rate(text: &str, what: &str) -> Result<f64, String> {
    let expected = "must be a finite number of at least 0";
    match text.trim().parse::<f64>() {
        Ok(rate) if rate.is_finite() && rate >= 0.0 => Ok(rate),
        Ok(rate) if rate.is_nan() => Err(format!("{what} is NaN, {expected}")),
        Ok(rate) if rate.is_infinite() => Err(format!("{what} is infinite, {expected}")),
        Ok(rate) => Err(format!("{what} is {rate}, which is negative, {expected}")),
        Err(_) => Err(format!("{what} is `{}`, which is not a number, {expected}", shown(text))),
    }
}

/// A time in seconds. `what` names the value in the error.
pub(super) fn time(text: &str, what: &str) -> Result<Span, String> {
    match text.trim().parse::<f64>() {
        Ok(seconds) => span(seconds, what),
        Err(_) => Err(format!("{what} is `{}`, which is not a number of seconds", shown(text))),
    }
}

/// A finite number of seconds that fits a [`Span`].
pub(super) fn span(seconds: f64, what: &str) -> Result<Span, String> {
    if seconds.abs() <= LATEST_S {
        return Ok(Span::from_seconds(seconds));
    }
    Err(format!("{what} is {seconds}, must be a number of seconds between -{LATEST_S} and {LATEST_S}"))
}

/// Checks that time grows.
pub(super) fn later(at: Span, previous: Option<Span>, what: &str) -> Result<(), String> {
    match previous {
        Some(previous) if at <= previous => {
            Err(format!("{what} {at} is out of order after {previous}, must grow from row to row"))
        }
        _ => Ok(()),
    }
}
