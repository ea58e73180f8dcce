//! The fast mode is tested against the request mode, in the configuration that the benchmark times.

#![expect(clippy::expect_used, reason = "what helps a test may stop it")]

#[path = "../examples/decision_steps/fidelity.rs"]
mod fidelity;

use podpilot_random::Seed;
use podpilot_service_model::Balancer;

#[test]
fn steady_loads_from_idle_to_saturation_agree() {
    for comparison in fidelity::steady_loads(Seed(1)) {
        println!("{comparison}");
        assert!(comparison.latency_error() < 0.15, "latency: {comparison}");
        assert!(comparison.slow_error() < 0.01, "slow share: {comparison}");
        assert!(comparison.utilization_error() < 0.005, "utilisation: {comparison}");
        assert!(comparison.throughput_error() < 0.001, "throughput: {comparison}");
    }
}

#[test]
fn an_autoscaled_load_with_bursts_agrees() {
    let comparison = fidelity::under_hpa(80, 3, Seed(1));
    println!("{comparison}\n{comparison:?}");
    let (fast, request) = (comparison.fast, comparison.request);
    assert!(comparison.slow_error() < 0.01, "slow share: {comparison:?}");
    assert!(comparison.utilization_error() < 0.01, "utilisation: {comparison:?}");
    assert!(comparison.throughput_error() < 0.001, "throughput: {comparison:?}");
    assert!((fast.failed - request.failed).abs() < 0.01, "failed: {comparison:?}");
    assert!((fast.pods / request.pods - 1.0).abs() < 0.03, "pods: {comparison:?}");
    assert!((fast.bad_minutes - request.bad_minutes).abs() < 0.02, "bad minutes: {comparison:?}");
}

#[test]
fn a_backlog_grows_and_recovers_alike() {
    for (factor, overload_s) in [(1.1, 120), (1.3, 60), (2.0, 20)] {
        let backlogs = fidelity::overload(factor, overload_s, Seed(1));
        let (fast_s, request_s) = backlogs.recovery_s();
        println!(
            "{factor} for {overload_s} s: error {:.3}, recovery {fast_s} / {request_s} s",
            backlogs.error()
        );
        assert!(backlogs.error() < 0.12, "{factor}: backlog error {}", backlogs.error());
        let difference_s = fast_s.abs_diff(request_s);
        assert!(difference_s <= 3 + request_s / 5, "{factor}: recovery {fast_s} s, reference {request_s} s");
    }
}

#[test]
fn other_balancers_and_pods_without_a_limit_agree() {
    for (balancer, limited) in
        [(Balancer::LeastConnections, true), (Balancer::SharedQueue, true), (Balancer::Random, false)]
    {
        let mut scenario = fidelity::default_scenario(Some(8));
        scenario.cluster.max_replicas = 13;
        scenario.service.balancer = balancer;
        if !limited {
            scenario.pod.cpu_limit_m = None;
        }
        for comparison in fidelity::steady_loads_of(&scenario, &[0.3, 0.6, 0.8], Seed(1)) {
            println!("{balancer:?} limited {limited}: {comparison}");
            assert!(comparison.latency_error() < 0.25, "latency, {balancer:?}: {comparison}");
            assert!(comparison.slow_error() < 0.01, "slow share, {balancer:?}: {comparison}");
            assert!(comparison.throughput_error() < 0.001, "throughput, {balancer:?}: {comparison}");
        }
    }
}
