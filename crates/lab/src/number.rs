//! Numbers for people: the one way in which tables, sentences and reports write them.

/// A share as per cent with about two significant digits: `0.42 %`, `12 %`, `0 %`.
pub fn percent(ratio: f64) -> String {
    format!("{} %", significant(ratio * 100.0))
}

/// A chosen share as per cent without idle zeros: `0.5 %`, `85 %`.
pub fn round_percent(ratio: f64) -> String {
    format!("{} %", brief(ratio * 100.0))
}

/// A round number without idle zeros: `0.5`, `12`.
pub fn brief(value: f64) -> String {
    let text = format!("{value:.6}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// A relative change as per cent with its sign: `−8.1 %`, `+3.0 %`.
pub fn signed_percent(ratio: f64) -> String {
    let percent = ratio * 100.0;
    let text = significant(percent.abs());
    match sign(percent, &text) {
        "" => format!("±{text} %"),
        sign => format!("{sign}{text} %"),
    }
}

/// A difference of two shares in percentage points with its sign: `−0.12 points`.
pub fn signed_points(difference: f64) -> String {
    let points = difference * 100.0;
    let text = significant(points.abs());
    match sign(points, &text) {
        "" => format!("±{text} points"),
        sign => format!("{sign}{text} points"),
    }
}

/// Money or any other quantity with about three significant digits.
pub fn amount(value: f64) -> String {
    let decimals = match value.abs() {
        size if size >= 1_000.0 => return thousands(value.round()),
        size if size >= 100.0 => 0,
        size if size >= 10.0 => 1,
        _ => 2,
    };
    format!("{value:.decimals$}")
}

/// A whole number with thin spaces between thousands.
pub fn thousands(value: f64) -> String {
    let digits = format!("{:.0}", value.abs());
    let mut text = String::with_capacity(digits.len() * 2);
    if value < 0.0 {
        text.push('−');
    }
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push('\u{202f}');
        }
        text.push(digit);
    }
    text
}

/// Milliseconds, as seconds from one second on: `87 ms`, `1.4 s`.
pub fn latency(milliseconds: f64) -> String {
    if milliseconds >= 1_000.0 {
        format!("{} s", significant(milliseconds / 1_000.0))
    } else {
        format!("{} ms", significant(milliseconds))
    }
}

/// A chosen latency without idle zeros: `200 ms`, `2 s`.
pub fn round_latency(milliseconds: f64) -> String {
    if milliseconds >= 1_000.0 {
        format!("{} s", brief(milliseconds / 1_000.0))
    } else {
        format!("{} ms", brief(milliseconds))
    }
}

/// Time since a start as `h:mm`, with days in front from one day on: `2 d 03:15`.
pub fn clock(seconds: f64) -> String {
    let minutes = (seconds / 60.0).floor() as i64;
    let (days, hours, minutes) = (minutes / 1_440, minutes / 60 % 24, minutes % 60);
    if days > 0 { format!("{days} d {hours:02}:{minutes:02}") } else { format!("{hours}:{minutes:02}") }
}

fn significant(value: f64) -> String {
    let decimals = match value.abs() {
        0.0 => 0,
        size if size >= 9.95 => 0,
        size if size >= 0.995 => 1,
        size if size >= 0.0995 => 2,
        _ => 3,
    };
    format!("{value:.decimals$}")
}

fn sign(value: f64, text: &str) -> &'static str {
    let shows_zero = text.chars().all(|character| matches!(character, '0' | '.'));
    match value {
        _ if shows_zero => "",
        value if value < 0.0 => "−",
        _ => "+",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_keep_two_digits() {
        let cases =
            [(0.0, "0 %"), (0.00004, "0.004 %"), (0.0042, "0.42 %"), (0.0146, "1.5 %"), (0.1249, "12 %")];
        for (ratio, text) in cases {
            assert_eq!(percent(ratio), text);
        }
    }

    #[test]
    fn chosen_shares_have_no_idle_zeros() {
        assert_eq!(round_percent(0.005), "0.5 %");
        assert_eq!(round_percent(1.0 - 0.95), "5 %");
        assert_eq!(brief(1_200.0), "1200");
    }

    #[test]
    fn changes_carry_their_sign_unless_they_show_as_zero() {
        assert_eq!(signed_percent(-0.081), "−8.1 %");
        assert_eq!(signed_percent(0.03), "+3.0 %");
        assert_eq!(signed_percent(-0.000_000_1), "±0.000 %");
        assert_eq!(signed_points(-0.0012), "−0.12 points");
    }

    #[test]
    fn amounts_and_thousands() {
        assert_eq!(amount(4.314), "4.31");
        assert_eq!(amount(43.14), "43.1");
        assert_eq!(amount(431.4), "431");
        assert_eq!(amount(1_234_567.8), "1\u{202f}234\u{202f}568");
        assert_eq!(thousands(-1_000.0), "−1\u{202f}000");
    }

    #[test]
    fn times_and_latencies() {
        assert_eq!(clock(3.0 * 3_600.0 + 15.0 * 60.0 + 59.0), "3:15");
        assert_eq!(clock(86_400.0 * 2.0 + 11_700.0), "2 d 03:15");
        assert_eq!(latency(87.4), "87 ms");
        assert_eq!(latency(1_440.0), "1.4 s");
    }
}
