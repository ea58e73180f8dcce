use serde::{Deserialize, Serialize};

/// A number that may change while training goes on.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Schedule {
    /// Always the same.
    Constant(f64),
    /// From `start` at the beginning in a straight line to `end` after `fraction` of the training, then `end`.
    Linear {
        /// Value at the first step.
        start: f64,
        /// Value from `fraction` on.
        end: f64,
        /// Share (0-1] of the training over which the value moves.
        fraction: f64,
    },
}

impl Schedule {
    /// From `start` to zero over the whole training.
    pub fn linear_to_zero(start: f64) -> Self {
        Self::Linear { start, end: 0.0, fraction: 1.0 }
    }

    /// The value after `progress` (0-1) of the training.
    pub fn at(self, progress: f64) -> f64 {
        match self {
            Self::Constant(value) => value,
            Self::Linear { end, fraction, .. } if progress >= fraction => end,
            Self::Linear { start, end, fraction } => start + (end - start) * (progress / fraction).max(0.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_linear_schedule_ends_at_its_fraction() {
        let exploration = Schedule::Linear { start: 1.0, end: 0.1, fraction: 0.5 };
        assert_eq!(exploration.at(0.0), 1.0);
        assert!((exploration.at(0.25) - 0.55).abs() < 1e-12);
        assert_eq!(exploration.at(0.5), 0.1);
        assert_eq!(exploration.at(1.0), 0.1);
        assert_eq!(Schedule::linear_to_zero(2.0).at(0.75), 0.5);
    }
}
