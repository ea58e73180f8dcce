//! What a monitoring system would remember of the load before a run begins.

use podpilot_core::{Sample, Span, Timestamp};
use podpilot_traffic::LoadSeries;

const MINUTE: Span = Span::minutes(1);

/// A day and what is needed of the day before.
const MINUTES_REMEMBERED: i64 = 24 * 60 + 10;

/// The rates of the day before `from`, a sample a minute, oldest first; `now` is the instant at `from`. They are the
/// rates of the load without arrival noise, which over a minute is small.
pub(crate) fn history_before(
    load: &LoadSeries,
    from: Span,
    now: Timestamp,
) -> impl Iterator<Item = Sample<f64>> + '_ {
    let known = MINUTES_REMEMBERED.min(from / MINUTE);
    (0..known).rev().map(move |minutes_ago| {
        let end = MINUTE * minutes_ago;
        Sample { value: load.rate_at(from - end - MINUTE), at: now - end, window: MINUTE }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn history_ends_now_and_never_reads_ahead() {
        let load = LoadSeries::new(MINUTE, (0..100).map(f64::from).collect()).unwrap();
        let now = Timestamp(0) + Span::minutes(7_000);
        let samples: Vec<_> = history_before(&load, Span::minutes(30), now).collect();
        assert_eq!(samples.len(), 30);
        assert_eq!((samples[0].value, samples[29].value), (0.0, 29.0));
        assert_eq!((samples[0].at, samples[29].at), (now - Span::minutes(29), now));
        assert_eq!(history_before(&load, Span::ZERO, now).count(), 0);
    }
}
