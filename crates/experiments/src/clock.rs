//! The wall clock: the one place that reads it. Measurements need it, models must not.

use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Seconds since the Unix epoch.
#[expect(clippy::disallowed_methods, reason = "measurements carry the time at which they were taken")]
pub(crate) fn unix_s() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |since| since.as_secs_f64())
}

/// Sleeps until the wall clock shows `unix_s`.
pub(crate) fn sleep_until(until_unix_s: f64) {
    sleep_s(until_unix_s - unix_s());
}

/// Sleeps `seconds`; not at all if they are not above 0.
pub(crate) fn sleep_s(seconds: f64) {
    if seconds > 0.0 {
        thread::sleep(Duration::from_secs_f64(seconds));
    }
}

/// An RFC 3339 time stamp as seconds since the Unix epoch.
pub(crate) fn parse_rfc3339_s(text: &str) -> Option<f64> {
    let stamp: jiff::Timestamp = text.parse().ok()?;
    Some(stamp.as_nanosecond() as f64 * 1e-9)
}

/// Seconds since the Unix epoch as `2026-11-24T15:30:00Z`.
pub(crate) fn date_utc(unix_s: f64) -> String {
    jiff::Timestamp::from_second(unix_s as i64).map_or_else(|_| String::new(), |stamp| stamp.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kubernetes_time_stamps_become_seconds() {
        assert_eq!(parse_rfc3339_s("1970-01-01T00:00:10Z"), Some(10.0));
        let fine = parse_rfc3339_s("2026-11-24T14:30:00.250000Z").unwrap();
        assert!((fine - fine.floor() - 0.25).abs() < 1e-6);
        assert_eq!(parse_rfc3339_s("yesterday"), None);
        assert_eq!(date_utc(10.0), "1970-01-01T00:00:10Z");
    }
}
