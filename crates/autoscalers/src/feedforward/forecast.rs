use podpilot_core::{Sample, Span, Timestamp};

use super::FeedForwardParameters;
use super::day_history::DayHistory;
use super::trend::Trend;
use crate::memory::{Damaged, Reader, Writer};

/// A pause in the samples after which level and trend begin anew.
const LONGEST_GAP: Span = Span::minutes(5);
/// Yesterday's change counts as a factor within these bounds: a quiet minute yesterday must not explain a flood today.
const YESTERDAY_FACTOR: (f64, f64) = (0.5, 2.0);

/// Level, trend and yesterday of a request rate.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Forecast {
    half_life_s: f64,
    trend_gain: f64,
    yesterday_weight: f64,
    level: Option<(Timestamp, f64)>,
    trend: Trend,
    day: DayHistory,
}

impl Forecast {
    pub(super) fn new(parameters: &FeedForwardParameters) -> Self {
        Self {
            half_life_s: parameters.half_life_s,
            trend_gain: parameters.trend_gain,
            yesterday_weight: parameters.yesterday_weight,
            level: None,
            trend: Trend::new(Span::from_seconds(parameters.trend_window_s)),
            day: DayHistory::new(),
        }
    }

    /// Takes in a sample. The same one again, or an older one, changes nothing.
    pub(super) fn observe(&mut self, sample: &Sample<f64>) {
        let (at, rate) = (sample.at, sample.value);
        let since = self.level.map(|(last, _)| at - last);
        if !rate.is_finite() || since.is_some_and(|since| since <= Span::ZERO) {
            return;
        }
        self.day.observe(at, rate);
        match (self.level, since) {
            (Some((_, level)), Some(since)) if since <= LONGEST_GAP => {
                let kept = libm::exp2(-since.as_seconds() / self.half_life_s);
                self.level = Some((at, rate + (level - rate) * kept));
            }
            _ => {
                self.trend.clear();
                self.level = Some((at, rate));
            }
        }
        self.trend.observe(at, rate);
    }

    /// A sample of the past: it fills yesterday only.
    pub(super) fn recall(&mut self, sample: &Sample<f64>) {
        if sample.value.is_finite() {
            self.day.observe(sample.at, sample.value);
        }
    }

    /// The smoothed rate at the last sample.
    pub(super) fn level_rps(&self) -> Option<f64> {
        self.level.map(|(_, level)| level)
    }

    /// The rate expected at `ahead` after `now`, requests per second; never negative.
    pub(super) fn ahead_rps(&self, now: Timestamp, ahead: Span) -> Option<f64> {
        let level = self.level_rps()?;
        let by_trend = level + self.trend_gain * self.trend.slope() * ahead.as_seconds();
        let forecast = match self.yesterday_factor(now, ahead) {
            Some(factor) => by_trend + self.yesterday_weight * (level * factor - by_trend),
            None => by_trend,
        };
        Some(forecast.max(0.0))
    }

    /// By what the rate changed yesterday over the same stretch.
    fn yesterday_factor(&self, now: Timestamp, ahead: Span) -> Option<f64> {
        let before = self.day.yesterday_rps(now).filter(|rate| *rate > 0.0)?;
        let after = self.day.yesterday_rps(now + ahead)?;
        Some((after / before).clamp(YESTERDAY_FACTOR.0, YESTERDAY_FACTOR.1))
    }

    pub(super) fn save(&self, writer: &mut Writer) {
        writer.put_time(self.level.map(|(at, _)| at));
        writer.put_f64(self.level.map_or(0.0, |(_, level)| level));
        self.trend.save(writer);
        self.day.save(writer);
    }

    pub(super) fn load(&mut self, reader: &mut Reader<'_>) -> Result<(), Damaged> {
        let at = reader.time()?;
        let level = reader.f64()?;
        self.level = at.map(|at| (at, level));
        self.trend.load(reader)?;
        self.day.load(reader)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(seconds: i64, value: f64) -> Sample<f64> {
        Sample { value, at: Timestamp(0) + Span::seconds(seconds), window: Span::seconds(15) }
    }

    fn forecast(parameters: FeedForwardParameters) -> Forecast {
        Forecast::new(&parameters)
    }

    #[test]
    fn the_level_halves_its_distance_in_a_half_life() {
        let mut forecast = forecast(FeedForwardParameters { half_life_s: 30.0, ..Default::default() });
        forecast.observe(&sample(0, 100.0));
        forecast.observe(&sample(30, 200.0));
        assert!((forecast.level_rps().unwrap() - 150.0).abs() < 1e-12);
        forecast.observe(&sample(30, 999.0));
        assert!((forecast.level_rps().unwrap() - 150.0).abs() < 1e-12, "the same sample again");
    }

    #[test]
    fn a_ramp_is_followed_by_its_trend() {
        let parameters =
            FeedForwardParameters { half_life_s: 1e-3, yesterday_weight: 0.0, ..Default::default() };
        let mut forecast = forecast(parameters);
        for step in 0..20 {
            forecast.observe(&sample(15 * step, 100.0 + 30.0 * step as f64));
        }
        let now = Timestamp(0) + Span::seconds(285);
        let ahead = forecast.ahead_rps(now, Span::seconds(60)).unwrap();
        assert!((ahead - (670.0 + 120.0)).abs() < 1e-6, "{ahead}");
    }

    #[test]
    fn yesterdays_change_is_expected_again_and_bounded() {
        let parameters = FeedForwardParameters {
            yesterday_weight: 1.0,
            trend_gain: 0.0,
            half_life_s: 1e-3,
            ..Default::default()
        };
        let mut forecast = forecast(parameters);
        let day_s = 86_400;
        // A step from 100 to 150 at noon of the day before, and one to 900 in the evening.
        for minute in 0..1_440 {
            let rate = if minute < 720 {
                100.0
            } else if minute < 1_200 {
                150.0
            } else {
                900.0
            };
            forecast.recall(&sample(60 * minute, rate));
        }
        let mut expected_at = |minute: i64| {
            forecast.observe(&sample(day_s + 60 * minute, 10.0));
            let now = Timestamp(0) + Span::seconds(day_s + 60 * minute);
            forecast.ahead_rps(now, Span::minutes(10)).unwrap()
        };
        assert!((expected_at(600) - 10.0).abs() < 1e-6);
        assert!((expected_at(717) - 15.0).abs() < 1e-6);
        assert!((expected_at(1_197) - 20.0).abs() < 1e-6, "a factor of 6 is taken as 2");
    }

    #[test]
    fn after_a_long_pause_the_past_does_not_count() {
        let mut forecast = forecast(FeedForwardParameters::default());
        for step in 0..10 {
            forecast.observe(&sample(15 * step, 100.0 * step as f64));
        }
        forecast.observe(&sample(3_600, 5.0));
        let now = Timestamp(0) + Span::seconds(3_600);
        assert_eq!(forecast.ahead_rps(now, Span::seconds(60)), Some(5.0));
    }
}
