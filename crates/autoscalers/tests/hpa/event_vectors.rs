//! The published table on storing scale events.

use podpilot_autoscalers::hpa::{ScaleEvent, ScaleEvents};
use podpilot_core::Span;

use crate::world::{NOW, seconds_ago};

#[test]
fn storing_events() {
    /// Events before as (change, seconds ago), changes after with outdated ones negated, change in the period.
    type Row<'a> = (&'a [(i32, i64)], &'a [i32], i32);
    let rows: [Row<'_>; 5] = [
        (&[], &[5], 0),
        (&[(7, 61)], &[5], 0),
        (&[(7, 58)], &[7, 5], 7),
        (&[(7, 61), (6, 59)], &[5, 6], 6),
        (&[(8, 29), (6, 59), (7, 61), (9, 61)], &[8, 6, -7, 5], 14),
    ];
    let period = Span::seconds(60);
    for (before, after, change_before) in rows {
        let mut events = ScaleEvents::default();
        for &(change, seconds) in before {
            events.push(ScaleEvent { change, at: seconds_ago(seconds), is_outdated: false });
        }
        assert_eq!(events.change_within(period, NOW), change_before, "{before:?}");
        events.record(5, NOW, period);
        let changes: Vec<i32> = events
            .entries()
            .iter()
            .map(|event| if event.is_outdated { -event.change } else { event.change })
            .collect();
        assert_eq!(changes, after, "{before:?}");
        assert_eq!(events.change_within(period, NOW), change_before + 5, "{before:?}");
    }
}

#[test]
fn an_event_a_period_ago_is_over_but_keeps_its_place() {
    let period = Span::seconds(60);
    let mut events = ScaleEvents::default();
    events.push(ScaleEvent { change: 7, at: seconds_ago(60), is_outdated: false });
    assert_eq!(events.change_within(period, NOW), 0);
    events.record(5, NOW, period);
    assert_eq!(events.entries().len(), 2);
}
