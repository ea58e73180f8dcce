//! Ten thousand random cases through our HPA and through Kubernetes' own. Needs the oracle, which
//! `testbed/hpa-oracle/build.sh` builds with Go or finds in its cache; without Go the test says that it was skipped.

#![expect(clippy::expect_used, reason = "without the oracle or a case there is nothing to test")]

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

use podpilot_hpa_cases::{Case, Census, Oracle, compare, replay};
use podpilot_random::Seed;

const CASES: u64 = 10_000;
const SEED: Seed = Seed(1);
/// The exit code of `build.sh` where Go is not installed.
const NO_GO: i32 = 3;

/// Each of these must have been met by so many cases, or at so many syncs: a run that never goes there shows nothing.
const MET_BY_CASES: [(&str, u64); 12] = [
    ("metric: Resource Utilization", 1_000),
    ("metric: Resource AverageValue", 500),
    ("metric: ContainerResource Utilization", 500),
    ("metric: ContainerResource AverageValue", 300),
    ("metric: Pods AverageValue", 500),
    ("metric: Object Value", 500),
    ("metric: Object AverageValue", 500),
    ("metric: External Value", 500),
    ("metric: External AverageValue", 500),
    ("pods: resource sample missing", 1_000),
    ("pods: within the CPU initialization period", 1_000),
    ("manifest: changed on the way", 500),
];
const MET_AT_SYNCS: [(&str, u64); 10] = [
    ("ScaledToZero True: ScaledToZero", 200),
    ("AbleToScale True: ScaleUpStabilized", 200),
    ("AbleToScale True: ScaleDownStabilized", 500),
    ("AbleToScale False: FailedUpdateScale", 200),
    ("ScalingActive False: AmbiguousSelector", 100),
    ("ScalingLimited True: ScaleUpLimit", 500),
    ("ScalingLimited True: ScaleDownLimit", 200),
    ("ScalingLimited True: TooFewReplicas", 200),
    ("decision: up", 2_000),
    ("decision: down", 1_000),
];

/// `None` where there is no Go to build it with.
fn oracle() -> Option<Oracle> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testbed/hpa-oracle/build.sh");
    let built = Command::new(script).output().expect("build.sh starts");
    if built.status.code() == Some(NO_GO) {
        return None;
    }
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    let binary = PathBuf::from(String::from_utf8_lossy(&built.stdout).trim());
    Some(Oracle::start(&binary).expect("the oracle starts"))
}

#[test]
fn random_cases_are_answered_as_kubernetes_answers_them() {
    let Some(mut oracle) = oracle() else {
        // Past the capture of test output, so that it is seen.
        let _ = writeln!(
            io::stderr(),
            "SKIPPED: the HPA was not compared with Kubernetes' own: go is not installed"
        );
        return;
    };
    let report = compare(&mut oracle, SEED, CASES, |_, _| {}).expect("the oracle answers");
    assert_eq!((report.cases, report.differing), (CASES, 0), "{:#?}", report.findings.first());
    assert_met(&report.census);
}

fn assert_met(census: &Census) {
    for (name, least) in MET_BY_CASES {
        assert!(census.cases_with(name) >= least, "{name}: {} cases", census.cases_with(name));
    }
    for (name, least) in MET_AT_SYNCS {
        assert!(census.syncs_with(name) >= least, "{name}: {} syncs", census.syncs_with(name));
    }
}

/// A case as a recording would give it: read from JSON, without an oracle.
#[test]
fn a_case_is_read_replayed_and_written_back() {
    let text = include_str!("recorded_case.json");
    let case: Case = serde_json::from_str(text).expect("the case is read");
    let answer = replay(&case);
    let written: Vec<Option<i32>> = answer.syncs.iter().map(|sync| sync.write).collect();
    assert_eq!(written, [Some(4), None]);
    assert_eq!(answer.syncs[1].conditions["ScalingLimited"].reason, "DesiredWithinRange");
    let again: Case = serde_json::from_str(&serde_json::to_string(&case).expect("the case is written"))
        .expect("the case is read again");
    assert_eq!(again, case);
}
