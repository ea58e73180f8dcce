use crate::task::{Run, Task};
use crate::yardstick;
use podpilot_learning::interquartile_mean;
use podpilot_random::Seed;
use std::fmt;

/// Resamples of the interval.
const RESAMPLES: usize = 20_000;

/// What the seeds of a task reached, beside what they had to.
#[derive(Debug)]
pub(crate) struct Verdict {
    task: Task,
    scores: Vec<f64>,
    /// Scores of the networks as their last gradient step left them.
    last_scores: Vec<f64>,
    /// Mean return of each model of Stable-Baselines3 at the same setting.
    yardstick: Vec<f64>,
}

impl Verdict {
    pub(crate) fn of(task: Task, runs: &[Run]) -> Result<Self, String> {
        let of_task = || runs.iter().filter(|run| run.task == task);
        Ok(Self {
            task,
            scores: of_task().map(Run::mean_return).collect(),
            last_scores: of_task().map(Run::last_mean_return).collect(),
            yardstick: yardstick::scores(task.name())?,
        })
    }

    fn bar(&self) -> f64 {
        interquartile_mean(&self.yardstick).max(self.task.own_bar().unwrap_or(f64::NEG_INFINITY))
    }

    pub(crate) fn met(&self) -> bool {
        interquartile_mean(&self.scores) >= self.bar()
    }

    /// Percentile bootstrap over seeds (Agarwal et al. 2021).
    fn interval(&self) -> (f64, f64) {
        let mut stream = Seed(1).named("bootstrap").stream();
        let count = self.scores.len();
        let mut resampled: Vec<f64> = (0..RESAMPLES)
            .map(|_| {
                let drawn: Vec<f64> = (0..count).map(|_| self.scores[stream.below(count)]).collect();
                interquartile_mean(&drawn)
            })
            .collect();
        resampled.sort_by(f64::total_cmp);
        (resampled[RESAMPLES / 40], resampled[RESAMPLES - RESAMPLES / 40 - 1])
    }

    pub(crate) fn to_json(&self, runs: &[Run]) -> serde_json::Value {
        let (low, high) = self.interval();
        serde_json::json!({
            "name": self.task.name(),
            "interquartile_mean": interquartile_mean(&self.scores),
            "interval_95": [low, high],
            "last_network_interquartile_mean": interquartile_mean(&self.last_scores),
            "sb3_interquartile_mean": interquartile_mean(&self.yardstick),
            "sb3_seeds": self.yardstick.len(),
            "bar": self.bar(),
            "met": self.met(),
            "runs": runs.iter().filter(|run| run.task == self.task).map(Run::to_json).collect::<Vec<_>>(),
        })
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (low, high) = self.interval();
        let interval = format!("[{low:.1}, {high:.1}]");
        let least = self.scores.iter().copied().fold(f64::INFINITY, f64::min);
        let most = self.scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let range = format!("{least:.1} - {most:.1}");
        let rival = format!("{:.2} ({})", interquartile_mean(&self.yardstick), self.yardstick.len());
        write!(
            f,
            "{:20} {:8.2} {interval:>18} {range:>18} {:12.2} {rival:>14}   {} (bar {:.2})",
            self.task.name(),
            interquartile_mean(&self.scores),
            interquartile_mean(&self.last_scores),
            if self.met() { "ok" } else { "BELOW" },
            self.bar()
        )
    }
}
