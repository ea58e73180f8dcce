//! Numbers that lie where rounding, truncation and comparison change their mind.

use podpilot_autoscalers::hpa::Quantity;

use super::draw::Draw;

/// Ratios of usage to target in thousandths: the edges of common tolerances, their neighbours, and far away.
const PRESSURES: [i64; 24] = [
    0, 1, 250, 333, 500, 660, 667, 750, 880, 899, 900, 901, 950, 999, 1_000, 1_001, 1_050, 1_099, 1_100,
    1_101, 1_500, 2_000, 3_333, 9_000,
];
const NANOS_PER_MILLI: i128 = 1_000_000;

/// Usage over target, in thousandths.
pub(super) fn pressure(draw: &mut Draw) -> i64 {
    match draw.between(0, 9) {
        0..=4 => draw.pick(&PRESSURES),
        5..=7 => draw.between(700, 1_400),
        _ => draw.between(0, 4_000),
    }
}

/// `base` times `pressure`, sometimes a little beside, in thousandths.
pub(super) fn under(pressure: i64, base_milli: i64, draw: &mut Draw) -> i64 {
    let exact = i128::from(base_milli) * i128::from(pressure) / 1_000;
    let beside = if draw.chance(40) { draw.between(-3, 3) } else { 0 };
    i64::try_from(exact + i128::from(beside)).unwrap_or(i64::MAX).max(0)
}

/// An amount in thousandths from the ends of what can be stated.
pub(super) fn extreme_milli(draw: &mut Draw) -> i64 {
    match draw.between(0, 7) {
        0 => 0,
        1 => 1,
        2 => i64::MAX,
        3 => i64::MAX / 2 + draw.between(-2, 2),
        4 => i64::MAX / 100 + draw.between(-2, 2),
        5 => i64::from(i32::MAX) * draw.pick(&[1, 10, 1_000, 1_000_000]) + draw.between(-1, 1),
        6 => draw.between(1, 1 << 40),
        _ => i64::MAX - draw.between(0, 1 << 12),
    }
}

/// A quantity with a fraction below a thousandth now and then: those are rounded up on their way in.
pub(super) fn quantity(milli: i64, draw: &mut Draw) -> Quantity {
    let whole = i128::from(milli) * NANOS_PER_MILLI;
    let fraction = if milli > 0 && draw.chance(25) { i128::from(draw.between(0, 999_999)) } else { 0 };
    Quantity::from_nanos(whole - fraction)
}
