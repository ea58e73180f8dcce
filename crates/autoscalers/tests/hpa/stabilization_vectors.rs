//! The published tables on recent recommendations.

use podpilot_autoscalers::hpa::Recommendations;
use podpilot_core::Span;

use crate::world::{NOW, minutes_ago, seconds_ago};

fn recommendations(entries: &[(i32, i64)]) -> Recommendations {
    let mut list = Recommendations::default();
    for &(replicas, minutes) in entries {
        list.push(replicas, minutes_ago(minutes));
    }
    list
}

fn replicas(list: &Recommendations) -> Vec<i32> {
    list.entries().iter().map(|entry| entry.replicas).collect()
}

#[test]
fn without_behavior() {
    type Row<'a> = (&'a [(i32, i64)], i32, i32, usize);
    let rows: [Row<'_>; 5] = [
        (&[], 5, 5, 1),
        (&[(4, 2), (5, 1)], 3, 5, 3),
        (&[(1, 2), (2, 1)], 3, 3, 3),
        (&[(10, 10), (9, 9)], 3, 3, 2),
        (&[(10, 10), (4, 1), (5, 2), (9, 9)], 3, 5, 4),
    ];
    for (entries, desired, expected, length) in rows {
        let mut list = recommendations(entries);
        assert_eq!(list.stabilize(desired, NOW, Span::seconds(300)), expected, "{entries:?}");
        assert_eq!(list.entries().len(), length, "{entries:?}");
    }
}

#[test]
fn with_behavior() {
    type Row<'a> = (i32, i32, &'a [(i32, i64)], (i64, i64), i32, Option<&'a [i32]>);
    let rows: [Row<'_>; 10] = [
        (100, 3, &[(4, 2), (5, 1)], (0, 180), 5, None),
        (1, 7, &[(4, 2), (5, 1)], (300, 0), 4, None),
        (100, 3, &[(1, 2), (2, 1)], (300, 0), 3, None),
        (1, 3, &[(4, 2), (5, 1)], (0, 300), 3, None),
        (100, 3, &[(10, 10), (9, 9)], (0, 0), 3, Some(&[10, 3])),
        (1, 100, &[(10, 10), (9, 9)], (0, 0), 100, Some(&[10, 100])),
        (100, 3, &[(10, 10), (4, 1), (5, 2), (9, 9)], (0, 180), 5, Some(&[10, 4, 5, 3])),
        (1, 100, &[(10, 100), (6, 1), (5, 2), (9, 3)], (300, 0), 5, Some(&[100, 6, 5, 9])),
        (2, 1, &[(2, 100), (3, 3)], (300, 300), 2, None),
        (2, 3, &[(2, 100), (1, 3)], (300, 300), 2, None),
    ];
    for (current, desired, entries, (up_s, down_s), expected, list_after) in rows {
        let mut list = recommendations(entries);
        let (up, down) = (Span::seconds(up_s), Span::seconds(down_s));
        let stabilized = list.stabilize_both_ways(current, desired, NOW, up, down);
        assert_eq!(stabilized, expected, "{current} -> {desired} with {entries:?}");
        if let Some(list_after) = list_after {
            assert_eq!(replicas(&list), list_after, "{current} -> {desired} with {entries:?}");
        }
    }
}

/// The very end of a window is inside it without behavior; with behavior it is neither inside nor stale.
#[test]
fn ends_of_windows() {
    let window = Span::seconds(300);
    let at_end = || {
        let mut list = Recommendations::default();
        list.push(9, seconds_ago(300));
        list
    };
    let mut list = at_end();
    assert_eq!(list.stabilize(3, NOW, window), 9);
    assert_eq!(replicas(&list), [9, 3]);
    let mut list = at_end();
    assert_eq!(list.stabilize_both_ways(100, 3, NOW, window, window), 3);
    assert_eq!(replicas(&list), [9, 3]);
}

#[test]
fn the_list_is_bounded_by_the_window() {
    let (period, window) = (Span::seconds(15), Span::seconds(300));
    let mut one_way = Recommendations::default();
    let mut both_ways = Recommendations::default();
    for tick in 0..10_000 {
        let now = NOW + period * tick;
        one_way.stabilize(5, now, window);
        both_ways.stabilize_both_ways(5, 5, now, Span::seconds(60), window);
    }
    assert_eq!(one_way.entries().len(), 21);
    assert_eq!(both_ways.entries().len(), 21);
}
