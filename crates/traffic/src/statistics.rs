use podpilot_core::Span;

use crate::LoadSeries;
use crate::series::nearest_rank;

/// What characterises a load apart from its scale. Each is `None` where the series is too short to say.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LoadStatistics {
    /// Highest hour of a day over that day's mean; median over the days.
    pub daily_peak_to_mean: Option<f64>,
    /// 95th percentile of the rate over its mean.
    pub p95_to_mean: Option<f64>,
    /// 99th percentile of the rate over its mean.
    pub p99_to_mean: Option<f64>,
    /// Change from one step to the next over the mean of the two, median.
    pub step_change_p50: Option<f64>,
    /// The same, 90th percentile.
    pub step_change_p90: Option<f64>,
    /// The same, 99th percentile.
    pub step_change_p99: Option<f64>,
    /// Bursts a day: rises to 1.8 times the median of the half hour before, until back under 1.4 times.
    pub bursts_per_day: Option<f64>,
    /// Height of a burst over that median, median over the bursts.
    pub burst_factor: Option<f64>,
    /// Length of a burst, minutes, median over the bursts; counted up to 30.
    pub burst_minutes: Option<f64>,
}

const HOUR: Span = Span::minutes(60);
const BURST_BASE: Span = Span::minutes(30);
const BURST_BEGINS: f64 = 1.8;
const BURST_ENDS: f64 = 1.4;

impl LoadStatistics {
    /// The statistics of a series on its own step. Nothing is measured across a seam.
    pub fn of(series: &LoadSeries) -> Self {
        let changes = step_changes(series);
        let bursts = bursts(series);
        let mean = series.mean();
        let to_mean = |rate: f64| (mean > 0.0).then(|| rate / mean);
        let days = series.duration().as_seconds() / 86_400.0;
        let lengths = bursts.iter().map(|burst| burst.steps as f64 * series.step().as_seconds() / 60.0);
        Self {
            daily_peak_to_mean: quantile(daily_peaks(series), 0.5),
            p95_to_mean: to_mean(series.quantile(0.95)),
            p99_to_mean: to_mean(series.quantile(0.99)),
            step_change_p50: quantile(changes.clone(), 0.5),
            step_change_p90: quantile(changes.clone(), 0.9),
            step_change_p99: quantile(changes, 0.99),
            bursts_per_day: (days >= 1.0).then(|| bursts.len() as f64 / days),
            burst_factor: quantile(bursts.iter().map(|burst| burst.factor).collect(), 0.5),
            burst_minutes: quantile(lengths.collect(), 0.5),
        }
    }
}

fn quantile(mut values: Vec<f64>, q: f64) -> Option<f64> {
    values.sort_unstable_by(f64::total_cmp);
    (!values.is_empty()).then(|| nearest_rank(&values, q))
}

fn mean(rates: &[f64]) -> f64 {
    rates.iter().sum::<f64>() / rates.len() as f64
}

fn daily_peaks(series: &LoadSeries) -> Vec<f64> {
    let steps_an_hour = (HOUR / series.step()).max(1) as usize;
    series
        .days()
        .into_iter()
        .filter_map(|day| {
            let first = (day.start / series.step()) as usize;
            let rates = &series.rates_rps()[first..first + (day.length / series.step()) as usize];
            let peak = rates.chunks_exact(steps_an_hour).map(mean).fold(0.0, f64::max);
            let of_day = mean(rates);
            (of_day > 0.0).then(|| peak / of_day)
        })
        .collect()
}

fn step_changes(series: &LoadSeries) -> Vec<f64> {
    series
        .stretches_rps()
        .flat_map(|rates| rates.windows(2))
        .filter(|pair| pair[0] + pair[1] > 0.0)
        .map(|pair| 2.0 * (pair[1] - pair[0]).abs() / (pair[0] + pair[1]))
        .collect()
}

struct Burst {
    factor: f64,
    steps: usize,
}

fn bursts(series: &LoadSeries) -> Vec<Burst> {
    let width = ((BURST_BASE / series.step()).max(3)) as usize;
    series.stretches_rps().flat_map(|rates| bursts_in(rates, width)).collect()
}

fn bursts_in(rates: &[f64], width: usize) -> Vec<Burst> {
    let mut bursts = Vec::new();
    let mut sorted = vec![0.0; width];
    let mut at = width;
    while at < rates.len() {
        sorted.copy_from_slice(&rates[at - width..at]);
        let (_, base, _) = sorted.select_nth_unstable_by(width / 2, f64::total_cmp);
        let base = *base;
        if base > 0.0 && rates[at] > BURST_BEGINS * base {
            let steps = rates[at..].iter().take(width).take_while(|rate| **rate > BURST_ENDS * base).count();
            let height = rates[at..at + steps].iter().copied().fold(0.0, f64::max);
            bursts.push(Burst { factor: height / base, steps });
            at += steps;
        }
        at += 1;
    }
    bursts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_load_has_plain_statistics() {
        let mut rates = vec![10.0; 2 * 1_440];
        // One hour of twice the rate every day, reached at once: one burst, cut at 30 minutes.
        for day in 0..2 {
            rates[day * 1_440 + 600..day * 1_440 + 660].fill(20.0);
        }
        let statistics = LoadStatistics::of(&LoadSeries::new(Span::minutes(1), rates).unwrap());
        let mean = (23.0 * 10.0 + 20.0) / 24.0;
        let near = |seen: Option<f64>, expected: f64| (seen.unwrap() - expected).abs() < 1e-12;
        assert!(near(statistics.daily_peak_to_mean, 20.0 / mean));
        assert!(near(statistics.p95_to_mean, 10.0 / mean));
        assert!(near(statistics.p99_to_mean, 20.0 / mean));
        assert!(near(statistics.step_change_p99, 0.0));
        assert!(near(statistics.burst_factor, 2.0));
        assert!(near(statistics.burst_minutes, 30.0));
        assert!(near(statistics.bursts_per_day, 1.0));
    }

    #[test]
    fn a_short_or_empty_load_says_nothing() {
        let statistics = LoadStatistics::of(&LoadSeries::new(Span::minutes(1), vec![0.0; 10]).unwrap());
        assert_eq!(statistics.p95_to_mean, None);
        assert_eq!(statistics.daily_peak_to_mean, None);
        assert_eq!(statistics.step_change_p50, None);
        assert_eq!(statistics.burst_factor, None);
    }
}
