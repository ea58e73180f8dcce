//! Numbers that JSON has no word for. W&B writes them bare, as Python does; JSON lines stay valid JSON and write them as
//! strings, as the JSON form of protocol buffers does.

use serde_json::Value;

const NAN: &str = "NaN";
const INFINITY: &str = "Infinity";
const MINUS_INFINITY: &str = "-Infinity";

fn word(value: f64) -> Option<&'static str> {
    match value {
        value if value.is_nan() => Some(NAN),
        f64::INFINITY => Some(INFINITY),
        f64::NEG_INFINITY => Some(MINUS_INFINITY),
        _ => None,
    }
}

/// A number as JSON with Python's words for what is not finite.
pub(crate) fn python_json(value: f64) -> String {
    word(value).map_or_else(|| Value::from(value).to_string(), str::to_owned)
}

/// A number as valid JSON.
pub(crate) fn to_json(value: f64) -> Value {
    word(value).map_or_else(|| Value::from(value), Value::from)
}

/// A number as [`RunFiles`](crate::RunFiles) has it; `None` for what is no number.
pub fn number_from_json(value: &Value) -> Option<f64> {
    match value {
        Value::String(text) => match text.as_str() {
            NAN => Some(f64::NAN),
            INFINITY => Some(f64::INFINITY),
            MINUS_INFINITY => Some(f64::NEG_INFINITY),
            _ => None,
        },
        other => other.as_f64(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_comes_back() {
        for value in [0.0, -0.0, 1.5, f64::MIN_POSITIVE, f64::MAX, f64::INFINITY, f64::NEG_INFINITY] {
            let text = to_json(value).to_string();
            let back: Value = serde_json::from_str(&text).unwrap();
            assert_eq!(number_from_json(&back).unwrap().to_bits(), value.to_bits(), "{text}");
        }
        assert!(number_from_json(&to_json(f64::NAN)).unwrap().is_nan());
        assert_eq!(number_from_json(&Value::from("seven")), None);
        assert_eq!(python_json(f64::NEG_INFINITY), "-Infinity");
        assert_eq!(python_json(2.0), "2.0");
    }
}
