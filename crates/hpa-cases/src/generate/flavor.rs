use super::draw::Draw;

/// So many cases come first that dwell on zero and on the order of a sync's steps.
const FIRST_CASES: u64 = 2_000;

/// What a case dwells on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flavor {
    /// Metrics, pods and behavior as they come.
    Usual,
    /// To zero replicas and from zero.
    Zero,
    /// The order of a sync's steps: out of bounds, faults, failing writes, changed manifests.
    Order,
    /// Pods in every state, at the edges of the readiness rules.
    Readiness,
    /// Numbers at the ends of their range.
    Extreme,
}

impl Flavor {
    pub(super) fn of(number: u64, draw: &mut Draw) -> Self {
        if number < FIRST_CASES {
            return if number.is_multiple_of(2) { Self::Zero } else { Self::Order };
        }
        match draw.between(0, 99) {
            0..=44 => Self::Usual,
            45..=57 => Self::Zero,
            58..=69 => Self::Order,
            70..=89 => Self::Readiness,
            _ => Self::Extreme,
        }
    }
}
