use std::fmt;
use std::str::FromStr;

use podpilot_core::{Span, Timestamp};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::TimeZone;
use super::calendar::civil_date;

const MINUTE: i64 = 60_000_000_000;
const MINUTES_PER_DAY: i64 = 24 * 60;
/// The rarest day is 29 February, which can be eight years away.
const DAYS_SEARCHED: i64 = 8 * 366;

const MONTHS: [&str; 12] =
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const WEEKDAYS: [&str; 7] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

/// Minutes of a calendar: `minute hour day-of-month month day-of-week`.
///
/// Lists, ranges, steps, names of months and weekdays, 7 for Sunday, and `@hourly` to `@yearly` are known. If both the
/// day of month and the day of week are restricted, one of the two suffices, as in every cron.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CronExpression {
    text: String,
    minutes: u64,
    hours: u64,
    days: u64,
    months: u64,
    weekdays: u64,
    any_day: bool,
    any_weekday: bool,
}

/// A text that is no cron expression.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CronError {
    /// There must be five fields.
    #[error("`{text}` has {count} fields, must have five: minute, hour, day of month, month, day of week")]
    FieldCount {
        /// The expression.
        text: String,
        /// How many it has.
        count: usize,
    },
    /// A field that means nothing.
    #[error(
        "`{part}` is no {field}, which must be a number from {lowest} to {highest}, a range, a list or *"
    )]
    Field {
        /// The part that is wrong.
        part: String,
        /// Name of the field.
        field: &'static str,
        /// Lowest number.
        lowest: u32,
        /// Highest number.
        highest: u32,
    },
    /// No day matches.
    #[error("`{text}` never comes")]
    Never {
        /// The expression.
        text: String,
    },
}

/// One of the five fields.
struct Field {
    name: &'static str,
    lowest: u32,
    highest: u32,
    names: &'static [&'static str],
}

const MINUTE_FIELD: Field = Field { name: "minute", lowest: 0, highest: 59, names: &[] };
const HOUR_FIELD: Field = Field { name: "hour", lowest: 0, highest: 23, names: &[] };
const DAY_FIELD: Field = Field { name: "day of month", lowest: 1, highest: 31, names: &[] };
const MONTH_FIELD: Field = Field { name: "month", lowest: 1, highest: 12, names: &MONTHS };
const WEEKDAY_FIELD: Field = Field { name: "day of week", lowest: 0, highest: 7, names: &WEEKDAYS };

impl Field {
    /// The numbers of a field as bits.
    fn parse(&self, text: &str) -> Result<u64, CronError> {
        text.split(',').try_fold(0, |bits, part| Ok(bits | self.parse_part(part)?))
    }

    fn parse_part(&self, part: &str) -> Result<u64, CronError> {
        let wrong = || CronError::Field {
            part: part.to_owned(),
            field: self.name,
            lowest: self.lowest,
            highest: self.highest,
        };
        let (range, step) = match part.split_once('/') {
            None => (part, None),
            Some((range, step)) => (range, Some(step.parse::<u32>().map_err(|_| wrong())?)),
        };
        let (low, high) = match range.split_once('-') {
            _ if matches!(range, "*" | "?") => (self.lowest, self.highest),
            Some((low, high)) => (self.number(low).ok_or_else(wrong)?, self.number(high).ok_or_else(wrong)?),
            None => {
                let low = self.number(range).ok_or_else(wrong)?;
                (low, if step.is_some() { self.highest } else { low })
            }
        };
        let step = step.unwrap_or(1);
        if low < self.lowest || high > self.highest || low > high || step == 0 {
            return Err(wrong());
        }
        Ok((low..=high).step_by(step as usize).fold(0, |bits, number| bits | 1 << number))
    }

    fn number(&self, text: &str) -> Option<u32> {
        let named = self.names.iter().position(|name| name.eq_ignore_ascii_case(text));
        match named {
            Some(position) => Some(position as u32 + self.lowest),
            None => text.parse().ok().filter(|_| text.bytes().all(|byte| byte.is_ascii_digit())),
        }
    }
}

impl FromStr for CronExpression {
    type Err = CronError;

    fn from_str(text: &str) -> Result<Self, CronError> {
        let text = text.trim();
        let spelled = match text {
            "@hourly" => "0 * * * *",
            "@daily" | "@midnight" => "0 0 * * *",
            "@weekly" => "0 0 * * 0",
            "@monthly" => "0 0 1 * *",
            "@yearly" | "@annually" => "0 0 1 1 *",
            _ => text,
        };
        let fields: Vec<&str> = spelled.split_whitespace().collect();
        let [minute, hour, day, month, weekday] = fields[..] else {
            return Err(CronError::FieldCount { text: text.to_owned(), count: fields.len() });
        };
        let weekdays = WEEKDAY_FIELD.parse(weekday)?;
        let expression = Self {
            text: text.to_owned(),
            minutes: MINUTE_FIELD.parse(minute)?,
            hours: HOUR_FIELD.parse(hour)?,
            days: DAY_FIELD.parse(day)?,
            months: MONTH_FIELD.parse(month)?,
            // Sunday is 0 and 7.
            weekdays: (weekdays | weekdays >> 7) & 0x7f,
            any_day: day.starts_with(['*', '?']),
            any_weekday: weekday.starts_with(['*', '?']),
        };
        match expression.next_after(Timestamp(0), TimeZone::default()) {
            Some(_) => Ok(expression),
            None => Err(CronError::Never { text: text.to_owned() }),
        }
    }
}

impl CronExpression {
    /// The first minute of the expression that begins after `now`.
    pub fn next_after(&self, now: Timestamp, zone: TimeZone) -> Option<Timestamp> {
        let first = (now + zone.offset()).0.div_euclid(MINUTE) + 1;
        let (first_day, first_minute) =
            (first.div_euclid(MINUTES_PER_DAY), first.rem_euclid(MINUTES_PER_DAY));
        (0..=DAYS_SEARCHED).find_map(|later| {
            let from = if later == 0 { first_minute } else { 0 };
            let minute = self.minutes_of(first_day + later)?.find(|minute| *minute >= from)?;
            Some(instant(first_day + later, minute, zone))
        })
    }

    /// The last minute of the expression that has begun at `now`.
    pub fn last_until(&self, now: Timestamp, zone: TimeZone) -> Option<Timestamp> {
        let last = (now + zone.offset()).0.div_euclid(MINUTE);
        let (last_day, last_minute) = (last.div_euclid(MINUTES_PER_DAY), last.rem_euclid(MINUTES_PER_DAY));
        (0..=DAYS_SEARCHED).find_map(|earlier| {
            let until = if earlier == 0 { last_minute } else { MINUTES_PER_DAY };
            let minute = self.minutes_of(last_day - earlier)?.rev().find(|minute| *minute <= until)?;
            Some(instant(last_day - earlier, minute, zone))
        })
    }

    /// The minutes of a day in rising order; `None` if the day does not match.
    fn minutes_of(&self, day: i64) -> Option<impl DoubleEndedIterator<Item = i64> + '_> {
        let date = civil_date(day);
        let has = |bits: u64, number: u32| bits >> number & 1 == 1;
        let (by_day, by_weekday) = (has(self.days, date.day), has(self.weekdays, date.weekday));
        let day_matches =
            if self.any_day || self.any_weekday { by_day && by_weekday } else { by_day || by_weekday };
        let matches = has(self.months, date.month) && day_matches;
        matches.then(|| {
            (0..24_u32).filter(move |hour| has(self.hours, *hour)).flat_map(move |hour| {
                let minutes = (0..60_u32).filter(move |minute| has(self.minutes, *minute));
                minutes.map(move |minute| i64::from(60 * hour + minute))
            })
        })
    }
}

fn instant(day: i64, minute: i64, zone: TimeZone) -> Timestamp {
    Timestamp(0) + Span((day * MINUTES_PER_DAY + minute) * MINUTE) - zone.offset()
}

impl fmt::Display for CronExpression {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

impl Serialize for CronExpression {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

impl<'de> Deserialize<'de> for CronExpression {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Seconds since the epoch of dates in UTC.
    const MONDAY_5_JAN_2026: i64 = 1_767_571_200;
    const DAY: i64 = 86_400;

    fn at(seconds: i64) -> Timestamp {
        Timestamp(0) + Span::seconds(seconds)
    }

    fn cron(text: &str) -> CronExpression {
        text.parse().unwrap()
    }

    fn next(text: &str, seconds: i64) -> i64 {
        let next = cron(text).next_after(at(seconds), TimeZone::default()).unwrap();
        next.0 / 1_000_000_000 - MONDAY_5_JAN_2026
    }

    #[test]
    fn next_times() {
        let monday = MONDAY_5_JAN_2026;
        let hour = 3_600;
        assert_eq!(next("0 6 * * *", monday), 6 * hour);
        assert_eq!(next("0 6 * * *", monday + 6 * hour), DAY + 6 * hour, "strictly after");
        assert_eq!(next("0 6 * * *", monday + 6 * hour - 1), 6 * hour);
        assert_eq!(next("*/15 * * * *", monday + 61), 15 * 60);
        assert_eq!(next("5/20 * * * *", monday + 26 * 60), 45 * 60);
        assert_eq!(next("0 0 * * sat,SUN", monday), 5 * DAY);
        assert_eq!(next("0 0 * * 7", monday), 6 * DAY);
        assert_eq!(next("30 8-17/3 * * 1-5", monday + 9 * hour), 11 * hour + 1_800);
        assert_eq!(next("0 0 1 feb ?", monday), 27 * DAY);
        assert_eq!(next("0 0 29 2 *", monday), (2 * 365 + 26 + 29) * DAY);
        assert_eq!(next("@monthly", monday), 27 * DAY);
        // Both restricted: the 13th or a Friday.
        assert_eq!(next("0 0 13 * 5", monday), 4 * DAY);
        assert_eq!(next("0 0 13 * 5", monday + 5 * DAY), 8 * DAY);
    }

    #[test]
    fn zones_shift_the_clock() {
        let zone = "+09:00".parse().unwrap();
        let next = cron("0 6 * * *").next_after(at(MONDAY_5_JAN_2026), zone).unwrap();
        assert_eq!(next, at(MONDAY_5_JAN_2026 + 21 * 3_600));
    }

    #[test]
    fn the_last_time_precedes_the_next_and_nothing_lies_between() {
        for text in ["0 6 * * *", "*/7 3-5 * * mon", "59 23 31 12 *", "0 0 29 2 *", "1,2 1 * * *"] {
            let expression = cron(text);
            let mut now = at(MONDAY_5_JAN_2026 + 17);
            for _ in 0..40 {
                let next = expression.next_after(now, TimeZone::default()).unwrap();
                let last = expression.last_until(now, TimeZone::default()).unwrap();
                assert!(last <= now && next > now, "{text}");
                assert_eq!(expression.last_until(next, TimeZone::default()), Some(next));
                assert_eq!(expression.last_until(next - Span(1), TimeZone::default()), Some(last), "{text}");
                now = next + Span::seconds(1);
            }
        }
    }

    #[test]
    fn nonsense_is_named() {
        let told = |text: &str| text.parse::<CronExpression>().unwrap_err().to_string();
        assert!(told("* * * *").starts_with("`* * * *` has 4 fields, must have five"));
        assert!(told("0 0 6 * * *").contains("has 6 fields"));
        assert!(told("60 * * * *").starts_with("`60` is no minute, which must be a number from 0 to 59"));
        assert!(told("* 9-5 * * *").starts_with("`9-5` is no hour"));
        assert!(told("* * * * fry").starts_with("`fry` is no day of week"));
        assert!(told("*/0 * * * *").starts_with("`*/0` is no minute"));
        assert!(told("+5 * * * *").starts_with("`+5` is no minute"));
        assert_eq!(told("0 0 30 2 *"), "`0 0 30 2 *` never comes");
    }
}
