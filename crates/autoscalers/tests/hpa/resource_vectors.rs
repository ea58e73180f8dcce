//! Utilization of CPU requests: the published table, each row for whole pods and for a named container.

use podpilot_autoscalers::hpa::replica_calculator::{MetricProposal, Tolerances, utilization_replicas};
use podpilot_autoscalers::hpa::{ContainerChoice, MetricError, PodGroup, PodTally, Resource, ResourceMetric};
use podpilot_core::{PodTable, Span};

use crate::world::State::{Deleted, Failed, Hot, Live, Pending, Unready};
use crate::world::{Containers, Pod, RULES, State, pod, table};

const TOLERANCES: Tolerances = Tolerances { scale_up: 0.1, scale_down: 0.1 };

struct Row {
    name: &'static str,
    current: i32,
    pods: Vec<Pod>,
    target_percent: i32,
    tolerances: Tolerances,
    /// Replicas, utilization, raw average over pods of two equal containers.
    expected: (i32, i32, i64),
}

fn row(
    name: &'static str,
    current: i32,
    pods: Vec<Pod>,
    target_percent: i32,
    expected: (i32, i32, i64),
) -> Row {
    Row { name, current, pods, target_percent, tolerances: TOLERANCES, expected }
}

/// Pods that request one core per container.
fn cores(pods: &[(State, i64)]) -> Vec<Pod> {
    pods.iter().map(|&(state, usage)| pod(state, 1_000, Some(usage))).collect()
}

fn missing(count: usize) -> impl Iterator<Item = Pod> {
    std::iter::repeat_n(pod(Live, 1_000, None), count)
}

fn readiness_rows() -> Vec<Row> {
    let mut rows = vec![
        row("above target", 3, cores(&[(Live, 300), (Live, 500), (Live, 700)]), 30, (5, 50, 1_000)),
        row("one unready", 3, cores(&[(Unready, 300), (Live, 500), (Live, 700)]), 30, (4, 60, 1_200)),
        row("one hot", 3, cores(&[(Hot, 300), (Live, 500), (Live, 700)]), 30, (4, 60, 1_200)),
        row("two unready", 3, cores(&[(Live, 400), (Unready, 500), (Unready, 700)]), 30, (3, 40, 800)),
        row(
            "below target",
            5,
            cores(&[(Live, 100), (Live, 300), (Live, 500), (Live, 250), (Live, 250)]),
            50,
            (3, 28, 560),
        ),
    ];
    for dead in [Failed, Deleted] {
        let live = [(Live, 500), (Live, 700)];
        let absent = pod(dead, 1_000, None);
        let mut pods = cores(&live);
        pods.extend([absent, absent]);
        rows.push(row("two dead without samples", 2, pods, 30, (4, 60, 1_200)));
        let with_samples = [&live[..], &[(dead, 9_999), (dead, 1)]].concat();
        rows.push(row("two dead with samples", 2, cores(&with_samples), 30, (4, 60, 1_200)));
    }
    for cold in [Unready, Hot] {
        let pods = cores(&[(Live, 100), (Live, 300), (Live, 500), (cold, 250), (cold, 250)]);
        rows.push(row("two cold when scaling down", 5, pods, 50, (2, 30, 600)));
    }
    let mut pods = cores(&[(Live, 100)]);
    pods.extend(std::iter::repeat_n(pod(Pending, 1_000, None), 4));
    rows.push(row("one running, four pending", 5, pods, 50, (1, 10, 200)));
    rows
}

fn tolerance_rows() -> Vec<Row> {
    let rows: [(&str, [i64; 3], Tolerances, (i32, i32)); 7] = [
        ("default", [1_010, 1_030, 1_020], TOLERANCES, (3, 102)),
        ("none", [909, 1_010, 1_111], Tolerances { scale_up: 0.0, scale_down: 0.0 }, (4, 101)),
        ("wide up", [1_890, 1_910, 1_900], Tolerances { scale_up: 2.0, scale_down: 0.1 }, (3, 190)),
        ("wide down only", [1_100, 1_080, 1_090], Tolerances { scale_up: 0.08, scale_down: 2.0 }, (4, 109)),
        ("down 0.36", [660, 640, 650], Tolerances { scale_up: 0.1, scale_down: 0.36 }, (3, 65)),
        ("down 0.34", [660, 640, 650], Tolerances { scale_up: 0.1, scale_down: 0.34 }, (2, 65)),
        ("both ends included", [900, 900, 900], TOLERANCES, (3, 90)),
    ];
    rows.into_iter()
        .map(|(name, usage, tolerances, (replicas, percent))| {
            let pods = [900, 1_000, 1_100]
                .into_iter()
                .zip(usage)
                .map(|(request, usage)| pod(Live, request, Some(usage)));
            let average = usage.iter().sum::<i64>() * 2 / 3;
            let expected = (replicas, percent, average);
            Row { name, current: 3, pods: pods.collect(), target_percent: 100, tolerances, expected }
        })
        .collect()
}

fn missing_rows() -> Vec<Row> {
    let with_missing = |samples: &[(State, i64)], absent: usize| -> Vec<Pod> {
        cores(samples).into_iter().chain(missing(absent)).collect()
    };
    let mut mixed_requests = with_missing(&[(Unready, 200), (Live, 100), (Live, 100)], 1);
    mixed_requests[2].request = Some(2_000);
    mixed_requests[3].request = Some(2_000);
    vec![
        row("two of four missing", 4, with_missing(&[(Live, 400), (Live, 95)], 2), 100, (3, 24, 495)),
        row("one missing, on target", 2, with_missing(&[(Live, 1_000)], 1), 100, (2, 100, 2_000)),
        row("one missing, far above", 2, with_missing(&[(Live, 1_900)], 1), 100, (2, 190, 3_800)),
        row("one missing, far below", 2, with_missing(&[(Live, 600)], 1), 100, (2, 60, 1_200)),
        row("unready and missing", 3, with_missing(&[(Unready, 100), (Live, 450)], 1), 50, (3, 45, 900)),
        row(
            "unready and missing, up",
            3,
            with_missing(&[(Unready, 100), (Live, 2_000)], 1),
            50,
            (4, 200, 4_000),
        ),
        row(
            "unready and missing, down",
            4,
            with_missing(&[(Unready, 100), (Live, 100), (Live, 100)], 1),
            50,
            (3, 10, 200),
        ),
        row("target above the request", 4, mixed_requests, 300, (2, 6, 200)),
        row("surge of a rolling update", 2, with_missing(&[(Live, 100), (Live, 100)], 1), 50, (2, 10, 200)),
    ]
}

fn compute(row: &Row, pods: &PodTable, containers: ContainerChoice) -> Result<MetricProposal, MetricError> {
    let metric = ResourceMetric { resource: Resource::Cpu, containers };
    let tally = metric.tally_with_requests(pods, &RULES, row.target_percent)?;
    utilization_replicas(row.current, row.target_percent, &tally, row.tolerances)
}

fn check(row: &Row) {
    let (replicas, percent, average) = row.expected;
    let pods = table(&row.pods, Containers::Alike);
    let proposal = compute(row, &pods, ContainerChoice::All).expect(row.name);
    assert_eq!((proposal.replicas, proposal.utilization_percent), (replicas, Some(percent)), "{}", row.name);
    assert_eq!(proposal.usage_milli, average, "{}", row.name);

    let pods = table(&row.pods, Containers::MainOnly);
    let named = ContainerChoice::Named(pods.find_name("main"));
    let of_container = compute(row, &pods, named).expect(row.name);
    assert_eq!(of_container.replicas, replicas, "{} by container", row.name);
    assert_eq!(of_container.utilization_percent, Some(percent), "{} by container", row.name);
    assert_eq!(of_container.usage_milli, average / 2, "{} by container", row.name);
}

#[test]
fn readiness() {
    readiness_rows().iter().for_each(check);
}

#[test]
fn tolerance() {
    tolerance_rows().iter().for_each(check);
}

#[test]
fn missing_samples() {
    missing_rows().iter().for_each(check);
}

#[test]
fn superfluous_samples_count_as_samples_but_not_as_usage() {
    let mut tally = PodTally::default();
    for usage in [4_000, 9_500, 3_000, 7_000] {
        tally.add(PodGroup::Ready, 2 * usage, 2_000);
    }
    tally.add_superfluous(6_400);
    tally.add_superfluous(4_000);
    let proposal = utilization_replicas(4, 100, &tally, TOLERANCES).unwrap();
    assert_eq!((proposal.replicas, proposal.utilization_percent), (24, Some(587)));
}

#[test]
fn samples_of_unknown_pods_alone_are_an_error() {
    let mut tally = PodTally::default();
    (0..3).for_each(|_| tally.add(PodGroup::Missing, 1_000, 1_000));
    tally.add_superfluous(100);
    assert_eq!(utilization_replicas(3, 100, &tally, TOLERANCES), Err(MetricError::NoRequests));
}

#[test]
fn what_cannot_be_computed_is_an_error() {
    let all = ContainerChoice::All;
    let cases: [(&str, Vec<Pod>, ContainerChoice, MetricError); 5] = [
        ("no pods", vec![], all, MetricError::NoPods),
        ("no samples", missing(3).collect(), all, MetricError::NoValue),
        ("only unready", cores(&[(Unready, 100)]), all, MetricError::NoCountedSample),
        (
            "no request",
            vec![pod(Live, 1_000, Some(1)), Pod { state: Live, request: None, usage: Some(1) }],
            all,
            MetricError::MissingRequest { pod: podpilot_core::PodId(1), container: podpilot_core::NameId(0) },
        ),
        ("no such container", cores(&[(Live, 100)]), ContainerChoice::Named(None), MetricError::NoValue),
    ];
    for (name, pods, containers, expected) in cases {
        let row = row(name, 3, pods, 100, (0, 0, 0));
        let pods = table(&row.pods, Containers::Alike);
        assert_eq!(compute(&row, &pods, containers), Err(expected), "{name}");
    }
}

#[test]
fn a_request_missing_on_a_dead_pod_still_fails_the_metric() {
    let pods = vec![pod(Live, 1_000, Some(500)), Pod { state: Failed, request: None, usage: None }];
    let row = row("dead", 1, pods, 50, (0, 0, 0));
    let pods = table(&row.pods, Containers::Alike);
    assert!(matches!(compute(&row, &pods, ContainerChoice::All), Err(MetricError::MissingRequest { .. })));
}

#[test]
fn nanocores_round_up_per_container() {
    let mut pods = table(&cores(&[(Live, 0)]), Containers::Alike);
    let observed = pods.pods()[0];
    let mut containers = pods.containers(&observed).to_vec();
    for container in &mut containers {
        container.usage.as_mut().unwrap().cpu_nanocores = Some(1);
    }
    pods.clear();
    crate::world::push(&mut pods, 0, Live, &containers);
    let row = row("nanocores", 1, vec![], 100, (0, 0, 0));
    let proposal = compute(&row, &pods, ContainerChoice::All).unwrap();
    assert_eq!(proposal.usage_milli, 2, "two containers of one nanocore are one millicore each");
}

#[test]
fn a_listed_container_without_the_resource_makes_the_pod_missing() {
    let mut pods = table(&cores(&[(Live, 400), (Live, 400)]), Containers::Alike);
    let [first, second] = [pods.pods()[0], pods.pods()[1]].map(|pod| pods.containers(&pod).to_vec());
    let mut broken = second;
    broken[1].usage.as_mut().unwrap().cpu_nanocores = None;
    pods.clear();
    crate::world::push(&mut pods, 0, Live, &first);
    crate::world::push(&mut pods, 1, Live, &broken);
    let metric = ResourceMetric { resource: Resource::Cpu, containers: ContainerChoice::All };
    let tally = metric.tally_with_requests(&pods, &RULES, 100).unwrap();
    assert_eq!((tally.ready.pods, tally.missing.pods), (1, 1));
    let later = podpilot_autoscalers::hpa::ReadinessRules { now: RULES.now + Span::seconds(1), ..RULES };
    assert_eq!(metric.tally_with_requests(&pods, &later, 100).unwrap(), tally);
}
