//! The proleptic Gregorian calendar.

/// A day of the calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct CivilDate {
    /// 1-12.
    pub(super) month: u32,
    /// 1-31.
    pub(super) day: u32,
    /// 0-6, Sunday first.
    pub(super) weekday: u32,
}

/// Days of 400 years.
const ERA: i64 = 146_097;

/// The date of a day counted from 1 January 1970. A year begins on 1 March here, so that the leap day is its last.
pub(super) fn civil_date(days: i64) -> CivilDate {
    let shifted = days + 719_468;
    let day_of_era = shifted.rem_euclid(ERA);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    CivilDate {
        month: if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 } as u32,
        day: (day_of_year - (153 * month_from_march + 2) / 5 + 1) as u32,
        weekday: (days + 4).rem_euclid(7) as u32,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_dates() {
        let cases = [
            (0, 1, 1, 4),
            (59, 3, 1, 0),
            (11_016, 2, 29, 2),
            (11_017, 3, 1, 3),
            (20_512, 2, 28, 6),
            (20_513, 3, 1, 0),
            (-1, 12, 31, 3),
            (47_540, 2, 28, 0),
            (47_541, 3, 1, 1),
        ];
        for (days, month, day, weekday) in cases {
            assert_eq!(civil_date(days), CivilDate { month, day, weekday }, "day {days}");
        }
    }
}
