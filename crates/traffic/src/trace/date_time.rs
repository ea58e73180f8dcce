use podpilot_core::Span;

/// Years that a trace may come from: what lies outside is a mistake, and dates stay within [`Span`].
const YEARS: std::ops::RangeInclusive<i64> = 1970..=2200;

/// Time since the Unix epoch of `YYYY-MM-DD HH:MM[:SS[.fff]]`, with `T` or a space between date and time and
/// `Z`, `±HH:MM` or nothing (read as UTC) at the end.
pub(super) fn parse(text: &str) -> Option<Span> {
    let (date, rest) = text.split_once(['T', ' '])?;
    let (clock, offset_s) = split_offset(rest.trim())?;
    let [year, month, day] = numbers(date, '-')?[..] else { return None };
    let seconds = seconds_of_day(clock)?;
    if !YEARS.contains(&year)
        || !(1..=12).contains(&month)
        || !(1..=days_in_month(year, month)).contains(&day)
    {
        return None;
    }
    let midnight = Span::seconds(days_since_epoch(year, month, day) * 86_400);
    Some(midnight + seconds - Span::seconds(offset_s))
}

/// The clock part, and the seconds that its zone is ahead of UTC.
fn split_offset(text: &str) -> Option<(&str, i64)> {
    if let Some(clock) = text.strip_suffix(['Z', 'z']) {
        return Some((clock, 0));
    }
    let Some(position) = text.rfind(['+', '-']) else { return Some((text, 0)) };
    let zone = text[position + 1..].replace(':', "");
    if zone.len() != 4 || !zone.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let (hours, minutes): (i64, i64) = (zone[..2].parse().ok()?, zone[2..].parse().ok()?);
    let ahead_s = 3_600 * hours + 60 * minutes;
    let sign = if text.as_bytes()[position] == b'-' { -1 } else { 1 };
    (hours <= 14 && minutes < 60).then_some((&text[..position], sign * ahead_s))
}

fn seconds_of_day(clock: &str) -> Option<Span> {
    let (whole, fraction) = clock.split_once('.').unwrap_or((clock, ""));
    let (hour, minute, second) = match numbers(whole, ':')?[..] {
        [hour, minute] => (hour, minute, 0),
        [hour, minute, second] => (hour, minute, second),
        _ => return None,
    };
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    Some(Span::seconds(3_600 * hour + 60 * minute + second) + nanoseconds(fraction)?)
}

/// Digits after the decimal point of a second, none to nine.
fn nanoseconds(fraction: &str) -> Option<Span> {
    if fraction.is_empty() {
        return Some(Span::ZERO);
    }
    if fraction.len() > 9 || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    format!("{fraction:0<9}").parse().ok().map(Span)
}

/// Unsigned numbers between separators.
fn numbers(text: &str, separator: char) -> Option<Vec<i64>> {
    text.split(separator)
        .map(|part| {
            let digits =
                !part.is_empty() && part.len() <= 4 && part.bytes().all(|byte| byte.is_ascii_digit());
            if digits { part.parse().ok() } else { None }
        })
        .collect()
}

fn is_leap(year: i64) -> bool {
    (year % 4 == 0 && year % 100 != 0) || year % 400 == 0
}

fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        2 => 28 + i64::from(is_leap(year)),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

fn days_since_epoch(year: i64, month: i64, day: i64) -> i64 {
    let leap_days_before = |year: i64| (year - 1) / 4 - (year - 1) / 100 + (year - 1) / 400;
    let years = 365 * (year - 1970) + leap_days_before(year) - leap_days_before(1970);
    years + (1..month).map(|earlier| days_in_month(year, earlier)).sum::<i64>() + day - 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_instants() {
        // From `date -u -d ... +%s` of GNU coreutils.
        for (text, seconds) in [
            ("1970-01-01T00:00:00Z", 0),
            ("2000-02-29 23:59:59", 951_868_799),
            ("2026-11-24 12:00", 1_795_521_600),
            ("2026-11-24T12:00:00+01:00", 1_795_518_000),
            ("2026-11-24T12:00:00-0530", 1_795_541_400),
            ("2100-03-01T00:00:00Z", 4_107_542_400),
        ] {
            assert_eq!(parse(text), Some(Span::seconds(seconds)), "{text}");
        }
        assert_eq!(parse("1970-01-01T00:00:01.25Z"), Some(Span::milliseconds(1_250)));
    }

    #[test]
    fn what_is_no_date_is_refused() {
        for text in [
            "",
            "2026-11-24",
            "24/11/2026 12:00:00",
            "2026-02-29 00:00:00",
            "2100-02-29 00:00:00",
            "2026-13-01 00:00:00",
            "2026-00-01 00:00:00",
            "2026-11-24 24:00:00",
            "2026-11-24 12:60:00",
            "2026-11-24 12:00:00.1x",
            "2026-11-24 12",
            "2026-11-24T12:00:00+1",
            "2026-11-24T12:00:00+99:00",
            "1026-11-24T12:00:00Z",
            "2026-11-24T-2:00:00Z",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
