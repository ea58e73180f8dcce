//! The one place that reads a clock. Records carry times; nothing that is learnt depends on them.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Seconds since 1970.
#[expect(clippy::disallowed_methods, reason = "records carry the wall-clock time at which things happened")]
pub(crate) fn unix_seconds() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO).as_secs_f64()
}

/// For durations.
#[expect(
    clippy::disallowed_methods,
    reason = "time/fps and the flush intervals are durations of the real world"
)]
pub(crate) fn instant() -> Instant {
    Instant::now()
}

/// `YYYYMMDD_HHMMSS` in UTC, as the names of W&B's folders have it.
pub(crate) fn compact_utc(unix_seconds: f64) -> String {
    let seconds = unix_seconds as i64;
    let (year, month, day) = civil_from_days(seconds.div_euclid(86_400));
    let in_day = seconds.rem_euclid(86_400);
    format!("{year:04}{month:02}{day:02}_{:02}{:02}{:02}", in_day / 3_600, in_day / 60 % 60, in_day % 60)
}

/// Year, month and day of a count of days since 1970-01-01 (Howard Hinnant, "chrono-compatible low-level date algorithms").
fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_index = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_index + 2) / 5 + 1;
    let month = if month_index < 10 { month_index + 3 } else { month_index - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_those_of_the_calendar() {
        // `date -u -d @N +%Y%m%d_%H%M%S`
        assert_eq!(compact_utc(0.0), "19700101_000000");
        assert_eq!(compact_utc(951_782_400.0), "20000229_000000");
        assert_eq!(compact_utc(1_795_544_553.5), "20261124_182233");
        assert_eq!(compact_utc(4_102_444_799.0), "20991231_235959");
    }
}
