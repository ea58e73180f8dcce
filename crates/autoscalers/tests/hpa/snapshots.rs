//! The autoscaler's memory: restoring continues as if nothing had happened, and stays small.

use podpilot_autoscalers::hpa::manifest::{Behavior, PolicyType, ScalingPolicy, ScalingRules};
use podpilot_core::{Autoscaler, Observation, Outcome, Snapshot, Span, WriteResult};

use crate::whole_loop::{cpu_manifest, hpa, loaded};
use crate::world::NOW;

const PERIOD: Span = Span::seconds(15);
const MOST_BYTES: usize = 4_096;

fn longest_memory() -> Behavior {
    let rules = ScalingRules {
        stabilization_window_seconds: Some(3_600),
        policies: Some(vec![ScalingPolicy {
            policy_type: PolicyType::Percent,
            value: 900,
            period_seconds: 1_800,
        }]),
        ..ScalingRules::default()
    };
    Behavior { scale_up: Some(rules.clone()), scale_down: Some(rules) }
}

fn seen(tick: i64, spec: i32) -> Observation {
    let usage = 300 + (tick * 137) % 900;
    let mut seen = loaded(spec, 1_000, &vec![Some(usage); spec as usize]);
    seen.now = NOW + PERIOD * tick;
    seen
}

#[test]
fn restoring_continues_the_same() {
    for behavior in [None, Some(Behavior::default()), Some(longest_memory())] {
        let mut manifest = cpu_manifest(60, 1, 50);
        manifest.spec.behavior = behavior;
        let mut original = hpa(&manifest);
        let mut spec = 4;
        for tick in 0..400 {
            let mut twin = hpa(&manifest);
            twin.restore(&original.snapshot()).unwrap();
            assert_eq!(twin.snapshot(), original.snapshot());
            let observation = seen(tick, spec);
            let proposal = original.decide(&observation);
            assert_eq!(twin.decide(&observation), proposal, "tick {tick}");
            let wanted = proposal.replicas.unwrap();
            if wanted != spec {
                let result = WriteResult::Applied;
                original.applied(&Outcome { at: observation.now, from: spec, to: wanted, result });
                spec = wanted;
            }
        }
    }
}

#[test]
fn an_hour_of_memory_fits_into_four_kilobytes() {
    let mut manifest = cpu_manifest(60, 1, 2_000);
    manifest.spec.behavior = Some(longest_memory());
    let mut hpa = hpa(&manifest);
    for tick in 0..1_000_i64 {
        let at = NOW + PERIOD * tick + Span(7_919 * tick);
        let mut observation = seen(tick, 3);
        observation.now = at;
        hpa.decide(&observation);
        let (from, to) = if tick % 2 == 0 { (3, 1_900) } else { (1_900, 3) };
        hpa.applied(&Outcome { at, from, to, result: WriteResult::Applied });
    }
    let bytes = hpa.snapshot().0.len();
    assert!(bytes <= MOST_BYTES, "{bytes} bytes");
    assert!(bytes > MOST_BYTES / 4, "{bytes} bytes: the test should fill the memory");
}

#[test]
fn damaged_snapshots_are_refused() {
    let mut donor = hpa(&cpu_manifest(60, 1, 50));
    for tick in 0..30 {
        donor.decide(&seen(tick, 4));
    }
    let whole = donor.snapshot().0;
    let mut hpa = hpa(&cpu_manifest(60, 1, 50));
    for length in 0..whole.len() {
        assert!(hpa.restore(&Snapshot(whole[..length].to_vec())).is_err(), "{length} bytes");
    }
    let longer = [whole.as_slice(), &[0]].concat();
    let cases: [(&[u8], &str); 3] = [
        (b"{}", "the snapshot is not one of an HPA"),
        (&longer, "the snapshot goes on after its end"),
        (b"hpa1\x00\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", "the snapshot holds a number out of range"),
    ];
    for (bytes, why) in cases {
        let error = hpa.restore(&Snapshot(bytes.to_vec())).unwrap_err();
        assert_eq!(error.to_string(), format!("cannot restore under-test: {why}"));
    }
    hpa.restore(&Snapshot(whole.clone())).unwrap();
    assert_eq!(hpa.snapshot().0, whole);
}
