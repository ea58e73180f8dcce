/// How the kernel hands out and takes away CPU time: the parameters of a pod under a CFS bandwidth quota.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CfsModel {
    /// Length of a quota period, seconds (`cpu.cfs_period_us`).
    pub period_s: f64,
    /// Time between accounting ticks, seconds: a quota is only seen to be used up at a tick.
    pub tick_s: f64,
}

impl CfsModel {
    /// Fitted to measured nginx pods.
    pub const CALIBRATED: Self = Self { period_s: 0.1, tick_s: 0.004 };
}

impl Default for CfsModel {
    fn default() -> Self {
        Self::CALIBRATED
    }
}
