use podpilot_core::Span;
use proptest::prelude::*;

use super::*;

const MINUTE: Span = Span::minutes(1);

fn counting(steps: usize) -> LoadSeries {
    LoadSeries::new(MINUTE, (0..steps).map(|index| index as f64).collect()).unwrap()
}

fn minutes(from: i64, to: i64) -> (Span, Span) {
    (Span::minutes(from), Span::minutes(to))
}

#[test]
fn a_rate_is_held_through_its_step() {
    let series = counting(3);
    assert_eq!(series.rate_at(Span::ZERO), 0.0);
    assert_eq!(series.rate_at(Span(MINUTE.0 - 1)), 0.0);
    assert_eq!(series.rate_at(MINUTE), 1.0);
    assert_eq!(series.rate_at(Span::minutes(99)), 2.0, "the last rate is held");
    assert_eq!(series.rate_at(Span::minutes(-5)), 0.0, "the first rate is held");
}

#[test]
fn impossible_series_are_refused() {
    assert_eq!(LoadSeries::new(MINUTE, vec![]), Err(TrafficError::Empty));
    assert_eq!(LoadSeries::new(Span::ZERO, vec![1.0]), Err(TrafficError::Step { step: Span::ZERO }));
    for bad in [-1.0, f64::INFINITY, f64::NAN] {
        let error = LoadSeries::new(MINUTE, vec![0.0, bad]).unwrap_err();
        assert!(matches!(error, TrafficError::Rate { index: 1, .. }), "{error}");
    }
}

#[test]
fn cutting_a_gap_joins_the_rest_and_keeps_the_seam() {
    let cut = counting(10).without(&[minutes(3, 5)]).unwrap();
    assert_eq!(cut.rates_rps(), [0.0, 1.0, 2.0, 5.0, 6.0, 7.0, 8.0, 9.0]);
    assert_eq!(cut.discontinuities().collect::<Vec<_>>(), [Span::minutes(3)]);
    assert_eq!(cut.duration(), Span::minutes(8));
    assert_eq!(cut.recorded_range(), minutes(0, 10));
    let recorded: Vec<_> = cut.recorded_steps().map(|(at, _)| at / MINUTE).collect();
    assert_eq!(recorded, [0, 1, 2, 5, 6, 7, 8, 9]);
}

#[test]
fn a_gap_takes_every_step_it_touches() {
    let half = Span::seconds(30);
    let cut = counting(5).without(&[(Span::minutes(1) + half, Span::minutes(2) + half)]).unwrap();
    assert_eq!(cut.rates_rps(), [0.0, 3.0, 4.0]);
}

#[test]
fn a_gap_at_an_end_leaves_no_seam_and_gaps_may_touch() {
    let cut = counting(6).without(&[minutes(0, 2), minutes(3, 4), minutes(4, 5)]).unwrap();
    assert_eq!(cut.rates_rps(), [2.0, 5.0]);
    assert_eq!(cut.discontinuities().collect::<Vec<_>>(), [MINUTE]);
    assert_eq!(counting(6).without(&[minutes(0, 9)]), Err(TrafficError::Empty));
}

#[test]
fn a_split_is_stated_on_the_recorded_axis_whatever_was_cut() {
    let cut = counting(10).without(&[minutes(1, 4)]).unwrap();
    let (before, after) = cut.split_at_recorded(Span::minutes(6)).unwrap();
    assert_eq!(before.rates_rps(), [0.0, 4.0, 5.0]);
    assert_eq!(after.rates_rps(), [6.0, 7.0, 8.0, 9.0]);
    assert_eq!(after.discontinuities().count(), 0);
    let error = cut.split_at_recorded(Span::minutes(10)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "a split at 600 s leaves one part empty, must lie inside the recording (0 s to 600 s)"
    );
}

#[test]
fn windows_stop_at_seams_and_know_their_day() {
    let hour = Span::minutes(60);
    let series = LoadSeries::new(hour, vec![1.0; 100]).unwrap();
    let cut = series.without(&[(hour * 30, hour * 40)]).unwrap();
    let days = cut.days();
    let starts: Vec<_> = days.iter().map(|window| (window.start / hour, window.day)).collect();
    // Recorded hours 0-30 hold one whole day; 40-100 hold two, which begin on recorded days 1 and 2.
    assert_eq!(starts, [(0, 0), (30, 1), (54, 2)]);
    assert!(days.iter().all(|window| window.length == hour * 24));
}

#[test]
fn where_no_window_fits_the_longest_stretch_is_one() {
    let cut = counting(10).without(&[minutes(2, 3)]).unwrap();
    assert!(cut.days().is_empty());
    let windows = cut.evaluation_windows(Span::minutes(60));
    assert_eq!(windows, [Window { start: Span::minutes(2), length: Span::minutes(7), day: 0 }]);
    assert_eq!(cut.evaluation_windows(Span::minutes(2)).len(), 4);
}

#[test]
fn quantiles_are_by_nearest_rank() {
    let series = LoadSeries::new(MINUTE, (1..=20).rev().map(f64::from).collect()).unwrap();
    assert_eq!(series.quantile(0.95), 19.0);
    assert_eq!(series.quantile(0.951), 20.0);
    assert_eq!(series.quantile(0.0), 1.0);
    assert_eq!(series.quantile(1.0), 20.0);
    assert_eq!(series.mean(), 10.5);
    assert_eq!(series.max(), 20.0);
}

#[test]
fn resampling_repeats_or_averages_and_never_across_a_seam() {
    let cut = counting(8).without(&[minutes(3, 4)]).unwrap();
    let coarse = cut.resampled(Span::minutes(2)).unwrap();
    assert_eq!(coarse.rates_rps(), [0.5, 4.5, 6.5], "minute 2 has no partner before the seam");
    let fine = cut.resampled(Span::seconds(30)).unwrap();
    assert_eq!(fine.duration(), cut.duration());
    assert_eq!(fine.rates_rps()[..4], [0.0, 0.0, 1.0, 1.0]);
    assert_eq!(
        cut.resampled(Span::seconds(45)).unwrap_err().to_string(),
        "a step of 60 s cannot be resampled to 45 s, must be a divisor or a multiple of it"
    );
}

#[test]
fn recorded_time_runs_on_through_a_cut_gap() {
    let gap = [(MINUTE * 10, MINUTE * 20)];
    let cut = counting(60).without(&gap).unwrap();
    assert_eq!(cut.recorded_time(MINUTE * 9), MINUTE * 9);
    assert_eq!(cut.recorded_time(MINUTE * 10), MINUTE * 20);
    assert_eq!(cut.recorded_time(MINUTE * 12 + Span::seconds(5)), MINUTE * 22 + Span::seconds(5));
    assert_eq!(cut.offset_of(MINUTE * 22), Some(MINUTE * 12));
    assert_eq!(cut.offset_of(MINUTE * 15), None, "cut");
    assert_eq!(cut.offset_of(MINUTE * 60), None, "the end");
    assert_eq!(cut.offset_of(MINUTE * -1), None, "before the start");
}

fn any_gaps() -> impl Strategy<Value = Vec<(Span, Span)>> {
    let gap = (0_i64..3_000, 1_i64..600);
    proptest::collection::vec(
        gap.prop_map(|(from, length)| (Span::seconds(from), Span::seconds(from + length))),
        0..5,
    )
}

proptest! {
    #[test]
    fn what_is_cut_and_what_is_kept_are_the_whole(gaps in any_gaps()) {
        let series = counting(60);
        let touched = |at: Span| gaps.iter().any(|(from, to)| at < *to && *from < at + MINUTE);
        let kept: Vec<f64> = (0..60).filter(|i| !touched(MINUTE * *i)).map(|i| i as f64).collect();
        match series.without(&gaps) {
            Ok(cut) => prop_assert_eq!(cut.rates_rps(), &kept[..]),
            Err(error) => prop_assert!(kept.is_empty() && error == TrafficError::Empty),
        }
    }

    #[test]
    fn no_window_spans_a_seam(gaps in any_gaps(), length_s in 60_i64..1_200) {
        let Ok(cut) = counting(60).without(&gaps) else { return Ok(()) };
        let seams: Vec<Span> = cut.discontinuities().collect();
        for window in cut.evaluation_windows(Span::seconds(length_s)) {
            let end = window.start + window.length;
            prop_assert!(end <= cut.duration());
            prop_assert!(seams.iter().all(|seam| *seam <= window.start || *seam >= end));
        }
    }

    #[test]
    fn a_slice_keeps_recorded_times(gaps in any_gaps(), from in 0_i64..50, length in 1_i64..60) {
        let Ok(cut) = counting(60).without(&gaps) else { return Ok(()) };
        let Ok(slice) = cut.slice(Span::minutes(from), Span::minutes(from + length)) else { return Ok(()) };
        for (at, rate) in slice.recorded_steps() {
            prop_assert_eq!(at / MINUTE, rate as i64);
        }
        let expected: Vec<f64> =
            cut.rates_rps().iter().skip(from as usize).take(length as usize).copied().collect();
        prop_assert_eq!(slice.rates_rps(), &expected[..]);
    }

    #[test]
    fn halving_and_joining_the_step_gives_the_series_back(rates in proptest::collection::vec(0.0..1e6, 1..50)) {
        let series = LoadSeries::new(MINUTE, rates).unwrap();
        let back = series.resampled(Span::seconds(30)).unwrap().resampled(MINUTE).unwrap();
        prop_assert_eq!(back, series);
    }
}
