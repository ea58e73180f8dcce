use podpilot_core::Span;

use super::Shape;

/// The six named scenarios.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Preset {
    /// 2 500 rps, then 4 000.
    Steady,
    /// 1 000 rising to 5 000 rps.
    Ramp,
    /// 2 000 rps with a jump to 10 000.
    Spike,
    /// 1 500 rps and a crowd of 15 000.
    FlashCrowd,
    /// A day between 500 and 2 000 rps.
    Daily,
    /// 50 rps idle, 3 000 active.
    Idle,
}

impl Preset {
    /// All six.
    pub const ALL: [Self; 6] =
        [Self::Steady, Self::Ramp, Self::Spike, Self::FlashCrowd, Self::Daily, Self::Idle];

    /// Its name, such as `flash-crowd`.
    pub fn name(self) -> &'static str {
        unimplemented!()
    }

    /// Its load.
    pub fn shape(self) -> Shape {
        unimplemented!()
    }

    /// Time after which the load has shown everything.
    pub fn period(self) -> Span {
        unimplemented!()
    }
}
