//! The kernel without a quota against queues with known answers.

use podpilot_random::{Seed, Stream};
use podpilot_service_model::closed_form::{
    erlang_c, md1_wait_up_to, mg1_mean_wait_s, mm1_sojourn_above, mmc_wait_above,
};
use podpilot_service_model::{
    Balancer, CfsModel, CpuCost, Departure, LatencyTable, Neighbour, PodGroup, PodSpec, ServiceSpec,
};

const QUIET: CfsModel = CfsModel { neighbour: Neighbour::QUIET, ..CfsModel::CALIBRATED };
const REQUESTS: usize = 600_000;

fn unlimited() -> PodSpec {
    PodSpec { cpu_limit_m: None, ..PodSpec::default() }
}

fn service(workers: u32, balancer: Balancer) -> ServiceSpec {
    ServiceSpec { workers, balancer, accept_queue: 1_000_000, ..ServiceSpec::default() }
}

/// Latencies and waits of Poisson arrivals, in the order of departure.
fn simulate(
    mut group: PodGroup,
    rate_rps: f64,
    mut draw_s: impl FnMut(&mut Stream) -> f64,
) -> (Vec<f64>, Vec<f64>) {
    let mut stream = Seed(17).stream();
    let mut now_s = 0.0;
    let requests: Vec<(f64, f64)> = (0..REQUESTS)
        .map(|_| {
            now_s += stream.exponential(1.0 / rate_rps);
            (now_s, draw_s(&mut stream))
        })
        .collect();
    let (mut latencies_s, mut waits_s) = (Vec::new(), Vec::new());
    let mut departed = |departure: Departure| {
        let index = requests.partition_point(|&(at_s, _)| at_s < departure.arrived_s);
        latencies_s.push(departure.latency_s());
        waits_s.push((departure.latency_s() - requests[index].1).max(0.0));
    };
    for &(at_s, cpu_s) in &requests {
        let _ = group.offer(at_s, cpu_s, &mut departed);
    }
    group.advance(f64::MAX, &mut departed);
    assert_eq!(latencies_s.len(), REQUESTS);
    (latencies_s, waits_s)
}

fn share_above(values: &[f64], bound: f64) -> f64 {
    values.iter().filter(|&&value| value > bound).count() as f64 / values.len() as f64
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

#[test]
fn one_exponential_server_is_mm1() {
    for load in [0.3, 0.7, 0.85] {
        let group = PodGroup::new(&QUIET, &service(1, Balancer::Random), &unlimited(), 1, Seed(1));
        let (latencies_s, _) = simulate(group, load, |stream| stream.exponential(1.0));
        for t in [0.5, 1.0, 2.0, 5.0, 10.0] {
            let (seen, known) = (share_above(&latencies_s, t), mm1_sojourn_above(load, 1.0, t));
            assert!((seen - known).abs() < 0.012, "load {load}, t {t}: {seen} for {known}");
        }
    }
}

#[test]
fn several_workers_are_mmc() {
    for (workers, load) in [(2, 0.6), (4, 0.8), (8, 0.9)] {
        let group = PodGroup::new(&QUIET, &service(workers, Balancer::Random), &unlimited(), 1, Seed(2));
        expect_mmc(group, workers, load);
    }
}

#[test]
fn a_shared_queue_makes_pods_the_servers_of_mmc() {
    for (pods, load) in [(3, 0.7), (10, 0.9)] {
        let group = PodGroup::new(&QUIET, &service(1, Balancer::SharedQueue), &unlimited(), pods, Seed(3));
        expect_mmc(group, pods as u32, load);
    }
}

fn expect_mmc(group: PodGroup, servers: u32, load: f64) {
    let rate_rps = load * f64::from(servers);
    let (latencies_s, waits_s) = simulate(group, rate_rps, |stream| stream.exponential(1.0));
    for t in [1e-6, 0.2, 0.5, 1.0, 2.0] {
        let (seen, known) = (share_above(&waits_s, t), mmc_wait_above(rate_rps, 1.0, servers, t));
        assert!((seen - known).abs() < 0.015, "{servers} servers, load {load}, t {t}: {seen} for {known}");
    }
    let known_s = 1.0 + erlang_c(rate_rps, 1.0, servers) / (f64::from(servers) - rate_rps);
    assert!((mean(&latencies_s) / known_s - 1.0).abs() < 0.03, "{} for {known_s}", mean(&latencies_s));
}

#[test]
fn constant_costs_are_md1() {
    for load in [0.4, 0.7, 0.85] {
        let group = PodGroup::new(&QUIET, &service(1, Balancer::Random), &unlimited(), 1, Seed(4));
        let (_, waits_s) = simulate(group, load, |_| 1.0);
        for t in [1e-6, 0.5, 1.0, 2.5, 4.0, 7.0] {
            let (seen, known) = (1.0 - share_above(&waits_s, t), md1_wait_up_to(load, 1.0, t));
            assert!((seen - known).abs() < 0.01, "load {load}, t {t}: {seen} for {known}");
        }
    }
}

#[test]
fn the_mean_wait_is_pollaczek_and_khinchine() {
    for (load, cv) in [(0.5, 0.5), (0.7, 1.5), (0.8, 0.8)] {
        let cost = CpuCost { mean: 1_000.0, cv };
        let group = PodGroup::new(&QUIET, &service(1, Balancer::Random), &unlimited(), 1, Seed(5));
        let (_, waits_s) = simulate(group, load, |stream| cost.draw_s(stream));
        let known_s = mg1_mean_wait_s(load, 1.0, cv);
        assert!((mean(&waits_s) / known_s - 1.0).abs() < 0.05, "{} for {known_s}", mean(&waits_s));
    }
}

#[test]
fn a_random_balancer_makes_pods_independent() {
    let group = PodGroup::new(&QUIET, &service(1, Balancer::Random), &unlimited(), 5, Seed(6));
    let (latencies_s, _) = simulate(group, 3.5, |stream| stream.exponential(1.0));
    for t in [1.0, 3.0, 8.0] {
        let (seen, known) = (share_above(&latencies_s, t), mm1_sojourn_above(0.7, 1.0, t));
        assert!((seen - known).abs() < 0.012, "t {t}: {seen} for {known}");
    }
}

#[test]
fn least_connections_lies_between_random_and_a_shared_queue() {
    let mean_wait_s = |balancer| {
        let group = PodGroup::new(&QUIET, &service(1, balancer), &unlimited(), 5, Seed(7));
        mean(&simulate(group, 4.0, |stream| stream.exponential(1.0)).1)
    };
    let [random, least, shared] =
        [Balancer::Random, Balancer::LeastConnections, Balancer::SharedQueue].map(mean_wait_s);
    assert!(shared < least && least < 0.5 * random, "{random} {least} {shared}");
}

#[test]
fn the_table_of_an_unlimited_pod_is_md1() {
    let service =
        ServiceSpec { cpu_ms_per_request: CpuCost { mean: 10.0, cv: 0.0 }, ..service(1, Balancer::Random) };
    let table = LatencyTable::build_with(&QUIET, &service, &unlimited(), 0.05, 1);
    assert!((table.capacity_rps() - 100.0).abs() < 1e-9);
    for load in [0.2, 0.5, 0.7, 0.85, 0.93] {
        let queue = table.stationary_queue(load);
        let known = load + 100.0 * load * mg1_mean_wait_s(100.0 * load, 0.01, 0.0);
        assert!((queue / known - 1.0).abs() < 0.06, "load {load}: {queue} for {known}");
        let slow = 1.0 - md1_wait_up_to(load, 1.0, 4.0);
        let seen = table.slow_ratio_at(queue);
        assert!((seen - slow).abs() < 0.015 + 0.05 * slow, "load {load}: slow {seen} for {slow}");
    }
}
