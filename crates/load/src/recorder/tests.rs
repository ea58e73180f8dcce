use super::*;
use crate::FailureKind;

fn options() -> Options {
    Options { warm_up: Span::seconds(1), ..Options::default() }
}

fn ms(milliseconds: i64) -> Span {
    Span::milliseconds(milliseconds)
}

fn request(recorder: &mut Recorder, intended: Span, took: Span, failure: Option<FailureKind>) {
    recorder.record(Event::Due { intended });
    recorder.record(Event::Sent { intended, at: intended + ms(1) });
    let at = intended + took;
    recorder.record(Event::Ended(Ended { intended, at, was_sent: true, failure, body_bytes: 10 }));
}

fn rows(recorder: &mut Recorder) -> Vec<SecondRow> {
    std::iter::from_fn(|| recorder.close_rest(|_| 7.0, 0.5)).map(|closed| closed.row).collect()
}

#[test]
fn each_event_counts_in_its_own_second() {
    let mut recorder = Recorder::new(&options());
    request(&mut recorder, ms(900), ms(1_300), None);
    request(&mut recorder, ms(1_999), ms(100), None);
    let rows = rows(&mut recorder);
    let counted: Vec<_> = rows.iter().map(|row| (row.intended, row.sent, row.completed)).collect();
    assert_eq!(counted, [(1, 1, 0), (1, 0, 0), (0, 1, 2)]);
    assert_eq!(rows.iter().map(|row| row.in_flight).collect::<Vec<_>>(), [1, 1, 0]);
    assert_eq!((rows[2].p50_ms, rows[2].p95_ms, rows[2].slow), (Some(100.0), Some(1_300.0), 1));
    assert_eq!((rows[0].p50_ms, rows[0].warm_up, rows[1].warm_up), (None, true, false));
    assert_eq!((rows[1].planned_rps, rows[1].cpu_cores), (7.0, 0.5));
}

#[test]
fn failed_requests_count_at_the_time_out_and_are_slow() {
    let mut recorder = Recorder::new(&options());
    request(&mut recorder, ms(1_000), ms(2), Some(FailureKind::Refused));
    request(&mut recorder, ms(1_000), ms(3), Some(FailureKind::Http5xx));
    request(&mut recorder, ms(1_000), ms(200), None);
    let totals = &recorder.measured;
    assert_eq!((totals.completed, totals.slow, totals.failures.total()), (1, 2, 2));
    assert_eq!((totals.failures.refused, totals.failures.http_5xx), (1, 1));
    assert_eq!(totals.latency.quantiles().unwrap().max, 10_000.0);
    assert_eq!(totals.completed_latency.quantiles().unwrap().max, 200.0);
    let row = &rows(&mut recorder)[1];
    assert_eq!((row.max_ms, row.slow, row.failed.total()), (Some(10_000.0), 2, 2));
}

#[test]
fn the_warm_up_is_in_the_series_but_in_no_total() {
    let mut recorder = Recorder::new(&options());
    request(&mut recorder, ms(999), ms(500), None);
    request(&mut recorder, ms(1_000), ms(500), None);
    assert_eq!((recorder.all.intended, recorder.measured.intended), (2, 1));
    assert_eq!((recorder.all.slow, recorder.measured.slow), (2, 1));
    rows(&mut recorder);
    let minute = recorder.minutes.finish(2).unwrap();
    assert_eq!((minute.requests, minute.slow, minute.bad), (1, 1, true));
}

#[test]
fn minutes_are_judged_by_the_projects_rule() {
    let mut recorder = Recorder::new(&Options::default());
    for second in 0..120 {
        // 4 % slow in the first minute, 8 % in the second.
        for index in 0..25 {
            let slow = index < 1 + second / 60;
            request(&mut recorder, Span::seconds(second), ms(if slow { 300 } else { 20 }), None);
        }
    }
    let mut minutes: Vec<MinuteRow> = std::iter::from_fn(|| recorder.close_rest(|_| 25.0, 0.0))
        .filter_map(|closed| closed.minute)
        .collect();
    minutes.extend(recorder.minutes.finish(120));
    let told: Vec<_> =
        minutes.iter().map(|row| (row.from_s, row.to_s, row.requests, row.slow, row.bad)).collect();
    assert_eq!(told, [(0, 60, 1_500, 60, false), (60, 120, 1_500, 120, true)]);
    assert_eq!((recorder.minutes.counts().good, recorder.minutes.counts().bad), (1, 1));
}

#[test]
fn a_second_closes_when_no_more_of_it_can_come() {
    let mut recorder = Recorder::new(&Options::default());
    request(&mut recorder, ms(100), ms(10), None);
    let closed =
        |recorder: &mut Recorder, now| recorder.close_next(now, |_| 0.0, || 0.0).map(|closed| closed.row.t_s);
    assert_eq!(closed(&mut recorder, ms(1_100)), None);
    assert_eq!(closed(&mut recorder, ms(2_300)), Some(0));
    assert_eq!(closed(&mut recorder, ms(2_300)), Some(1), "a second without events has its row too");
    assert_eq!(closed(&mut recorder, ms(2_300)), None);
    // An event that was told too late counts in the oldest second that is open.
    request(&mut recorder, ms(1_500), ms(10), None);
    assert_eq!(rows(&mut recorder)[0].completed, 1);
}
