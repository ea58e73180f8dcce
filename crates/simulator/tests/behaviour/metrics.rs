use podpilot_core::{MetricKey, Signal, SignalSet, Span};
use podpilot_simulator::Simulation;

use crate::world::{constant, default_prepared, fast, minutes, prepared_with};

#[test]
fn cpu_usage_is_late_and_right_on_average() {
    let prepared = prepared_with(|scenario| scenario.cluster.initial_replicas = Some(5));
    let mut simulation = fast(&prepared, constant(150.0));
    let mut nanocores = 0.0;
    let mut samples = 0.0;
    let mut oldest = Span::ZERO;
    for _ in 0..400 {
        simulation.advance(Span::seconds(15));
        let observation = simulation.observe();
        for pod in observation.pods.pods() {
            let usage = observation.pods.containers(pod)[0].usage.unwrap();
            let age = observation.now - usage.at;
            assert!(age >= Span::ZERO && age <= Span::seconds(37), "{age}");
            assert!(
                usage.window >= Span::seconds(9) && usage.window <= Span::seconds(41),
                "{}",
                usage.window
            );
            oldest = oldest.max(age);
            nanocores += usage.cpu_nanocores.unwrap() as f64;
            samples += 1.0;
        }
    }
    // 30 requests per second and pod at 3.8 ms.
    let mean_cores = nanocores / samples * 1e-9;
    assert!((mean_cores / 0.114 - 1.0).abs() < 0.01, "{mean_cores}");
    assert!(oldest > Span::seconds(20), "the pipeline is late: {oldest}");
}

#[test]
fn a_new_pod_is_seen_before_its_usage_is() {
    let prepared = prepared_with(|scenario| scenario.cluster.initial_replicas = Some(2));
    let mut simulation = fast(&prepared, constant(60.0));
    simulation.scale(3);
    let mut serving_without_usage = 0;
    for _ in 0..120 {
        simulation.advance(Span::seconds(1));
        let pods = &simulation.observe().pods;
        let newest = pods.pods().last().unwrap();
        serving_without_usage += i32::from(newest.is_serving() && pods.containers(newest)[0].usage.is_none());
    }
    let observation = simulation.observe();
    let newest = observation.pods.pods().last().unwrap();
    assert!(observation.pods.containers(newest)[0].usage.is_some());
    assert!(serving_without_usage < 60, "{serving_without_usage}");
}

#[test]
fn start_up_shows_as_cpu() {
    let prepared = prepared_with(|scenario| {
        scenario.cluster.initial_replicas = Some(1);
        scenario.pod.startup_s.median = 120.0;
        scenario.pod.startup_s.p95 = 120.0;
        scenario.lifecycle.startup_cpu_m = 150;
    });
    let mut simulation = fast(&prepared, constant(5.0));
    simulation.scale(2);
    simulation.advance(Span::seconds(100));
    let observation = simulation.observe();
    let newest = observation.pods.pods().last().unwrap();
    assert!(!newest.is_ready());
    let usage = observation.pods.containers(newest)[0].usage.unwrap();
    assert!((usage.cpu_nanocores.unwrap() - 150_000_000).abs() < 2);
}

#[test]
fn service_signals_follow_the_load() {
    let mut simulation = fast(default_prepared(), constant(120.0));
    simulation.advance(Span::minutes(5));
    let (now, in_pods) = (simulation.now(), simulation.in_flight());
    let service = simulation.observe().service;
    let rate = service.request_rate_rps.unwrap();
    assert!((rate.value / 120.0 - 1.0).abs() < 0.15, "{}", rate.value);
    assert_eq!(rate.window, Span::seconds(15));
    assert!(rate.age(now) < Span::seconds(16));
    let latency = service.latency.unwrap().value;
    assert!(latency.p50_s > 0.001 && latency.p50_s <= latency.p95_s && latency.p95_s <= latency.p99_s);
    assert!((service.in_flight.unwrap().value - in_pods).abs() < 5.0);
    let totals = service.totals.unwrap().value;
    let ended = simulation.measures().totals.requests;
    assert!(totals.requests > ended, "the counters know of the time before the start");
}

#[test]
fn without_requests_latency_is_missing_not_zero() {
    let mut simulation = fast(default_prepared(), minutes(&[100.0, 0.0, 0.0, 0.0]));
    simulation.advance(Span::minutes(3));
    let service = simulation.observe().service;
    assert_eq!(service.request_rate_rps.unwrap().value, 0.0);
    assert!(service.latency.is_none());
}

#[test]
fn only_watched_signals_are_filled_in() {
    let mut simulation = fast(default_prepared(), constant(100.0));
    simulation.watch(SignalSet::EMPTY.with(Signal::RequestRate));
    simulation.advance(Span::minutes(1));
    let observation = simulation.observe();
    assert!(observation.pods.pods().is_empty());
    assert!(observation.service.request_rate_rps.is_some() && observation.service.latency.is_none());
}

fn pods_metric(name: &str) -> MetricKey {
    MetricKey::Pods { metric: name.to_owned() }
}

fn value_sum(simulation: &mut Simulation, key: &MetricKey) -> Option<i64> {
    simulation.observe().metric(key).map(|series| series.values.iter().map(|value| value.milli).sum())
}

#[test]
fn named_metrics_are_provided_on_request() {
    let prepared = prepared_with(|scenario| scenario.cluster.initial_replicas = Some(4));
    let mut simulation = fast(&prepared, constant(100.0));
    let external = MetricKey::External { metric: "http_requests_per_second".to_owned() };
    let per_pod = pods_metric("requests_per_second");
    simulation.provide_metric(external.clone()).unwrap();
    simulation.provide_metric(per_pod.clone()).unwrap();
    simulation.advance(Span::minutes(2));
    let whole = value_sum(&mut simulation, &external).unwrap();
    let summed = value_sum(&mut simulation, &per_pod).unwrap();
    assert!((whole - 100_000).abs() < 15_000, "{whole}");
    assert!((summed - 100_000).abs() < 15_000, "{summed}");
    assert_eq!(simulation.observe().metric(&per_pod).unwrap().values.len(), 4);
    simulation.scale(6);
    simulation.advance(Span::minutes(3));
    assert_eq!(simulation.observe().metric(&per_pod).unwrap().values.len(), 6);
}

#[test]
fn an_unknown_metric_names_the_known_ones() {
    let mut simulation = fast(default_prepared(), constant(1.0));
    let error = simulation.provide_metric(pods_metric("queue_depth")).unwrap_err();
    assert_eq!(
        error.to_string(),
        "no metric \"queue_depth\" in simulation, known are requests_per_second, http_requests_per_second, \
         requests_in_flight"
    );
}
