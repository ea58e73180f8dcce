//! Floating-point numbers as integers, the way Go converts them. In range both languages cut the fraction off. Out of
//! range Go leaves the result to the processor: on amd64, which is followed here, it is the lowest integer, also for
//! numbers far above the range and for NaN. (On arm64 it would be the nearest integer, as in Rust.)

/// `int32(number)`.
pub(super) fn to_i32(number: f64) -> i32 {
    let whole = number.trunc();
    if (f64::from(i32::MIN)..=f64::from(i32::MAX)).contains(&whole) { whole as i32 } else { i32::MIN }
}

/// `int64(number)`.
pub(super) fn to_i64(number: f64) -> i64 {
    const LOWEST: f64 = i64::MIN as f64;
    // The highest integer is no floating-point number; the next one above it is the first that is out of range.
    if (LOWEST..-LOWEST).contains(&number) { number as i64 } else { i64::MIN }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn out_of_range_is_the_lowest_integer() {
        // Printed by a Go program on amd64.
        for number in [3e9, -3e9, 1e20, f64::INFINITY, f64::NEG_INFINITY, f64::NAN, 2_147_483_648.0] {
            assert_eq!(to_i32(number), i32::MIN, "{number}");
        }
        assert_eq!(to_i32(2_147_483_647.5), i32::MAX);
        assert_eq!(to_i32(-2_147_483_648.9), i32::MIN);
        for number in [1e20, f64::INFINITY, f64::NEG_INFINITY, f64::NAN, 9_223_372_036_854_775_808.0] {
            assert_eq!(to_i64(number), i64::MIN, "{number}");
        }
        assert_eq!(to_i64(9_223_372_036_854_774_784.0), 9_223_372_036_854_774_784);
        assert_eq!((to_i32(-1.9), to_i64(1.9)), (-1, 1));
    }
}
