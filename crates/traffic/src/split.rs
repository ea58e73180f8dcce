use std::str::FromStr;

use podpilot_core::Span;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{FieldError, LoadSeries, TrafficError, field};

/// How much of a load, from its start, is for training; the rest is for reporting.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Split {
    /// This share of the recorded time, between 0 and 1.
    Train(f64),
    /// This many days.
    TrainDays(f64),
}

impl Default for Split {
    /// The first 60 % trains.
    fn default() -> Self {
        Self::Train(0.6)
    }
}

impl Split {
    /// Checks the number; `path` names the split in the error.
    pub fn validate(&self, path: &str) -> Result<(), FieldError> {
        match *self {
            Self::Train(share) => {
                let inside = share > 0.0 && share < 1.0;
                field::require(path, "train", share, inside, "a share between 0 and 1")
            }
            Self::TrainDays(days) => field::positive(path, "train_days", days),
        }
    }

    /// How much of a recording of length `recorded` trains.
    pub fn train_span(self, recorded: Span) -> Span {
        match self {
            Self::Train(share) => Span((share * recorded.0 as f64).round() as i64),
            Self::TrainDays(days) => Span::from_seconds(days * 86_400.0),
        }
    }

    /// The train and the test part of a series, cut by recorded time: gaps that were removed count.
    pub fn apply(self, series: &LoadSeries) -> Result<(LoadSeries, LoadSeries), TrafficError> {
        let (start, end) = series.recorded_range();
        series.split_at_recorded(start + self.train_span(end - start))
    }
}

impl FromStr for Split {
    type Err = FieldError;

    /// Reads a share such as `0.6` or a number of days such as `40d`.
    fn from_str(text: &str) -> Result<Self, FieldError> {
        let malformed = || FieldError {
            field: "split".to_owned(),
            value: format!("`{text}`"),
            expected: "a share of the time such as 0.6 or a number of days such as 40d",
        };
        let split = match text.strip_suffix('d') {
            Some(days) => Self::TrainDays(days.parse().map_err(|_| malformed())?),
            None => Self::Train(text.parse().map_err(|_| malformed())?),
        };
        split.validate("split").map_err(|_| malformed())?;
        Ok(split)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_counts_recorded_time_and_not_what_gaps_left() {
        let hour = Span::minutes(60);
        let series = LoadSeries::new(hour, (0..10).map(f64::from).collect()).unwrap();
        let cut = series.without(&[(hour * 2, hour * 6)]).unwrap();
        let (train, test) = Split::default().apply(&cut).unwrap();
        assert_eq!(train.rates_rps(), [0.0, 1.0]);
        assert_eq!(test.rates_rps(), [6.0, 7.0, 8.0, 9.0]);
    }

    #[test]
    fn days_count_from_the_start_of_the_recording() {
        let hour = Span::minutes(60);
        let start = Span::seconds(1_700_000_000);
        let series = LoadSeries::recorded_from(start, hour, vec![1.0; 60]).unwrap();
        let (train, test) = Split::TrainDays(1.5).apply(&series).unwrap();
        assert_eq!((train.rates_rps().len(), test.rates_rps().len()), (36, 24));
    }

    #[test]
    fn text_is_a_share_or_days() {
        assert_eq!("0.75".parse(), Ok(Split::Train(0.75)));
        assert_eq!("40d".parse(), Ok(Split::TrainDays(40.0)));
        for bad in ["", "60%", "1", "0", "-0.5", "1.5", "NaN", "0d", "-3d", "d", "infd"] {
            let error = bad.parse::<Split>().unwrap_err().to_string();
            assert!(error.starts_with(&format!("split is `{bad}`, must be a share")), "{error}");
        }
    }

    #[test]
    fn a_split_that_leaves_nothing_to_test_is_an_error() {
        let series = LoadSeries::new(Span::minutes(60), vec![1.0; 48]).unwrap();
        assert!(matches!(Split::TrainDays(2.0).apply(&series), Err(TrafficError::Split { .. })));
        assert!(matches!(Split::Train(1e-9).apply(&series), Ok((train, _)) if train.rates_rps().len() == 1));
    }
}
