use podpilot_core::Span;

/// A text in a specification that does not say what it should.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("spec.{field} is `{value}`, must be {expected}")]
pub struct ValueError {
    /// Path of the field below `spec`.
    pub field: &'static str,
    /// What was given.
    pub value: String,
    /// What would be right.
    pub expected: &'static str,
}

/// A decimal number written as text, as Kubernetes' objects carry them.
pub fn decimal(field: &'static str, text: &str, expected: &'static str) -> Result<f64, ValueError> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    text.parse::<f64>().ok().filter(|number| digits && number.is_finite()).ok_or_else(|| ValueError {
        field,
        value: text.to_owned(),
        expected,
    })
}

/// A whole number with one of the units `ms`, `s`, `m`, `h`, such as `200ms`.
pub fn duration(field: &'static str, text: &str, expected: &'static str) -> Result<Span, ValueError> {
    let error = || ValueError { field, value: text.to_owned(), expected };
    let split = text.find(|character: char| !character.is_ascii_digit()).ok_or_else(error)?;
    let (number, unit) = text.split_at(split);
    let number: i64 = number.parse().map_err(|_| error())?;
    let unit = match unit {
        "ms" => Span::milliseconds(1),
        "s" => Span::seconds(1),
        "m" => Span::minutes(1),
        "h" => Span::minutes(60),
        _ => return Err(error()),
    };
    number.checked_mul(unit.0).map(Span).ok_or_else(error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_one_unit() {
        assert_eq!(duration("x", "200ms", ""), Ok(Span::milliseconds(200)));
        assert_eq!(duration("x", "2h", ""), Ok(Span::minutes(120)));
        for wrong in ["", "5", "s", "1.5s", "-1s", "5 s", "5sec", "9223372036854775807h"] {
            assert!(duration("x", wrong, "").is_err(), "{wrong}");
        }
    }

    #[test]
    fn decimals_are_plain() {
        assert_eq!(decimal("x", "0.005", ""), Ok(0.005));
        for wrong in ["", "NaN", "inf", "1e3", "-1", "0,5", "."] {
            assert!(decimal("x", wrong, "").is_err(), "{wrong}");
        }
        let error = decimal("objective.badMinutes", "half", "a share between 0 and 1").expect_err("a word");
        assert_eq!(error.to_string(), "spec.objective.badMinutes is `half`, must be a share between 0 and 1");
    }
}
