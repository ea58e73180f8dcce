use super::FeatureDescription;

/// A demand feature: its place in the vector that [`super::DemandEncoder::features`] returns.
///
/// All but the clock are relative to the *level*, the mean rate of the last two minutes, so that they do not
/// change when the whole load is multiplied by a constant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(usize)]
pub enum DemandFeature {
    /// Newest rate.
    RateLast,
    /// Mean of 30 s.
    RateMean30S,
    /// Mean of 1 min.
    RateMean1M,
    /// Mean of 5 min.
    RateMean5M,
    /// Mean of 10 min.
    RateMean10M,
    /// Trend over 1 min.
    Slope1M,
    /// Trend over 5 min.
    Slope5M,
    /// Highest rate of 5 min.
    Max5M,
    /// Highest rate of 10 min.
    Max10M,
    /// Lowest rate of 10 min.
    Min10M,
    /// Scatter over 2 min.
    Deviation2M,
    /// Scatter over 10 min.
    Deviation10M,
    /// Yesterday's level at this time.
    YesterdayLevel,
    /// Yesterday's rise over the next two minutes.
    YesterdayRise2M,
    /// Yesterday's rise over the next ten minutes.
    YesterdayRise10M,
    /// Time of day, sine.
    TimeOfDaySine,
    /// Time of day, cosine.
    TimeOfDayCosine,
}

const LOG_RATIO: &str = "ln(rate/level)";
const SLOPE: &str = "±ln(1+|level/min|)";
const DEVIATION: &str = "ln(1+level)";

/// The demand features in the order of the vector.
pub const DEMAND_FEATURES: [FeatureDescription; 17] = [
    FeatureDescription::new("rate_last", LOG_RATIO, "newest request rate"),
    FeatureDescription::new("rate_mean_30s", LOG_RATIO, "mean rate of the last 30 s"),
    FeatureDescription::new("rate_mean_1m", LOG_RATIO, "mean rate of the last minute"),
    FeatureDescription::new("rate_mean_5m", LOG_RATIO, "mean rate of the last 5 minutes"),
    FeatureDescription::new("rate_mean_10m", LOG_RATIO, "mean rate of the last 10 minutes"),
    FeatureDescription::new("slope_1m", SLOPE, "least-squares trend over the last minute"),
    FeatureDescription::new("slope_5m", SLOPE, "least-squares trend over the last 5 minutes"),
    FeatureDescription::new("max_5m", LOG_RATIO, "highest rate of the last 5 minutes"),
    FeatureDescription::new("max_10m", LOG_RATIO, "highest rate of the last 10 minutes"),
    FeatureDescription::new("min_10m", LOG_RATIO, "lowest rate of the last 10 minutes"),
    FeatureDescription::new("deviation_2m", DEVIATION, "standard deviation over the last 2 minutes"),
    FeatureDescription::new("deviation_10m", DEVIATION, "standard deviation over the last 10 minutes"),
    FeatureDescription::new("yesterday_level", LOG_RATIO, "mean of 2 minutes at this time yesterday"),
    FeatureDescription::new(
        "yesterday_rise_2m",
        "ln(rate/rate)",
        "highest minute of the 2 that followed yesterday, over yesterday's level",
    ),
    FeatureDescription::new(
        "yesterday_rise_10m",
        "ln(rate/rate)",
        "highest minute of the 10 that followed yesterday, over yesterday's level",
    ),
    FeatureDescription::new("time_of_day_sine", "1", "sine of the time of day (UTC)"),
    FeatureDescription::new("time_of_day_cosine", "1", "cosine of the time of day (UTC)"),
];
