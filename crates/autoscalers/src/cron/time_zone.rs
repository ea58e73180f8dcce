use std::fmt;
use std::str::FromStr;

use podpilot_core::Span;

/// A time zone without summer time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TimeZone {
    east_minutes: i32,
}

/// A time zone that is not known here.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("is `{0}`, must be a zone without summer time: UTC, Etc/GMT-9 (which is nine hours east) or +09:00")]
pub struct TimeZoneError(pub String);

const MOST_HOURS: i32 = 14;

impl TimeZone {
    /// How far its clocks are ahead of UTC.
    pub fn offset(self) -> Span {
        Span::minutes(i64::from(self.east_minutes))
    }
}

impl FromStr for TimeZone {
    type Err = TimeZoneError;

    fn from_str(text: &str) -> Result<Self, TimeZoneError> {
        let wrong = || TimeZoneError(text.to_owned());
        if matches!(text, "UTC" | "Etc/UTC" | "GMT" | "Etc/GMT" | "Z") {
            return Ok(Self::default());
        }
        // The names under Etc count west as positive, as POSIX does.
        let (signed, west) = match text.strip_prefix("Etc/GMT") {
            Some(rest) => (rest, true),
            None => (text.strip_prefix("UTC").unwrap_or(text), false),
        };
        let (sign, unsigned) = match signed.split_at_checked(1) {
            Some(("+", rest)) => (1, rest),
            Some(("-", rest)) => (-1, rest),
            _ => return Err(wrong()),
        };
        let (hours, minutes) = unsigned.split_once(':').unwrap_or((unsigned, "0"));
        let number = |digits: &str| {
            digits
                .parse::<i32>()
                .ok()
                .filter(|_| digits.len() <= 2 && digits.bytes().all(|byte| byte.is_ascii_digit()))
        };
        let (hours, minutes) = number(hours).zip(number(minutes)).ok_or_else(wrong)?;
        if hours > MOST_HOURS || minutes > 59 {
            return Err(wrong());
        }
        let east = if west { -sign } else { sign };
        Ok(Self { east_minutes: east * (60 * hours + minutes) })
    }
}

impl fmt::Display for TimeZone {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.east_minutes == 0 {
            return formatter.write_str("UTC");
        }
        let sign = if self.east_minutes < 0 { '-' } else { '+' };
        let minutes = self.east_minutes.abs();
        write!(formatter, "{sign}{:02}:{:02}", minutes / 60, minutes % 60)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fixed_offsets_are_known_and_other_zones_refused() {
        let minutes = |text: &str| text.parse::<TimeZone>().unwrap().east_minutes;
        for (text, east) in
            [("UTC", 0), ("Etc/GMT-9", 540), ("Etc/GMT+5", -300), ("+05:30", 330), ("UTC-3", -180)]
        {
            assert_eq!(minutes(text), east, "{text}");
            let shown = text.parse::<TimeZone>().unwrap().to_string();
            assert_eq!(minutes(&shown), east, "{shown}");
        }
        for text in ["", "Asia/Kolkata", "Europe/Berlin", "+25:00", "+1:75", "UTC5", "+", "-+5", "+é"] {
            let error = text.parse::<TimeZone>().unwrap_err().to_string();
            assert!(error.starts_with(&format!("is `{text}`, must be")), "{error}");
        }
    }
}
