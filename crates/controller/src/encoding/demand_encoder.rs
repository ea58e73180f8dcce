use podpilot_core::{Sample, Span, Timestamp};

use super::rate_history::{RateHistory, RateWindows, WindowStatistics};
use super::yesterday::Yesterday;
use super::{DEMAND_FEATURES, DemandFeature};
use crate::snapshot::{Damaged, Reader, Writer};

/// Share of the day's peak that is added to both sides of every ratio: an idle service then has finite ratios, and
/// the whole stays free of scale.
const FLOOR_SHARE_OF_PEAK: f64 = 0.01;

const SECONDS_PER_DAY: f64 = 86_400.0;

/// Turns samples of the request rate into the demand features. Causal: a feature depends on samples seen so far
/// only. Scale-free: multiplying every rate by a constant changes no feature. A missing sample is never zero.
///
/// Fixed size; cloning allocates nothing.
#[derive(Debug, Clone, PartialEq)]
pub struct DemandEncoder {
    history: RateHistory,
    yesterday: Yesterday,
}

impl Default for DemandEncoder {
    fn default() -> Self {
        Self::new()
    }
}

impl DemandEncoder {
    /// An encoder that has seen nothing.
    pub fn new() -> Self {
        Self { history: RateHistory::new(), yesterday: Yesterday::new() }
    }

    /// Takes the newest sample of the request rate, if there is one. Repeated and older samples, those from the future,
    /// negative and non-finite ones are ignored. If the clock was set back behind what is remembered, the memory is
    /// dropped.
    pub fn observe(&mut self, now: Timestamp, rate_rps: Option<&Sample<f64>>) {
        if self.history.is_ahead_of(now) {
            *self = Self::new();
        }
        if let Some(sample) = rate_rps
            && self.history.observe(now, sample)
        {
            self.yesterday.observe(sample.at, sample.value);
        }
    }

    /// Age of the newest usable sample; `None` before the first.
    pub fn age(&self, now: Timestamp) -> Option<Span> {
        self.history.newest().map(|sample| sample.age(now))
    }

    /// The features in the order of [`DEMAND_FEATURES`] and the rate that forecasts and labels are relative to
    /// ([`DemandEncoder::reference_rps`]). Without a sample, or before the first request ever, every feature but the
    /// clock is zero.
    pub fn encode(&self, now: Timestamp) -> ([f32; DEMAND_FEATURES.len()], f64) {
        let mut features = [0.0; DEMAND_FEATURES.len()];
        write_time_of_day(&mut features, now);
        if self.history.newest().is_none() {
            return (features, 0.0);
        }
        let windows = self.history.windows();
        let floor = self.floor_rps(&windows);
        let reference = windows.two_minutes.mean() + floor;
        if reference > 0.0 {
            self.write_recent(&mut features, &windows, floor, reference);
            self.write_yesterday(&mut features, floor, reference);
        }
        (features, reference)
    }

    /// The features alone.
    pub fn features(&self, now: Timestamp) -> [f32; DEMAND_FEATURES.len()] {
        self.encode(now).0
    }

    /// The rate that forecasts and labels are relative to, requests per second: the mean of the last two minutes and
    /// 1 % of the day's peak. Zero before the first request.
    pub fn reference_rps(&self) -> f64 {
        self.encode(Timestamp::default()).1
    }

    fn floor_rps(&self, windows: &RateWindows) -> f64 {
        FLOOR_SHARE_OF_PEAK * self.yesterday.peak_rps().max(windows.ten_minutes.max)
    }

    fn write_recent(&self, features: &mut [f32], windows: &RateWindows, floor: f64, reference: f64) {
        let newest = self.history.newest().map_or(0.0, |sample| sample.value);
        let ratio = |rate: f64| libm::log((rate + floor) / reference);
        let slope = |window: &WindowStatistics| signed_log(window.slope_per_minute() / reference);
        let deviation = |window: &WindowStatistics| libm::log1p(window.standard_deviation() / reference);
        let mut set = |feature: DemandFeature, value: f64| features[feature as usize] = value as f32;
        set(DemandFeature::RateLast, ratio(newest));
        set(DemandFeature::RateMean30S, ratio(windows.half_minute.mean()));
        set(DemandFeature::RateMean1M, ratio(windows.one_minute.mean()));
        set(DemandFeature::RateMean5M, ratio(windows.five_minutes.mean()));
        set(DemandFeature::RateMean10M, ratio(windows.ten_minutes.mean()));
        set(DemandFeature::Slope1M, slope(&windows.one_minute));
        set(DemandFeature::Slope5M, slope(&windows.five_minutes));
        set(DemandFeature::Max5M, ratio(windows.five_minutes.max));
        set(DemandFeature::Max10M, ratio(windows.ten_minutes.max));
        set(DemandFeature::Min10M, ratio(windows.ten_minutes.min));
        set(DemandFeature::Deviation2M, deviation(&windows.two_minutes));
        set(DemandFeature::Deviation10M, deviation(&windows.ten_minutes));
    }

    fn write_yesterday(&self, features: &mut [f32], floor: f64, reference: f64) {
        let Some(level) = self.yesterday.level_rps() else { return };
        features[DemandFeature::YesterdayLevel as usize] = libm::log((level + floor) / reference) as f32;
        for (feature, minutes) in [(DemandFeature::YesterdayRise2M, 2), (DemandFeature::YesterdayRise10M, 10)]
        {
            if let Some(peak) = self.yesterday.peak_ahead_rps(minutes) {
                features[feature as usize] = libm::log((peak + floor) / (level + floor)) as f32;
            }
        }
    }

    pub(crate) fn save(&self, writer: &mut Writer) {
        self.history.save(writer);
        self.yesterday.save(writer);
    }

    pub(crate) fn load(&mut self, reader: &mut Reader<'_>) -> Result<(), Damaged> {
        self.history.load(reader)?;
        self.yesterday.load(reader)
    }
}

fn write_time_of_day(features: &mut [f32], now: Timestamp) {
    let day = Span::minutes(24 * 60);
    let second_of_day = Span(now.0.rem_euclid(day.0)).as_seconds();
    let angle = core::f64::consts::TAU * second_of_day / SECONDS_PER_DAY;
    features[DemandFeature::TimeOfDaySine as usize] = libm::sin(angle) as f32;
    features[DemandFeature::TimeOfDayCosine as usize] = libm::cos(angle) as f32;
}

/// Logarithm of the magnitude beyond one, with the sign kept.
fn signed_log(x: f64) -> f64 {
    libm::copysign(libm::log1p(x.abs()), x)
}
