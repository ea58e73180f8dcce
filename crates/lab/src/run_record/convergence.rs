//! Whether more training still gains anything: the mean return of the latest reports against the best such mean.

use std::collections::VecDeque;

/// Reports with finished episodes that one mean is over.
const WINDOW: usize = 10;

/// Standard errors that a mean must lie above the best before it counts as a gain.
const STANDARD_ERRORS: f64 = 1.0;

/// Where a training stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Convergence {
    /// Too few episodes to tell.
    Unknown,
    /// Returns rose within the patience.
    Improving {
        /// Step of the best mean.
        best_step: u64,
    },
    /// Returns have not risen for longer than the patience.
    Converged {
        /// Step of the best mean.
        best_step: u64,
    },
}

impl Convergence {
    /// Its name in files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Improving { .. } => "improving",
            Self::Converged { .. } => "converged",
        }
    }

    /// Whether nothing has been gained for longer than the patience.
    pub fn has_converged(self) -> bool {
        matches!(self, Self::Converged { .. })
    }
}

/// Watches returns. The same reports give the same answers, whenever they are fed in.
#[derive(Debug, Clone)]
pub struct ConvergenceMonitor {
    patience_steps: u64,
    latest: VecDeque<f64>,
    best: Option<Best>,
    step: u64,
}

#[derive(Debug, Clone, Copy)]
struct Best {
    mean: f64,
    step: u64,
}

impl ConvergenceMonitor {
    /// A monitor that calls a training converged after so many environment steps without a gain.
    pub fn new(patience_steps: u64) -> Self {
        Self { patience_steps, latest: VecDeque::with_capacity(WINDOW), best: None, step: 0 }
    }

    /// Takes a report: mean return of the episodes that ended since the last one, if any did. Returns that are no numbers
    /// are no gain.
    pub fn observe(&mut self, step: u64, episode_return: Option<f64>) {
        self.step = step;
        let Some(value) = episode_return.filter(|value| value.is_finite()) else { return };
        if self.latest.len() == WINDOW {
            self.latest.pop_front();
        }
        self.latest.push_back(value);
        if self.latest.len() < WINDOW {
            return;
        }
        let count = WINDOW as f64;
        let mean = self.latest.iter().sum::<f64>() / count;
        let variance =
            self.latest.iter().map(|value| (value - mean) * (value - mean)).sum::<f64>() / (count - 1.0);
        let gain = STANDARD_ERRORS * (variance / count).sqrt();
        if self.best.is_none_or(|best| mean > best.mean + gain) {
            self.best = Some(Best { mean, step });
        }
    }

    /// Where the training stands.
    pub fn state(&self) -> Convergence {
        match self.best {
            None => Convergence::Unknown,
            Some(best) if self.step - best.step > self.patience_steps => {
                Convergence::Converged { best_step: best.step }
            }
            Some(best) => Convergence::Improving { best_step: best.step },
        }
    }
}

#[cfg(test)]
mod tests {
    use podpilot_random::Seed;

    use super::*;

    fn after(returns: impl IntoIterator<Item = f64>) -> Convergence {
        let mut monitor = ConvergenceMonitor::new(30_000);
        for (report, value) in (1..).zip(returns) {
            monitor.observe(1_000 * report, Some(value));
        }
        monitor.state()
    }

    #[test]
    fn a_rise_is_seen_through_noise() {
        let mut noise = Seed(3).stream();
        let rising = (0..200).map(|report| 0.1 * f64::from(report) + noise.normal(0.0, 1.0));
        assert!(matches!(after(rising), Convergence::Improving { best_step } if best_step > 180_000));
    }

    #[test]
    fn a_plateau_is_called_one_and_noise_on_it_is_no_gain() {
        let mut noise = Seed(4).stream();
        let returns = (0..200).map(|report| f64::from(report.min(60)) + noise.normal(0.0, 1.0));
        let state = after(returns);
        assert!(
            matches!(state, Convergence::Converged { best_step } if (60_000..=110_000).contains(&best_step)),
            "{state:?}"
        );
    }

    #[test]
    fn few_episodes_tell_nothing_and_no_number_is_no_gain() {
        assert_eq!(after(vec![1.0; WINDOW - 1]), Convergence::Unknown);
        assert_eq!(after(vec![f64::NAN; 100]), Convergence::Unknown);
        assert_eq!(after(vec![1.0; 100]), Convergence::Converged { best_step: 10_000 });
    }
}
