use podpilot_core::{Readiness, Span, WriteResult};
use podpilot_random::Seed;
use podpilot_simulator::{FaultSpec, Fidelity, MetricSource, Scenario, Simulation};

use crate::world::{constant, fast, once, prepared_with};

fn with_fault(fault: FaultSpec) -> impl FnOnce(&mut Scenario) {
    move |scenario| {
        scenario.cluster.initial_replicas = Some(4);
        scenario.faults = vec![fault];
    }
}

#[test]
fn an_outage_hides_metrics_but_not_pods() {
    let fault = FaultSpec::MetricsOutage { source: MetricSource::All, when: once(60.0, 120.0) };
    let mut simulation = fast(&prepared_with(with_fault(fault)), constant(100.0));
    let usages = |simulation: &mut podpilot_simulator::Simulation| {
        let pods = &simulation.observe().pods;
        pods.pods().iter().filter(|pod| pods.containers(pod)[0].usage.is_some()).count()
    };
    assert_eq!(usages(&mut simulation), 4);
    assert!(simulation.observe().service.request_rate_rps.is_some());
    simulation.advance(Span::seconds(75));
    assert_eq!(usages(&mut simulation), 0);
    assert_eq!(simulation.observe().pods.serving(), 4);
    let service = simulation.observe().service;
    assert!(service.request_rate_rps.is_none() && service.latency.is_none());
    assert!(service.in_flight.is_none() && service.totals.is_none());
    simulation.advance(Span::seconds(165));
    assert_eq!(usages(&mut simulation), 4);
    assert!(simulation.observe().service.latency.is_some());
}

#[test]
fn not_a_number_is_missing_and_the_other_pipeline_goes_on() {
    let fault = FaultSpec::Nan { source: MetricSource::Prometheus, when: once(60.0, 120.0) };
    let mut simulation = fast(&prepared_with(with_fault(fault)), constant(100.0));
    simulation.advance(Span::seconds(90));
    let observation = simulation.observe();
    assert!(observation.service.request_rate_rps.is_none());
    let pod = observation.pods.pods()[0];
    assert!(observation.pods.containers(&pod)[0].usage.is_some());
}

#[test]
fn stale_metrics_keep_their_values_and_their_age() {
    let fault = FaultSpec::Stale { source: MetricSource::All, when: once(60.0, 300.0) };
    let mut simulation = fast(&prepared_with(with_fault(fault)), constant(100.0));
    simulation.advance(Span::seconds(61));
    let before = simulation.observe().clone();
    simulation.advance(Span::seconds(200));
    let after = simulation.observe();
    assert_eq!(after.service, before.service);
    for (old, new) in before.pods.pods().iter().zip(after.pods.pods()) {
        assert_eq!(before.pods.containers(old), after.pods.containers(new));
    }
    let age = after.service.request_rate_rps.unwrap().age(after.now);
    assert!(age >= Span::seconds(200), "{age}");
    simulation.advance(Span::seconds(150));
    let observation = simulation.observe();
    assert!(observation.service.request_rate_rps.unwrap().age(observation.now) <= Span::seconds(16));
}

#[test]
fn a_conflict_writes_nothing() {
    let fault = FaultSpec::Conflict { probability: 1.0, when: once(30.0, 60.0) };
    let mut simulation = fast(&prepared_with(with_fault(fault)), constant(100.0));
    simulation.advance(Span::seconds(40));
    assert_eq!(simulation.scale(8).result, WriteResult::Conflict);
    assert_eq!(simulation.spec_replicas(), 4);
    simulation.advance(Span::seconds(60));
    assert_eq!(simulation.scale(8).result, WriteResult::Applied);
    assert_eq!(simulation.scale(8).result, WriteResult::Unchanged);
    assert_eq!(simulation.observe().replicas.status, 8);
    assert_eq!(simulation.measures().scale_ups, 1);
}

#[test]
fn a_slow_api_writes_late() {
    let fault = FaultSpec::SlowApi { delay_s: 20.0, when: once(30.0, 60.0) };
    let mut simulation = fast(&prepared_with(with_fault(fault)), constant(100.0));
    simulation.advance(Span::seconds(40));
    let outcome = simulation.scale(8);
    assert_eq!((outcome.result, outcome.at), (WriteResult::Applied, simulation.now() + Span::seconds(20)));
    simulation.advance(Span::seconds(19));
    assert_eq!(simulation.observe().replicas.spec, 4);
    simulation.advance(Span::seconds(1));
    assert_eq!(simulation.observe().replicas.spec, 8);
}

#[test]
fn a_crashed_container_starts_again() {
    let fault = FaultSpec::PodCrash { pods: 2, when: once(60.0, 0.0) };
    let mut simulation = fast(&prepared_with(with_fault(fault)), constant(80.0));
    simulation.advance(Span::seconds(61));
    assert_eq!(simulation.pod_counts().serving, 2);
    let statuses: Vec<_> =
        simulation.observe().pods.pods().iter().map(|pod| pod.ready.unwrap().status).collect();
    assert_eq!(statuses.iter().filter(|&&status| status == Readiness::False).count(), 2);
    simulation.advance(Span::minutes(3));
    assert_eq!(simulation.pod_counts().serving, 4);
}

#[test]
fn a_lost_node_swallows_requests_until_it_is_noticed_and_its_pods_are_replaced() {
    let prepared = prepared_with(|scenario| {
        scenario.cluster.nodes = 2;
        scenario.cluster.initial_replicas = Some(8);
        scenario.faults = vec![FaultSpec::NodeLoss { when: once(60.0, 3_600.0) }];
    });
    let mut simulation = fast(&prepared, constant(100.0));
    simulation.advance(Span::seconds(60));
    assert_eq!(simulation.pod_counts().serving, 4, "the scheduler spread the pods over both nodes");
    let failed_before = simulation.measures().totals.failed;
    simulation.advance(Span::seconds(40));
    let swallowed = simulation.measures().totals.failed - failed_before;
    assert!((1_600.0..2_400.0).contains(&swallowed), "half of 100 rps for 40 s: {swallowed}");
    let unknown = |simulation: &mut podpilot_simulator::Simulation| {
        let pods = simulation.observe().pods.pods();
        pods.iter().filter(|pod| pod.ready.is_some_and(|ready| ready.status == Readiness::Unknown)).count()
    };
    assert_eq!(unknown(&mut simulation), 4);
    let failed_before = simulation.measures().totals.failed;
    simulation.advance(Span::seconds(200));
    assert!(simulation.measures().totals.failed - failed_before < 1.0, "nothing goes to lost pods any more");
    assert_eq!(simulation.observe().replicas.status, 8);
    simulation.advance(Span::seconds(200));
    assert_eq!(
        simulation.pod_counts().serving,
        8,
        "evicted after five minutes and replaced on the other node"
    );
    assert_eq!(unknown(&mut simulation), 0);
}

#[test]
fn a_node_that_returns_in_time_keeps_its_pods() {
    let prepared = prepared_with(|scenario| {
        scenario.cluster.nodes = 2;
        scenario.cluster.initial_replicas = Some(8);
        scenario.faults = vec![FaultSpec::NodeLoss { when: once(60.0, 120.0) }];
    });
    let mut simulation = fast(&prepared, constant(100.0));
    let names = |simulation: &mut podpilot_simulator::Simulation| -> Vec<_> {
        simulation.observe().pods.pods().iter().map(|pod| pod.id).collect()
    };
    let before = names(&mut simulation);
    simulation.advance(Span::minutes(6));
    assert_eq!(names(&mut simulation), before);
    assert_eq!(simulation.pod_counts().serving, 8);
}

#[test]
fn a_clock_jump_shifts_only_what_the_autoscaler_reads_off_its_clock() {
    let fault = FaultSpec::ClockJump { by_s: 3_600.0, when: once(60.0, 60.0) };
    let mut simulation = fast(&prepared_with(with_fault(fault)), constant(100.0));
    simulation.advance(Span::seconds(75));
    let now = simulation.now();
    assert_eq!(simulation.observe().now, now + Span::minutes(60));
    assert!(simulation.observe().service.request_rate_rps.unwrap().at <= now);
    simulation.advance(Span::seconds(60));
    let now = simulation.now();
    assert_eq!(simulation.observe().now, now);
}

#[test]
fn memory_that_leaks_with_time_kills_at_the_limit_and_again_after_the_restart() {
    let fault = FaultSpec::MemoryLeak { mib_per_hour: 240.0, when: once(60.0, 3_600.0) };
    for fidelity in [Fidelity::Fast, Fidelity::Request] {
        let prepared = prepared_with(with_fault(fault));
        let mut simulation = Simulation::of(&prepared, fidelity, constant(100.0), Seed(7));
        // 64 MiB less 24 at 4 a minute: ten minutes after the onset.
        simulation.advance(Span::minutes(10));
        assert_eq!(simulation.measures().oom_kills, 0, "{fidelity:?}");
        simulation.advance(Span::minutes(2));
        assert_eq!(simulation.measures().oom_kills, 4, "{fidelity:?}");
        assert!(simulation.measures().memory_over_minutes >= 1, "{fidelity:?}");
        simulation.advance(Span::minutes(11));
        assert_eq!(simulation.measures().oom_kills, 8, "{fidelity:?}: each container starts anew");
    }
}

#[test]
fn containers_that_start_in_a_slow_hour_take_longer() {
    let fault = FaultSpec::SlowStart { factor: 4.0, when: once(60.0, 600.0) };
    let prepared = prepared_with(|scenario| {
        with_fault(fault)(scenario);
        scenario.pod.startup_s.median = 20.0;
        scenario.pod.startup_s.p95 = 20.0;
        scenario.lifecycle.creating_s.median = 1.0;
        scenario.lifecycle.creating_s.p95 = 1.0;
    });
    let ready_after_s = |asked_at_s: i64| {
        let mut simulation = fast(&prepared, constant(100.0));
        simulation.advance(Span::seconds(asked_at_s));
        simulation.scale(5);
        (1..200).find(|_| {
            simulation.advance(Span::seconds(1));
            simulation.pod_counts().serving == 5
        })
    };
    assert_eq!(ready_after_s(10), Some(21));
    assert_eq!(ready_after_s(100), Some(81));
    assert_eq!(ready_after_s(700), Some(21));
}

#[test]
fn containers_that_die_as_they_start_are_tried_again_after_pauses_that_double() {
    let fault = FaultSpec::CrashLoop { probability: 1.0, when: once(60.0, 1_000.0) };
    let prepared = prepared_with(|scenario| {
        with_fault(fault)(scenario);
        scenario.pod.startup_s.median = 5.0;
        scenario.pod.startup_s.p95 = 5.0;
        scenario.lifecycle.creating_s.median = 0.0;
        scenario.lifecycle.creating_s.p95 = 0.0;
    });
    let mut simulation = fast(&prepared, constant(100.0));
    simulation.advance(Span::seconds(100));
    simulation.scale(5);
    let mut deaths_s = Vec::new();
    let mut starting = true;
    for second in 1..1_300 {
        simulation.advance(Span::seconds(1));
        let counts = simulation.pod_counts();
        if starting && counts.unavailable == 1 {
            deaths_s.push(second);
        }
        starting = counts.starting == 1;
    }
    // Started after a second, it dies after 5 s and starts again at once, unseen; then 10, 20, 40, 80, 160 and 300 s
    // after each death (kubelet).
    assert_eq!(deaths_s, [11, 26, 51, 96, 181, 346, 651, 956]);
    assert_eq!(simulation.pod_counts().serving, 5, "the first start after the fault succeeds");
    assert_eq!(simulation.measures().totals.failed, 0.0, "what never served loses nothing");
}

#[test]
fn some_starts_fail_and_the_same_ones_whoever_asks() {
    let fault = FaultSpec::CrashLoop { probability: 0.3, when: once(0.0, 7_200.0) };
    let prepared = prepared_with(|scenario| {
        with_fault(fault)(scenario);
        scenario.pod.startup_s.median = 20.0;
        scenario.pod.startup_s.p95 = 20.0;
        scenario.lifecycle.creating_s.median = 0.0;
        scenario.lifecycle.creating_s.p95 = 0.0;
    });
    let mut first_starts_failed = 0;
    for seed in 0..20 {
        let mut simulation = Simulation::of(&prepared, Fidelity::Fast, constant(100.0), Seed(seed));
        simulation.scale(34);
        simulation.advance(Span::seconds(30));
        let pods = &simulation.observe().pods;
        first_starts_failed += pods.pods()[4..].iter().filter(|pod| !pod.is_serving()).count();
    }
    // Half a minute is not enough for a second start.
    assert!((140..220).contains(&first_starts_failed), "{first_starts_failed} of 600 at 0.3");
}
