//! Specifications as they are read from files.
#![expect(clippy::unwrap_used, reason = "a test may stop at bad data")]

use podpilot_service_model::{Balancer, LatencyTable, PodSpec, ServiceSpec, StartupSpec, latency_buckets};
use serde_json::{Value, json};

fn service() -> Value {
    json!({
        "cpu_ms_per_request": {"mean": 3.8, "cv": 0.1},
        "workers": 2,
        "timeout_s": 10,
        "balancer": "least_connections",
        "memory": {"base_mib": 24, "per_request_kib": 256}
    })
}

fn pod() -> Value {
    json!({
        "cpu_request_m": 100,
        "cpu_limit_m": 200,
        "memory_limit_mib": 64,
        "startup_s": {"median": 20, "p95": 35}
    })
}

fn with(mut value: Value, pointer: &str, new: Value) -> Value {
    *value.pointer_mut(pointer).unwrap() = new;
    value
}

#[test]
fn the_names_of_the_scenario_file_are_read() {
    let service: ServiceSpec = serde_json::from_value(service()).unwrap();
    assert_eq!((service.workers, service.balancer), (2, Balancer::LeastConnections));
    assert_eq!((service.accept_queue, service.memory.leak_kib_per_request), (511, 0.0));
    assert_eq!(service.validate(), Ok(()));
    assert!((service.memory.used_mib(8.0, 1e6) - 26.0).abs() < 1e-12);
    let pod: PodSpec = serde_json::from_value(pod()).unwrap();
    assert_eq!(pod, PodSpec::default());
    assert_eq!(pod.validate(), Ok(()));
    assert_eq!(pod.memory_requested_mib(), 64.0);
}

#[test]
fn unknown_fields_are_refused_by_name() {
    let mut unknown = service();
    unknown["cpu_ms"] = json!(3);
    let error = serde_json::from_value::<ServiceSpec>(unknown).unwrap_err().to_string();
    assert!(error.contains("unknown field `cpu_ms`"), "{error}");
    let error = serde_json::from_value::<ServiceSpec>(with(service(), "/balancer", json!("ring")))
        .unwrap_err()
        .to_string();
    assert!(error.contains("`random`, `least_connections`, `shared_queue`"), "{error}");
}

#[test]
fn impossible_values_are_named_with_what_would_be_right() {
    let cases = [
        (
            "/cpu_ms_per_request/mean",
            json!(0),
            "service.cpu_ms_per_request.mean is 0, must be a positive number",
        ),
        ("/cpu_ms_per_request/cv", json!(-1), "service.cpu_ms_per_request.cv is -1, must be between 0 and 5"),
        ("/workers", json!(0), "service.workers is 0, must be between 1 and 256"),
        ("/timeout_s", json!(-3), "service.timeout_s is -3, must be above 0"),
        ("/memory/base_mib", json!(-1), "service.memory.base_mib is -1, must be a number of MiB, 0 or more"),
    ];
    for (pointer, value, message) in cases {
        let spec: ServiceSpec = serde_json::from_value(with(service(), pointer, value)).unwrap();
        let error = spec.validate().unwrap_err().to_string();
        assert!(error.starts_with(message), "{error}");
    }
    let cases = [
        ("/cpu_request_m", json!(0), "pod.cpu_request_m is 0"),
        ("/cpu_limit_m", json!(50), "pod.cpu_limit_m is 50, must be at least cpu_request_m"),
        ("/memory_limit_mib", json!(0), "pod.memory_limit_mib is 0, must be a positive number of MiB"),
        ("/startup_s/p95", json!(1), "pod.startup_s.p95 is 1, must be at least the median"),
    ];
    for (pointer, value, message) in cases {
        let spec: PodSpec = serde_json::from_value(with(pod(), pointer, value)).unwrap();
        let error = spec.validate().unwrap_err().to_string();
        assert!(error.starts_with(message), "{error}");
    }
}

#[test]
fn start_up_times_have_the_quantiles_asked_for() {
    let startup = StartupSpec { median: 20.0, p95: 35.0 };
    let mut stream = podpilot_random::Seed(4).stream();
    let mut times_s: Vec<f64> = (0..100_000).map(|_| startup.draw_s(&mut stream)).collect();
    times_s.sort_by(f64::total_cmp);
    assert!((times_s[50_000] - 20.0).abs() < 0.2, "{}", times_s[50_000]);
    assert!((times_s[95_000] - 35.0).abs() < 0.5, "{}", times_s[95_000]);
    let mean_s = times_s.iter().sum::<f64>() / 1e5;
    assert!((mean_s / startup.mean_s() - 1.0).abs() < 0.01, "{mean_s}");
    let constant = StartupSpec { median: 3.0, p95: 3.0 };
    assert_eq!((constant.draw_s(&mut stream), constant.mean_s()), (3.0, 3.0));
}

/// Any valid specification gives a usable table, in time.
#[test]
fn unusual_services_have_tables_too() {
    let base = ServiceSpec::default();
    let pod = PodSpec::default();
    let quick = podpilot_service_model::CpuCost { mean: 0.2, cv: 2.0 };
    let slow = podpilot_service_model::CpuCost { mean: 2_000.0, cv: 0.5 };
    let unlimited = PodSpec { cpu_limit_m: None, ..pod };
    let large = PodSpec { cpu_limit_m: Some(4_000), ..pod };
    let cases = [
        (ServiceSpec { cpu_ms_per_request: quick, ..base }, pod),
        (ServiceSpec { cpu_ms_per_request: slow, timeout_s: 60.0, ..base }, pod),
        (ServiceSpec { workers: 8, ..base }, unlimited),
        (ServiceSpec { workers: 8, ..base }, large),
        (ServiceSpec { timeout_s: 0.05, ..base }, pod),
        (ServiceSpec { accept_queue: 4, ..base }, pod),
    ];
    for (service, pod) in cases {
        let table = LatencyTable::build(&service, &pod, 0.2, 1);
        let queue = table.stationary_queue(0.6);
        assert!(queue > 0.0 && queue <= table.queue_limit(), "{service:?}: {queue}");
        let level = table.level_at(queue);
        assert!((0.0..=1.0).contains(&table.slow_ratio(level.index)), "{service:?}");
        let counts: Vec<f64> = table.histogram(level.index).iter().map(|&share| f64::from(share)).collect();
        let median_s = latency_buckets::quantile_s(&counts, 0.5).unwrap();
        let cost_s = service.cpu_ms_per_request.mean_s();
        assert!(median_s > 0.0 && median_s <= (60.0 * cost_s).max(0.1), "{service:?}: {median_s}");
    }
}
