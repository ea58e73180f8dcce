use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

const NANO_DIGITS: i32 = 9;
const NANOS_PER_MILLI: i128 = 1_000_000;
/// Largest amount that a binary suffix can state, in whole units.
const LARGEST_BINARY: i128 = i64::MAX as i128;
/// No power of ten beyond this fits an amount.
const LARGEST_EXPONENT: i32 = 38;

/// A Kubernetes quantity such as `500m`, `1.5`, `64Mi` or `2e3`, exact to a billionth.
///
/// Finer fractions are rounded away from zero, as Kubernetes does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Quantity {
    nanos: i128,
}

/// A text that is no Kubernetes quantity.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum QuantityError {
    /// Not a number with an optional suffix.
    #[error("`{text}` is not a quantity: a number with an optional suffix such as 500m, 1.5, 2k or 64Mi")]
    Malformed {
        /// The text given.
        text: String,
    },
    /// The suffix means nothing.
    #[error(
        "`{text}` ends in the unknown suffix `{suffix}`: known are n u m k M G T P E, Ki Mi Gi Ti Pi Ei and exponents such as e3"
    )]
    UnknownSuffix {
        /// The text given.
        text: String,
        /// Its end.
        suffix: String,
    },
    /// More than can be counted.
    #[error("`{text}` is too large a quantity")]
    TooLarge {
        /// The text given.
        text: String,
    },
}

/// What a suffix multiplies by.
#[derive(Clone, Copy)]
enum Multiplier {
    PowerOfTen(i32),
    PowerOf1024(u32),
}

impl Quantity {
    /// `nanos` billionths.
    pub const fn from_nanos(nanos: i128) -> Self {
        Self { nanos }
    }

    /// `milli` thousandths.
    pub const fn from_milli(milli: i64) -> Self {
        Self { nanos: milli as i128 * NANOS_PER_MILLI }
    }

    /// Value in billionths, exact.
    pub const fn nanos(self) -> i128 {
        self.nanos
    }

    /// Value × 1000, rounded away from zero (`MilliValue`); `None` if that exceeds 64 bits.
    pub fn milli_value(self) -> Option<i64> {
        i64::try_from(divide_away_from_zero(self.nanos, NANOS_PER_MILLI)).ok()
    }

    /// Whether it is above zero.
    pub fn is_positive(self) -> bool {
        self.nanos > 0
    }

    /// Whether it is below zero.
    pub fn is_negative(self) -> bool {
        self.nanos < 0
    }

    /// The floating-point number that Kubernetes makes of it (`AsApproximateFloat64` of the canonical form):
    /// mantissa × 10^exponent, which is not always the nearest one.
    pub fn approximate_f64(self) -> f64 {
        let (mantissa, exponent) = self.canonical();
        let power = match exponent {
            -9 => 1e-9,
            -6 => 1e-6,
            -3 => 1e-3,
            0 => 1.0,
            3 => 1e3,
            6 => 1e6,
            9 => 1e9,
            12 => 1e12,
            15 => 1e15,
            18 => 1e18,
            21 => 1e21,
            24 => 1e24,
            _ => 1e27,
        };
        mantissa as f64 * power
    }

    /// Whole mantissa and the largest exponent of ten, a multiple of three, that leave no fraction.
    fn canonical(self) -> (i128, i32) {
        let (mut mantissa, mut exponent) = (self.nanos, -NANO_DIGITS);
        if mantissa == 0 {
            return (0, 0);
        }
        while mantissa % 1000 == 0 {
            mantissa /= 1000;
            exponent += 3;
        }
        (mantissa, exponent)
    }
}

fn divide_away_from_zero(dividend: i128, divisor: i128) -> i128 {
    let quotient = dividend / divisor;
    if dividend % divisor == 0 { quotient } else { quotient + dividend.signum() }
}

impl FromStr for Quantity {
    type Err = QuantityError;

    fn from_str(text: &str) -> Result<Self, QuantityError> {
        let malformed = || QuantityError::Malformed { text: text.to_owned() };
        let too_large = || QuantityError::TooLarge { text: text.to_owned() };
        let (negative, unsigned) = match text.as_bytes().first() {
            Some(b'-') => (true, &text[1..]),
            Some(b'+') => (false, &text[1..]),
            _ => (false, text),
        };
        let number_end = unsigned.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(unsigned.len());
        let (number, suffix) = unsigned.split_at(number_end);
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        if (whole.is_empty() && fraction.is_empty()) || fraction.contains('.') {
            return Err(malformed());
        }
        let multiplier = multiplier(suffix).ok_or_else(|| QuantityError::UnknownSuffix {
            text: text.to_owned(),
            suffix: suffix.to_owned(),
        })?;
        let digits = digits(whole, fraction).ok_or_else(too_large)?;
        let nanos = scale(digits, fraction.len(), multiplier).ok_or_else(too_large)?;
        Ok(Self { nanos: if negative { -nanos } else { nanos } })
    }
}

fn digits(whole: &str, fraction: &str) -> Option<i128> {
    whole
        .bytes()
        .chain(fraction.bytes())
        .try_fold(0_i128, |sum, digit| sum.checked_mul(10)?.checked_add(i128::from(digit - b'0')))
}

fn multiplier(suffix: &str) -> Option<Multiplier> {
    let known = match suffix {
        "n" => Multiplier::PowerOfTen(-9),
        "u" => Multiplier::PowerOfTen(-6),
        "m" => Multiplier::PowerOfTen(-3),
        "" => Multiplier::PowerOfTen(0),
        "k" => Multiplier::PowerOfTen(3),
        "M" => Multiplier::PowerOfTen(6),
        "G" => Multiplier::PowerOfTen(9),
        "T" => Multiplier::PowerOfTen(12),
        "P" => Multiplier::PowerOfTen(15),
        "E" => Multiplier::PowerOfTen(18),
        "Ki" => Multiplier::PowerOf1024(1),
        "Mi" => Multiplier::PowerOf1024(2),
        "Gi" => Multiplier::PowerOf1024(3),
        "Ti" => Multiplier::PowerOf1024(4),
        "Pi" => Multiplier::PowerOf1024(5),
        "Ei" => Multiplier::PowerOf1024(6),
        _ => Multiplier::PowerOfTen(suffix.strip_prefix(['e', 'E'])?.parse().ok()?),
    };
    Some(known)
}

/// `digits` with the last `fraction_digits` of them behind the point, times `multiplier`, in billionths.
fn scale(digits: i128, fraction_digits: usize, multiplier: Multiplier) -> Option<i128> {
    if digits == 0 {
        return Some(0);
    }
    let fraction_digits = i32::try_from(fraction_digits).ok()?;
    match multiplier {
        Multiplier::PowerOfTen(power) => {
            times_power_of_ten(digits, power.checked_sub(fraction_digits)?.checked_add(NANO_DIGITS)?)
        }
        Multiplier::PowerOf1024(power) => {
            let product = digits.checked_mul(1024_i128.pow(power))?;
            let nanos = times_power_of_ten(product, NANO_DIGITS - fraction_digits)?;
            Some(nanos.min(LARGEST_BINARY * 10_i128.pow(NANO_DIGITS as u32)))
        }
    }
}

fn times_power_of_ten(value: i128, power: i32) -> Option<i128> {
    match power {
        0..=LARGEST_EXPONENT => value.checked_mul(10_i128.pow(power as u32)),
        _ if power > LARGEST_EXPONENT => None,
        _ if power >= -LARGEST_EXPONENT => Some(divide_away_from_zero(value, 10_i128.pow((-power) as u32))),
        _ => Some(1),
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (mantissa, exponent) = self.canonical();
        let suffix = match exponent {
            -9 => "n",
            -6 => "u",
            -3 => "m",
            0 => "",
            3 => "k",
            6 => "M",
            9 => "G",
            12 => "T",
            15 => "P",
            18 => "E",
            _ => return write!(formatter, "{mantissa}e{exponent}"),
        };
        write!(formatter, "{mantissa}{suffix}")
    }
}

impl Serialize for Quantity {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Quantity {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(QuantityVisitor)
    }
}

/// Accepts a text or, as the API server does, a bare number.
struct QuantityVisitor;

impl de::Visitor<'_> for QuantityVisitor {
    type Value = Quantity;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a quantity such as 500m, 1.5 or 64Mi")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Quantity, E> {
        text.trim().parse().map_err(E::custom)
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Quantity, E> {
        self.visit_str(&value.to_string())
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Quantity, E> {
        self.visit_str(&value.to_string())
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Quantity, E> {
        self.visit_str(&value.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn milli(text: &str) -> i64 {
        text.parse::<Quantity>().unwrap().milli_value().unwrap()
    }

    #[test]
    fn milli_values() {
        let cases = [
            ("0", 0),
            ("100m", 100),
            ("1", 1_000),
            ("+1", 1_000),
            (".5", 500),
            ("1.", 1_000),
            ("1.5", 1_500),
            ("2k", 2_000_000),
            ("2e3", 2_000_000),
            ("2E3", 2_000_000),
            ("25e-1", 2_500),
            ("64Mi", 64 * 1024 * 1024 * 1000),
            ("0.5Ki", 512_000),
            ("123456789n", 124),
            ("1u", 1),
            ("1n", 1),
            ("0.0000000001", 1),
            ("1e-999999", 1),
            ("0e999999", 0),
            ("-1500u", -2),
        ];
        for (text, expected) in cases {
            assert_eq!(milli(text), expected, "{text}");
        }
    }

    #[test]
    fn a_milli_value_beyond_64_bits_is_none() {
        assert_eq!("1E".parse::<Quantity>().unwrap().milli_value(), None);
        assert_eq!("9223372036854775807m".parse::<Quantity>().unwrap().milli_value(), Some(i64::MAX));
    }

    #[test]
    fn binary_amounts_are_capped_and_decimal_ones_refused() {
        assert_eq!("9000000000Gi".parse::<Quantity>().unwrap().to_string(), "9223372036854775807");
        for text in ["1e40", "99999999999999999999999999999999999999999", "1e2147483647"] {
            assert!(matches!(text.parse::<Quantity>(), Err(QuantityError::TooLarge { .. })), "{text}");
        }
    }

    #[test]
    fn nonsense_is_named() {
        for text in ["", "-", ".", "m", "1.2.3", "1..", "abc"] {
            assert!(matches!(text.parse::<Quantity>(), Err(QuantityError::Malformed { .. })), "{text}");
        }
        for text in ["1K", "1mi", "1e", "1e1.5", "1 m", "5%"] {
            assert!(matches!(text.parse::<Quantity>(), Err(QuantityError::UnknownSuffix { .. })), "{text}");
        }
    }

    #[test]
    fn canonical_text_and_float() {
        let cases = [("0.3", "300m", 300.0 * 1e-3), ("0.05", "50m", 50.0 * 1e-3), ("1500", "1500", 1_500.0)];
        for (text, canonical, float) in cases {
            let quantity: Quantity = text.parse().unwrap();
            assert_eq!(quantity.to_string(), canonical);
            assert_eq!(quantity.approximate_f64(), float);
            assert_eq!(canonical.parse::<Quantity>().unwrap(), quantity);
        }
        assert_eq!("12000".parse::<Quantity>().unwrap().to_string(), "12k");
        assert_eq!("0".parse::<Quantity>().unwrap().approximate_f64(), 0.0);
    }
}
