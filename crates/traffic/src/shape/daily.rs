use podpilot_random::Seed;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::generate::Grid;
use super::noise::LogNormalWalk;

const DAY_S: f64 = 86_400.0;
const MINUTE_S: f64 = 60.0;
/// Spread of the logarithm of how far bursts rise.
const BURST_SPREAD: f64 = 0.4;
/// A burst rises during this share of its length and falls during the last such share.
const BURST_EDGE: f64 = 0.1;

pub(super) fn default_peak_hour() -> f64 {
    15.0
}

/// Bursts: rises over the daily curve at random times (a Poisson process), each with its own height and length.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Bursts {
    /// Mean number a day.
    pub per_day: f64,
    /// Median rate at a burst's height over the rate without it, at least 1.
    pub factor: f64,
    /// Mean length, minutes.
    pub minutes: f64,
}

/// Noise of a daily curve: log-normal factors with mean 1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct DailyNoise {
    /// Standard deviation over mean of what differs from one minute to the next.
    pub minute_cv: f64,
    /// Standard deviation over mean of what drifts slowly, such as from day to day.
    pub drift_cv: f64,
    /// Time constant of the drift, seconds.
    pub drift_s: f64,
}

impl Default for DailyNoise {
    /// Follows the recorded traces (`docs/traces.md`).
    fn default() -> Self {
        Self { minute_cv: 0.05, drift_cv: 0.3, drift_s: 172_800.0 }
    }
}

/// A smooth daily curve with mean 1 that is always positive: exp(k cos) over the modified Bessel function I₀(k),
/// the density of von Mises' distribution on the circle of hours.
#[derive(Debug, Clone, Copy)]
pub(super) struct DailyCurve {
    concentration: f64,
    scale: f64,
    peak_s: f64,
}

impl DailyCurve {
    pub(super) fn new(peak_to_mean: f64, peak_hour: f64) -> Self {
        let concentration = concentration_of(peak_to_mean);
        Self { concentration, scale: 1.0 / scaled_bessel_i0(concentration), peak_s: peak_hour * 3_600.0 }
    }

    pub(super) fn at(&self, time_s: f64) -> f64 {
        let angle = 2.0 * std::f64::consts::PI * (time_s - self.peak_s) / DAY_S;
        self.scale * libm::exp(self.concentration * (libm::cos(angle) - 1.0))
    }
}

/// Daily curves of which the last two of seven are lower; mean 1 over the week.
#[derive(Debug, Clone, Copy)]
pub(super) struct WeeklyCurve {
    day: DailyCurve,
    workday: f64,
    weekend: f64,
}

impl WeeklyCurve {
    pub(super) fn new(day: DailyCurve, weekend_ratio: f64) -> Self {
        let workday = 7.0 / (5.0 + 2.0 * weekend_ratio);
        Self { day, workday, weekend: workday * weekend_ratio }
    }

    pub(super) fn at(&self, time_s: f64) -> f64 {
        let day = (time_s / DAY_S).floor();
        let day_of_week = day - 7.0 * (day / 7.0).floor();
        let level = if day_of_week < 5.0 { self.workday } else { self.weekend };
        level * self.day.at(time_s)
    }
}

/// e^(−k) I₀(k), the mean of exp(k (cos − 1)) over the circle. The rule of equal steps converges exponentially
/// for periodic functions: 256 of them are exact to rounding for every concentration met here.
fn scaled_bessel_i0(concentration: f64) -> f64 {
    const STEPS: usize = 256;
    let sum: f64 = (0..STEPS)
        .map(|index| {
            let angle = 2.0 * std::f64::consts::PI * index as f64 / STEPS as f64;
            libm::exp(concentration * (libm::cos(angle) - 1.0))
        })
        .sum();
    sum / STEPS as f64
}

/// Largest peak over mean of a daily curve: beyond it the day would be a spike of an hour.
pub(super) const MOST_PEAK_TO_MEAN: f64 = 20.0;

/// The concentration at which the curve's top is `peak_to_mean` (1 to [`MOST_PEAK_TO_MEAN`]), by bisection.
fn concentration_of(peak_to_mean: f64) -> f64 {
    let (mut low, mut high) = (0.0, 4_000.0);
    for _ in 0..100 {
        let middle = 0.5 * (low + high);
        if 1.0 / scaled_bessel_i0(middle) < peak_to_mean {
            low = middle;
        } else {
            high = middle;
        }
    }
    0.5 * (low + high)
}

/// Mean and peak over mean of the daily curve between two rates.
pub(super) fn mean_and_peak_between(low_rps: f64, high_rps: f64) -> (f64, f64) {
    let concentration = 0.5 * libm::log(high_rps / low_rps);
    let scaled = scaled_bessel_i0(concentration);
    (high_rps * scaled, 1.0 / scaled)
}

/// Writes the rates of a daily load.
pub(super) fn fill(
    mean_rps: f64,
    curve: &DailyCurve,
    bursts: Option<Bursts>,
    noise: DailyNoise,
    grid: Grid,
    seed: Seed,
    rates: &mut [f64],
) {
    fill_bursts(bursts, grid, seed.named("bursts"), rates);
    let without_bursts = mean_rps / bursts.map_or(1.0, mean_burst_factor);
    let mut minute_walk = LogNormalWalk::new(noise.minute_cv, 0.0, MINUTE_S, seed.named("minute noise"));
    let mut drift_walk = LogNormalWalk::new(noise.drift_cv, noise.drift_s, MINUTE_S, seed.named("drift"));
    let (mut minute, mut factor) = (f64::NEG_INFINITY, 1.0);
    for (index, rate) in rates.iter_mut().enumerate() {
        let time_s = grid.time_s(index);
        let this_minute = (time_s / MINUTE_S).floor();
        if this_minute > minute {
            factor = minute_walk.draw() * drift_walk.draw();
            minute = this_minute;
        }
        *rate *= without_bursts * curve.at(time_s) * factor;
    }
}

/// Mean of the factor that bursts put on the rate.
fn mean_burst_factor(bursts: Bursts) -> f64 {
    let mean_rise = (bursts.factor - 1.0) * libm::exp(0.5 * BURST_SPREAD * BURST_SPREAD);
    let area_s = (1.0 - BURST_EDGE) * bursts.minutes * MINUTE_S;
    1.0 + bursts.per_day * mean_rise * area_s / DAY_S
}

/// Writes the factor that bursts put on the rate: 1 where there is none; bursts that overlap add up.
fn fill_bursts(bursts: Option<Bursts>, grid: Grid, seed: Seed, factors: &mut [f64]) {
    factors.fill(1.0);
    let Some(bursts) = bursts.filter(|bursts| bursts.per_day > 0.0) else { return };
    let mut stream = seed.stream();
    let end_s = grid.time_s(factors.len());
    let mut start_s = grid.first_s + stream.exponential(DAY_S / bursts.per_day);
    while start_s < end_s {
        let rise = stream.log_normal(bursts.factor - 1.0, BURST_SPREAD);
        let length_s = stream.gamma(2.0, bursts.minutes * MINUTE_S);
        let first = ((start_s - grid.first_s) / grid.step_s).ceil() as usize;
        for (index, factor) in factors.iter_mut().enumerate().skip(first) {
            let share = (grid.time_s(index) - start_s) / length_s;
            if share >= 1.0 {
                break;
            }
            *factor += rise * trapezoid(share);
        }
        start_s += stream.exponential(DAY_S / bursts.per_day);
    }
}

/// How far a burst has risen (0-1), a share of its length after its start.
fn trapezoid(share: f64) -> f64 {
    (share / BURST_EDGE).min((1.0 - share) / BURST_EDGE).clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mean_of_the_exponential_of_a_cosine_is_bessel() {
        // I₀ from Abramowitz and Stegun, table 9.8: e^(−x) I₀(x).
        for (x, expected) in
            [(0.0, 1.0), (1.0, 0.465_759_607_7), (2.0, 0.308_508_322_5), (10.0, 0.127_833_337_1)]
        {
            let value = scaled_bessel_i0(x);
            assert!((value - expected).abs() < 1e-9, "{x}: {value}");
        }
    }

    #[test]
    fn the_curve_has_mean_one_and_the_peak_asked_for() {
        for peak_to_mean in [1.0, 1.5, 2.2, 4.7, 12.0, MOST_PEAK_TO_MEAN] {
            let curve = DailyCurve::new(peak_to_mean, 15.0);
            let minutes: Vec<f64> = (0..1_440).map(|minute| curve.at(60.0 * f64::from(minute))).collect();
            let mean = minutes.iter().sum::<f64>() / 1_440.0;
            let top = minutes.iter().copied().fold(0.0, f64::max);
            assert!((mean - 1.0).abs() < 1e-9, "{peak_to_mean}: mean {mean}");
            assert!((top - peak_to_mean).abs() < 1e-6, "{peak_to_mean}: top {top}");
            assert_eq!(minutes[900], top, "highest at 15:00");
        }
    }

    #[test]
    fn a_curve_between_two_rates_touches_both() {
        let (mean, peak_to_mean) = mean_and_peak_between(500.0, 2_000.0);
        let curve = DailyCurve::new(peak_to_mean, 12.0);
        assert!((mean * curve.at(43_200.0) - 2_000.0).abs() < 1e-6);
        assert!((mean * curve.at(0.0) - 500.0).abs() < 1e-6);
    }

    #[test]
    fn bursts_do_not_change_the_mean() {
        let bursts = Bursts { per_day: 20.0, factor: 3.0, minutes: 10.0 };
        let grid = Grid { first_s: 0.0, step_s: 10.0 };
        let mut factors = vec![0.0; 2_000 * 8_640];
        fill_bursts(Some(bursts), grid, Seed(2), &mut factors);
        let mean = factors.iter().sum::<f64>() / factors.len() as f64;
        let expected = mean_burst_factor(bursts);
        assert!((mean / expected - 1.0).abs() < 0.005, "{mean} {expected}");
    }

    #[test]
    fn a_week_has_mean_one_and_low_weekends() {
        let week = WeeklyCurve::new(DailyCurve::new(2.0, 12.0), 0.5);
        let noon = |day: f64| week.at(DAY_S * day + 43_200.0);
        assert!((noon(5.0) / noon(4.0) - 0.5).abs() < 1e-12);
        assert!((noon(7.0) - noon(0.0)).abs() < 1e-12, "the next Monday is as the first");
        let mean =
            (0..7 * 1_440).map(|minute| week.at(60.0 * f64::from(minute))).sum::<f64>() / (7.0 * 1_440.0);
        assert!((mean - 1.0).abs() < 1e-9, "{mean}");
    }
}
