//! What must hold for any load on a pod with a quota.

use podpilot_random::Seed;
use podpilot_service_model::{
    Admission, Balancer, CfsModel, CpuCost, Neighbour, PodGroup, PodServer, PodSpec, ServiceSpec,
};
use proptest::prelude::*;

const QUIET: CfsModel = CfsModel { neighbour: Neighbour::QUIET, ..CfsModel::CALIBRATED };

fn pod(limit_m: u32) -> PodSpec {
    PodSpec { cpu_request_m: 50, cpu_limit_m: Some(limit_m), ..PodSpec::default() }
}

#[test]
fn an_overloaded_pod_gets_exactly_its_limit() {
    for (limit_m, workers) in [(100, 1), (200, 1), (500, 1), (1_500, 4)] {
        let service = ServiceSpec { workers, accept_queue: 1_000_000, ..ServiceSpec::default() };
        let mut server = PodServer::new(&QUIET, &service, &pod(limit_m), Seed(3));
        for index in 0..100_000_u32 {
            let _ = server.offer(f64::from(index) * 1e-4, 0.01, &mut |_| {});
        }
        server.advance(100.0, &mut |_| {});
        let cores = server.cpu_used_s() / 100.0;
        let limit_cores = f64::from(limit_m) * 1e-3;
        assert!((cores / limit_cores - 1.0).abs() < 0.005, "{limit_m}m: {cores} cores");
        assert!(server.throttled_s() > 20.0, "{limit_m}m: throttled for {} s", server.throttled_s());
    }
}

#[test]
fn a_limit_above_the_workers_never_throttles() {
    let service = ServiceSpec::default();
    let mut limited = PodServer::new(&QUIET, &service, &pod(1_000), Seed(1));
    let mut last_s = 0.0;
    for index in 0..50_u32 {
        let _ = limited.offer(f64::from(index) * 1e-3, 0.01, &mut |departure| last_s = departure.departed_s);
    }
    limited.advance(10.0, &mut |departure| last_s = departure.departed_s);
    assert!((last_s - 0.5).abs() < 1e-6, "{last_s}");
}

#[test]
fn a_lone_request_within_the_quota_takes_its_own_time() {
    for seed in 0..200 {
        let mut server = PodServer::new(&QUIET, &ServiceSpec::default(), &pod(100), Seed(seed));
        let mut latency_s = 0.0;
        let _ = server.offer(1.0, 0.004, &mut |_| {});
        server.advance(9.0, &mut |departure| latency_s = departure.latency_s());
        assert!((latency_s - 0.004).abs() < 1e-9, "{latency_s}");
    }
}

#[test]
fn a_long_request_waits_for_refills() {
    // 50 ms of work with 10 ms a period: four refills of wait, give or take overrun and phase.
    for seed in 0..200 {
        let mut server = PodServer::new(&QUIET, &ServiceSpec::default(), &pod(100), Seed(seed));
        let mut latency_s = 0.0;
        let _ = server.offer(1.0, 0.05, &mut |_| {});
        server.advance(9.0, &mut |departure| latency_s = departure.latency_s());
        assert!((0.29..0.52).contains(&latency_s), "{latency_s}");
    }
}

#[test]
fn a_full_accept_queue_refuses() {
    let service = ServiceSpec { accept_queue: 3, ..ServiceSpec::default() };
    let mut server = PodServer::new(&QUIET, &service, &pod(200), Seed(1));
    let admissions: Vec<Admission> = (0..6).map(|_| server.offer(1.0, 0.01, &mut |_| {})).collect();
    assert_eq!(admissions[..4], [Admission::Accepted; 4]);
    assert_eq!(admissions[4..], [Admission::Refused; 2]);
    assert_eq!(server.in_flight(), 4);
    assert_eq!(server.kill(), 4);
    assert_eq!((server.in_flight(), server.offer(2.0, 0.01, &mut |_| {})), (0, Admission::Accepted));
}

#[test]
fn half_a_core_works_half_as_fast() {
    let unlimited = PodSpec { cpu_limit_m: None, ..PodSpec::default() };
    let mut server = PodServer::new(&QUIET, &ServiceSpec::default(), &unlimited, Seed(1));
    let mut latency_s = 0.0;
    server.set_core_share(0.5);
    let _ = server.offer(1.0, 0.1, &mut |_| {});
    server.advance(1.1, &mut |_| {});
    assert!((server.cpu_used_s() - 0.05).abs() < 1e-12);
    server.set_core_share(1.0);
    server.advance(2.0, &mut |departure| latency_s = departure.latency_s());
    assert!((latency_s - 0.15).abs() < 1e-9, "{latency_s}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn work_is_conserved_and_nobody_is_lost(
        limit_m in 50_u32..3_000,
        workers in 1_u32..5,
        pods in 1_usize..5,
        balancer in prop::sample::select(vec![
            Balancer::Random,
            Balancer::LeastConnections,
            Balancer::SharedQueue,
        ]),
        mean_ms in 0.5_f64..60.0,
        cv in 0.0_f64..1.5,
        load in 0.1_f64..1.5,
        seed in any::<u64>(),
    ) {
        let cost = CpuCost { mean: mean_ms, cv };
        let service = ServiceSpec {
            cpu_ms_per_request: cost, workers, balancer, accept_queue: 1_000_000, ..ServiceSpec::default()
        };
        let pod = pod(limit_m);
        let mut group = PodGroup::new(&QUIET, &service, &pod, pods, Seed(seed));
        let rate_rps = load * service.capacity_rps(&pod) * pods as f64;
        let mut stream = Seed(seed).named("test").stream();
        let (mut now_s, mut offered_s, mut served) = (0.0, 0.0, 0);
        let mut in_order = true;
        let mut last_arrival_s = 0.0;
        let mut departed = |departure: podpilot_service_model::Departure| {
            in_order &= departure.arrived_s >= last_arrival_s && departure.latency_s() > 0.0;
            last_arrival_s = departure.arrived_s;
            served += 1;
        };
        for _ in 0..300 {
            now_s += stream.exponential(1.0 / rate_rps);
            let cpu_s = cost.draw_s(&mut stream);
            offered_s += cpu_s;
            prop_assert_eq!(group.offer(now_s, cpu_s, &mut departed), Admission::Accepted);
        }
        let left = group.in_flight();
        group.advance(now_s + 1e6, &mut departed);
        prop_assert_eq!(served, 300);
        prop_assert!(left <= 300 && group.in_flight() == 0);
        let used_s: f64 = group.pods().iter().map(PodServer::cpu_used_s).sum();
        prop_assert!((used_s / offered_s - 1.0).abs() < 1e-6, "{} for {}", used_s, offered_s);
        // One worker is first come, first served.
        prop_assert!(in_order || workers > 1 || pods > 1);
    }

    #[test]
    fn a_copy_goes_on_like_the_original(seed in any::<u64>(), load in 0.2_f64..1.2) {
        let service = ServiceSpec::default();
        let pod = pod(200);
        let mut original = PodServer::new(&CfsModel::CALIBRATED, &service, &pod, Seed(seed));
        let mut copy = PodServer::new(&CfsModel::CALIBRATED, &service, &pod, Seed(!seed));
        let rate_rps = load * service.capacity_rps(&pod);
        let mut stream = Seed(seed).stream();
        let (mut first, mut second) = (Vec::new(), Vec::new());
        let mut now_s = 0.0;
        for index in 0..200 {
            if index == 100 {
                copy.copy_from(&original);
                second.clone_from(&first);
            }
            now_s += stream.exponential(1.0 / rate_rps);
            let cpu_s = service.cpu_ms_per_request.draw_s(&mut stream);
            let _ = original.offer(now_s, cpu_s, &mut |departure| first.push(departure));
            if index >= 100 {
                let _ = copy.offer(now_s, cpu_s, &mut |departure| second.push(departure));
            }
        }
        prop_assert_eq!(first, second);
        prop_assert_eq!(original.cpu_used_s(), copy.cpu_used_s());
    }
}
