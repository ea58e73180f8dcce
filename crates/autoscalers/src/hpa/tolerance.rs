/// Deviations of usage from its target, as ratios, that are let be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tolerances {
    /// Above target.
    pub scale_up: f64,
    /// Below target.
    pub scale_down: f64,
}

impl Tolerances {
    /// Whether a ratio of usage to target is close enough to 1, both ends included. Never so for a NaN.
    pub fn is_within(&self, usage_ratio: f64) -> bool {
        (1.0 - self.scale_down) <= usage_ratio && usage_ratio <= (1.0 + self.scale_up)
    }
}
