//! What a monitoring system would remember of the load before a run begins.

use podpilot_core::{Sample, Span, Timestamp};
use podpilot_traffic::LoadSeries;

const MINUTE: Span = Span::minutes(1);

/// A day and what is needed of the day before.
const MINUTES_REMEMBERED: i64 = 24 * 60 + 10;

/// Readings of a rate that make up a minute's mean.
const READINGS: i64 = 4;

/// The mean rates of the minutes of the day before `from`, oldest first; `now` is the instant at `from`. Minutes that
/// were cut from the recording are missing. They are the rates of the load without arrival noise, which over a minute is
/// small.
pub(crate) fn history_before(
    load: &LoadSeries,
    from: Span,
    now: Timestamp,
) -> impl Iterator<Item = Sample<f64>> + '_ {
    let recorded_now = load.recorded_time(from);
    (0..MINUTES_REMEMBERED).rev().filter_map(move |minutes_ago| {
        let end = MINUTE * minutes_ago;
        let start = recorded_now - end - MINUTE;
        let readings = (0..READINGS).map(|reading| {
            load.offset_of(start + Span(MINUTE.0 / READINGS * reading)).map(|offset| load.rate_at(offset))
        });
        let sum: f64 = readings.sum::<Option<f64>>()?;
        Some(Sample { value: sum / READINGS as f64, at: now - end, window: MINUTE })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rising() -> LoadSeries {
        LoadSeries::new(MINUTE, (0..100).map(f64::from).collect()).unwrap()
    }

    #[test]
    fn history_ends_now_and_never_reads_ahead() {
        let now = Timestamp(0) + Span::minutes(7_000);
        let samples: Vec<_> = history_before(&rising(), Span::minutes(30), now).collect();
        assert_eq!(samples.len(), 30);
        assert_eq!((samples[0].value, samples[29].value), (0.0, 29.0));
        assert_eq!((samples[0].at, samples[29].at), (now - Span::minutes(29), now));
        assert_eq!(history_before(&rising(), Span::ZERO, now).count(), 0);
    }

    #[test]
    fn a_cut_gap_is_missing_and_not_skipped() {
        let cut = rising().without(&[(Span::minutes(10), Span::minutes(20))]).unwrap();
        let now = Timestamp(0) + Span::minutes(7_000);
        let samples: Vec<_> = history_before(&cut, Span::minutes(20), now).collect();
        assert_eq!(samples.len(), 20, "minutes 0-9 and 20-29 of the recording");
        assert_eq!((samples[9].value, samples[9].at), (9.0, now - Span::minutes(20)));
        assert_eq!((samples[10].value, samples[10].at), (20.0, now - Span::minutes(9)));
    }
}
