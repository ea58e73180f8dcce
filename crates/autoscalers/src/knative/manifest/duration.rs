use podpilot_core::Span;

/// A duration as Go writes it, such as `60s`, `1m30s`, `500ms` or `0`.
pub(super) fn parse_duration(text: &str) -> Option<Span> {
    if text == "0" {
        return Some(Span::ZERO);
    }
    let mut rest = text;
    let mut total_s = 0.0;
    while !rest.is_empty() {
        let digits = rest.find(|character: char| !character.is_ascii_digit() && character != '.')?;
        let number: f64 = rest[..digits].parse().ok()?;
        let unit_end = rest[digits..]
            .find(|character: char| character.is_ascii_digit() || character == '.')
            .map_or(rest.len(), |length| digits + length);
        let unit_s = match &rest[digits..unit_end] {
            "h" => 3_600.0,
            "m" => 60.0,
            "s" => 1.0,
            "ms" => 1e-3,
            "us" | "µs" => 1e-6,
            "ns" => 1e-9,
            _ => return None,
        };
        total_s += number * unit_s;
        rest = &rest[unit_end..];
    }
    (!text.is_empty() && total_s < 1e9).then(|| Span::from_seconds(total_s))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_those_of_go() {
        let cases = [
            ("60s", 60_000),
            ("1m30s", 90_000),
            ("1.5h", 5_400_000),
            ("500ms", 500),
            ("0", 0),
            ("0s", 0),
            ("2m", 120_000),
        ];
        for (text, milliseconds) in cases {
            assert_eq!(parse_duration(text), Some(Span::milliseconds(milliseconds)), "{text}");
        }
        for text in ["", "60", "s", "1d", "-1s", "1 s", "1.2.3s", "1s2", "9e9h"] {
            assert_eq!(parse_duration(text), None, "{text}");
        }
    }
}
