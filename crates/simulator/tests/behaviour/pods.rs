use podpilot_core::{PodPhase, Readiness, Span};
use podpilot_random::Seed;
use podpilot_service_model::StartupSpec;
use podpilot_simulator::{Fidelity, ProbeKind, ProbeSpec, Simulation};

use crate::world::{constant, fast, minutes, prepared_with};

const FIXED_STARTUP: StartupSpec = StartupSpec { median: 20.0, p95: 20.0 };
const FIXED_CREATING: StartupSpec = StartupSpec { median: 2.0, p95: 2.0 };

#[test]
fn a_new_pod_passes_through_all_stages() {
    let prepared = prepared_with(|scenario| {
        scenario.pod.startup_s = FIXED_STARTUP;
        scenario.lifecycle.creating_s = FIXED_CREATING;
        scenario.cluster.initial_replicas = Some(2);
    });
    let mut simulation = fast(&prepared, constant(40.0));
    let asked_at = simulation.now();
    simulation.scale(3);
    let newest = |simulation: &mut Simulation| *simulation.observe().pods.pods().last().unwrap();
    let pod = newest(&mut simulation);
    assert_eq!((pod.phase, pod.started_at), (PodPhase::Pending, Some(asked_at)));
    assert_eq!(pod.ready.unwrap().status, Readiness::False);
    simulation.advance(Span::seconds(2));
    assert_eq!(newest(&mut simulation).phase, PodPhase::Running);
    assert!(!newest(&mut simulation).is_ready());
    simulation.advance(Span::seconds(19));
    assert_eq!(simulation.pod_counts().starting, 1);
    simulation.advance(Span::seconds(1));
    let pod = newest(&mut simulation);
    assert!(pod.is_serving());
    assert_eq!(pod.ready.unwrap().last_transition, asked_at + Span::seconds(22));
    assert_eq!(simulation.pod_counts().serving, 3);
}

#[test]
fn start_up_times_follow_the_distribution() {
    let prepared = prepared_with(|scenario| scenario.cluster.initial_replicas = Some(1));
    let mut times_s = Vec::new();
    for seed in 0..60 {
        let mut simulation = Simulation::of(&prepared, Fidelity::Fast, constant(1.0), Seed(seed));
        let asked_at = simulation.now();
        simulation.scale(31);
        simulation.advance(Span::minutes(5));
        let pods = &simulation.observe().pods;
        times_s.extend(
            pods.pods()[1..].iter().map(|pod| (pod.ready.unwrap().last_transition - asked_at).as_seconds()),
        );
    }
    times_s.sort_by(f64::total_cmp);
    let (median_s, p95_s) = (times_s[times_s.len() / 2], times_s[times_s.len() * 95 / 100]);
    // Median 20 and P95 35 of the start-up plus about 1.6 for the container, up to a second for each tick.
    assert!((20.5..24.5).contains(&median_s), "{median_s}");
    assert!((34.0..41.0).contains(&p95_s), "{p95_s}");
}

#[test]
fn pods_that_find_no_room_wait_and_cost_nothing() {
    let prepared = prepared_with(|scenario| {
        scenario.cluster.node_cpu_m = 450;
        scenario.cluster.initial_replicas = Some(3);
    });
    let mut simulation = fast(&prepared, constant(10.0));
    assert_eq!(simulation.observe().room_for_pods, Some(1));
    simulation.scale(6);
    simulation.advance(Span::minutes(5));
    assert_eq!(simulation.pod_counts().unscheduled, 2);
    assert_eq!(simulation.pod_counts().serving, 4);
    let observation = simulation.observe();
    assert_eq!(observation.room_for_pods, Some(0));
    assert_eq!(observation.replicas.status, 6);
    let waiting = observation.pods.pods().last().unwrap();
    assert_eq!((waiting.phase, waiting.started_at, waiting.ready), (PodPhase::Pending, None, None));
    assert!((simulation.measures().pod_seconds - 4.0 * 300.0).abs() < 2.0);
}

#[test]
fn scaling_down_gives_up_what_serves_least() {
    let prepared = prepared_with(|scenario| {
        scenario.pod.startup_s = FIXED_STARTUP;
        scenario.cluster.initial_replicas = Some(4);
    });
    let mut simulation = fast(&prepared, constant(100.0));
    simulation.scale(5);
    simulation.advance(Span::seconds(10));
    simulation.scale(4);
    assert_eq!(simulation.pod_counts().serving, 4, "the starting pod goes first");
    simulation.advance(Span::minutes(1));
    assert_eq!(simulation.observe().pods.pods().len(), 4);
    simulation.scale(2);
    assert_eq!(simulation.pod_counts().terminating, 2);
    simulation.advance(Span::seconds(10));
    assert_eq!(simulation.observe().pods.pods().len(), 2, "short queues drain at once");
    assert_eq!(simulation.measures().totals.failed, 0.0, "a drained pod loses nothing");
}

#[test]
fn a_terminating_pod_works_on_its_backlog_and_loses_what_the_grace_does_not_cover() {
    let served_of = |grace_s: f64| {
        let prepared = prepared_with(|scenario| {
            scenario.cluster.initial_replicas = Some(2);
            scenario.service.accept_queue = 511;
            scenario.pod.memory_limit_mib = 512.0;
            scenario.service.timeout_s = 30.0;
            scenario.lifecycle.grace_s = grace_s;
        });
        let mut simulation = fast(&prepared, minutes(&[150.0, 0.0]));
        simulation.advance(Span::seconds(5));
        simulation.scale(1);
        simulation.advance(Span::seconds(115));
        **simulation.measures()
    };
    let (short, long) = (served_of(2.0), served_of(30.0));
    assert!(
        short.totals.failed > long.totals.failed + 50.0,
        "{} {}",
        short.totals.failed,
        long.totals.failed
    );
}

#[test]
fn memory_at_its_limit_kills_and_the_container_comes_back() {
    for fidelity in [Fidelity::Fast, Fidelity::Request] {
        let prepared = prepared_with(|scenario| {
            scenario.cluster.initial_replicas = Some(2);
            scenario.service.accept_queue = 511;
        });
        let mut simulation =
            Simulation::of(&prepared, fidelity, minutes(&[180.0, 20.0, 20.0, 20.0]), Seed(2));
        simulation.advance(Span::minutes(1));
        let kills = simulation.measures().oom_kills;
        assert!(kills >= 2, "{fidelity:?}: {kills} kills");
        assert!(simulation.measures().totals.failed > 100.0);
        assert!(simulation.measures().memory_over_minutes >= 1);
        simulation.advance(Span::minutes(3));
        assert_eq!(simulation.pod_counts().serving, 2, "{fidelity:?}");
    }
}

#[test]
fn a_leak_kills_sooner_or_later() {
    let prepared = prepared_with(|scenario| {
        scenario.cluster.initial_replicas = Some(4);
        scenario.service.memory.leak_kib_per_request = 4.0;
    });
    let mut simulation = fast(&prepared, constant(100.0));
    // 40 MiB hold 10 240 leaking requests: 410 s at 25 a second, 120 of which the warm-up takes.
    simulation.advance(Span::seconds(270));
    assert_eq!(simulation.measures().oom_kills, 0);
    simulation.advance(Span::seconds(40));
    assert!(simulation.measures().oom_kills >= 4, "{}", simulation.measures().oom_kills);
}

#[test]
fn probes_take_overloaded_pods_out_and_bring_them_back() {
    for fidelity in [Fidelity::Fast, Fidelity::Request] {
        let prepared = prepared_with(|scenario| {
            scenario.cluster.initial_replicas = Some(4);
            scenario.probe =
                ProbeSpec { kind: ProbeKind::Http, period_s: 5.0, timeout_s: 1.0, failure_threshold: 2 };
        });
        let mut simulation = Simulation::of(&prepared, fidelity, minutes(&[260.0, 20.0, 20.0]), Seed(4));
        simulation.advance(Span::minutes(1));
        assert!(simulation.measures().probe_outs > 0, "{fidelity:?}");
        simulation.advance(Span::minutes(2));
        assert_eq!(simulation.pod_counts().serving, 4, "{fidelity:?}");
    }
}

#[test]
fn without_pods_requests_fail() {
    let prepared = prepared_with(|scenario| {
        scenario.cluster.min_replicas = 0;
        scenario.cluster.initial_replicas = Some(0);
    });
    let mut simulation = fast(&prepared, constant(30.0));
    simulation.advance(Span::minutes(2));
    assert_eq!(simulation.measures().failed_request_ratio(), Some(1.0));
    assert_eq!(simulation.measures().latency.quantile_s(0.5).map(|s| (9.0..11.0).contains(&s)), Some(true));
    simulation.scale(2);
    simulation.advance(Span::minutes(2));
    assert!(simulation.measures().failed_request_ratio().unwrap() < 0.7);
}

#[test]
fn pods_without_a_limit_share_a_crowded_node() {
    let prepared = prepared_with(|scenario| {
        scenario.pod.cpu_limit_m = None;
        scenario.cluster.node_cpu_m = 2_000;
        scenario.cluster.initial_replicas = Some(8);
    });
    let rate_rps = 4.0 / 3.8e-3;
    for fidelity in [Fidelity::Fast, Fidelity::Request] {
        let mut simulation = Simulation::of(&prepared, fidelity, constant(rate_rps), Seed(1));
        simulation.advance(Span::minutes(2));
        let used_cores = simulation.measures().cpu_seconds / 120.0;
        assert!((used_cores - 2.0).abs() < 0.1, "{fidelity:?}: {used_cores} of 4 wanted and 2 there");
        let failed = simulation.measures().failed_request_ratio().unwrap();
        assert!((0.4..0.6).contains(&failed), "{fidelity:?}: {failed}");
    }
}
