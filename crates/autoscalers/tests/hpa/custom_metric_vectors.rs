//! Pods, Object and External metrics: the published tables.

use podpilot_autoscalers::hpa::replica_calculator::{
    Tolerances, average_value_replicas, external_sum, external_value_per_pod_replicas,
    object_value_per_pod_replicas, value_replicas,
};
use podpilot_autoscalers::hpa::{MetricError, tally_custom};

use crate::world::State::{Live, Unready};
use crate::world::{RULES, State, bare_table, value};

const DEFAULT: Tolerances = Tolerances { scale_up: 0.1, scale_down: 0.1 };
const TIGHT_UP: Tolerances = Tolerances { scale_up: 0.01, scale_down: 0.1 };

#[test]
fn pods_metric() {
    type Row<'a> = (i32, &'a [State], &'a [i64], i64, Tolerances, (i32, i64));
    let three = [Live; 3];
    let five = [Live; 5];
    let rows: [Row<'_>; 8] = [
        (3, &three, &[20_000, 10_000, 30_000], 15_000, DEFAULT, (4, 20_000)),
        (3, &[Live, Live, Unready], &[50_000, 10_000, 30_000], 15_000, DEFAULT, (6, 30_000)),
        (3, &three, &[50_000, 15_000, 30_000], 15_000, DEFAULT, (7, 31_666)),
        (5, &five, &[12_000; 5], 20_000, DEFAULT, (3, 12_000)),
        (3, &three, &[20_000, 21_000, 21_000], 20_000, DEFAULT, (3, 20_666)),
        (3, &three, &[20_000, 21_000, 21_000], 20_000, TIGHT_UP, (4, 20_666)),
        (5, &five, &[20_000, 19_000, 21_000], 20_000, DEFAULT, (5, 20_000)),
        (2, &three, &[10_000, 10_000], 17_000, DEFAULT, (2, 10_000)),
    ];
    for (current, states, milli, target, tolerances, expected) in rows {
        let pods = bare_table(states);
        let mut values: Vec<_> = (0_u64..).zip(milli).map(|(pod, &milli)| value(Some(pod), milli)).collect();
        for _order in 0..2 {
            let tally = tally_custom(&pods, &values, &RULES, target).unwrap();
            let proposal = average_value_replicas(current, target, &tally, tolerances).unwrap();
            assert_eq!((proposal.replicas, proposal.usage_milli), expected, "{milli:?} for {target}");
            values.reverse();
        }
    }
}

#[test]
fn samples_of_unknown_pods_count_in_the_average() {
    let pods = bare_table(&[Live, Live]);
    let values = [value(Some(0), 10_000), value(Some(7), 40_000), value(Some(1), 10_000)];
    let tally = tally_custom(&pods, &values, &RULES, 10_000).unwrap();
    assert_eq!((tally.ready.pods, tally.superfluous.pods), (2, 1));
    let proposal = average_value_replicas(2, 10_000, &tally, DEFAULT).unwrap();
    assert_eq!((proposal.replicas, proposal.usage_milli), (4, 20_000), "twice the target on two ready pods");
}

#[test]
fn pods_metric_errors() {
    let pods = bare_table(&[State::Pending]);
    assert_eq!(tally_custom(&pods, &[], &RULES, 1), Err(MetricError::NoValue));
    assert_eq!(tally_custom(&bare_table(&[]), &[value(Some(0), 1)], &RULES, 1), Err(MetricError::NoPods));
    let tally = tally_custom(&pods, &[value(Some(0), 1)], &RULES, 1).unwrap();
    assert_eq!(average_value_replicas(1, 1, &tally, DEFAULT), Err(MetricError::NoCountedSample));
}

#[test]
fn whole_values() {
    type Row<'a> = (i32, &'a [State], i64, i64, Tolerances, i32);
    let one_of_three = [Live, Unready, Unready];
    let rows: [Row<'_>; 12] = [
        (3, &[Live; 3], 20_000, 15_000, DEFAULT, 4),
        (3, &[Live; 3], i64::MAX, 1, DEFAULT, i32::MAX),
        (3, &one_of_three, 50_000, 10_000, DEFAULT, 5),
        (5, &[Live; 5], 12_000, 20_000, DEFAULT, 3),
        (3, &[Live; 3], 20_666, 20_000, DEFAULT, 3),
        (3, &[Live; 3], 20_666, 20_000, TIGHT_UP, 4),
        (3, &one_of_three, 8_600, 4_400, DEFAULT, 2),
        (5, &[Live; 5], 8_600, 14_334, DEFAULT, 3),
        (3, &[Live; 3], 8_600, 8_888, DEFAULT, 3),
        (3, &[Live; 3], 8_900, 8_800, TIGHT_UP, 4),
        (0, &[], 20_500, 10_000, DEFAULT, 3),
        (0, &[], 0, 10_000, DEFAULT, 0),
    ];
    for (current, states, usage, target, tolerances, replicas) in rows {
        let proposal = value_replicas(current, usage, target, &bare_table(states), tolerances).unwrap();
        assert_eq!((proposal.replicas, proposal.usage_milli), (replicas, usage), "{usage}/{target}");
    }
    assert_eq!(value_replicas(3, 9, 1, &bare_table(&[]), DEFAULT), Err(MetricError::NoPods));
}

#[test]
fn pods_being_deleted_still_count_for_whole_values() {
    let pods = bare_table(&[Live, State::Deleted]);
    assert_eq!(value_replicas(2, 20_000, 10_000, &pods, DEFAULT).unwrap().replicas, 4);
}

#[test]
fn external_series_are_summed_up_to_a_cap() {
    let half = i64::MAX / 2 + 1;
    assert_eq!(external_sum(&[value(None, half), value(None, half)]), i64::MAX);
    assert_eq!(external_sum(&[value(None, 5), value(None, -2)]), 3);
    let usage = external_sum(&[value(None, half), value(None, half)]);
    let proposal = value_replicas(3, usage, i64::MAX, &bare_table(&[Live; 3]), DEFAULT).unwrap();
    assert_eq!((proposal.replicas, proposal.usage_milli), (3, i64::MAX));
}

#[test]
fn values_per_pod() {
    let rows: [(i32, i64, i64, Tolerances, (i32, i64)); 12] = [
        (3, 20_000, 5_000, DEFAULT, (4, 6_667)),
        (5, 6_000, 2_000, DEFAULT, (3, 1_200)),
        (4, 20_166, 5_000, DEFAULT, (4, 5_042)),
        (4, 20_208, 5_000, TIGHT_UP, (5, 5_052)),
        (0, 20_000, 5_000, DEFAULT, (4, 0)),
        (0, 0, 5_000, DEFAULT, (0, 0)),
        (1, i64::MAX, 1, DEFAULT, (i32::MAX, i64::MAX)),
        (1, i64::MAX, i64::MAX, DEFAULT, (1, i64::MAX)),
        (3, 8_600, 2_150, DEFAULT, (4, 2_867)),
        (5, 8_600, 2_867, DEFAULT, (3, 1_720)),
        (3, 8_600, 2_900, DEFAULT, (3, 2_867)),
        (3, 8_600, 2_800, TIGHT_UP, (4, 2_867)),
    ];
    for (status, usage, target, tolerances, expected) in rows {
        let external = external_value_per_pod_replicas(status, usage, target, tolerances);
        assert_eq!((external.replicas, external.usage_milli), expected, "{usage}/{target} on {status}");
        if usage < i64::MAX {
            let object = object_value_per_pod_replicas(status, usage, target, tolerances);
            assert_eq!((object.replicas, object.usage_milli), expected, "{usage}/{target} on {status}");
        }
    }
}
