//! The latency table against the request mode it was built by, and its inverse.

use podpilot_core::Objective;
use podpilot_random::Seed;
use podpilot_service_model::{
    Balancer, CfsModel, Inverse, LatencyTable, LatencyTables, PodGroup, PodSpec, ServiceSpec, latency_buckets,
};

const THRESHOLD_S: f64 = 0.2;

fn service(balancer: Balancer) -> ServiceSpec {
    ServiceSpec { balancer, ..ServiceSpec::default() }
}

fn table(balancer: Balancer, pods: u32) -> LatencyTable {
    LatencyTable::build(&service(balancer), &PodSpec::default(), THRESHOLD_S, pods)
}

/// Mean queue in a pod and share of slow requests of a long steady run.
fn request_mode(balancer: Balancer, pods: usize, load: f64) -> (f64, f64) {
    let (service, pod) = (service(balancer), PodSpec::default());
    let rate_rps = load * service.capacity_rps(&pod) * pods as f64;
    let mut group = PodGroup::new(&CfsModel::CALIBRATED, &service, &pod, pods, Seed(99));
    let mut stream = Seed(98).stream();
    let (mut now_s, mut total_s, mut slow, mut count) = (0.0, 0.0, 0.0, 0.0);
    let mut departed = |departure: podpilot_service_model::Departure| {
        total_s += departure.latency_s();
        slow += f64::from(u8::from(departure.latency_s() > THRESHOLD_S));
        count += 1.0;
    };
    for _ in 0..200_000 {
        now_s += stream.exponential(1.0 / rate_rps);
        let _ = group.offer(now_s, service.cpu_ms_per_request.draw_s(&mut stream), &mut departed);
    }
    (rate_rps / pods as f64 * total_s / count, slow / count)
}

#[test]
fn steady_loads_agree_with_the_request_mode() {
    for (balancer, pods) in
        [(Balancer::Random, 1), (Balancer::LeastConnections, 3), (Balancer::SharedQueue, 3)]
    {
        let table = table(balancer, pods);
        for load in [0.3, 0.6, 0.8, 0.88] {
            let (queue, slow) = request_mode(balancer, pods as usize, load);
            let stationary = table.stationary_queue(load);
            assert!((stationary / queue - 1.0).abs() < 0.12, "{balancer:?} {load}: {stationary} for {queue}");
            let seen = table.slow_ratio_at(stationary);
            assert!((seen - slow).abs() < 0.004 + 0.15 * slow, "{balancer:?} {load}: slow {seen} for {slow}");
        }
    }
}

#[test]
fn the_two_directions_are_inverse_and_nothing_falls() {
    let table = table(Balancer::Random, 1);
    for step in 0..1_000 {
        let load = f64::from(step) * 1e-3;
        let queue = table.stationary_queue(load);
        assert!((table.utilization_at(queue) - load).abs() < 1e-9, "{load}");
    }
    for level in 1..table.level_count() {
        let [before, here] = [level - 1, level].map(|level| table.queue_of(level));
        assert!(table.utilization_at(before) <= table.utilization_at(here), "{level}");
        assert!(table.failed_ratio(level - 1) <= table.failed_ratio(level) + 0.02, "{level}");
        assert!(table.mean_latency_s(level - 1) <= 1.02 * table.mean_latency_s(level), "{level}");
        assert!(table.slow_ratio(level - 1) <= table.slow_ratio(level) + 0.02, "{level}");
    }
    assert_eq!(table.stationary_queue(1.0), table.queue_limit());
    assert_eq!(table.stationary_queue(7.0), table.queue_limit());
    let patient = ServiceSpec { accept_queue: 4_096, ..service(Balancer::Random) };
    let table = LatencyTable::build(&patient, &PodSpec::default(), THRESHOLD_S, 1);
    assert_eq!(table.failed_ratio(table.level_count() - 1), 1.0);
}

#[test]
fn histograms_are_shares_that_agree_with_the_slow_ratio() {
    let table = table(Balancer::Random, 1);
    let bucket = latency_buckets::bucket_of(THRESHOLD_S);
    for level in 0..table.level_count() {
        let histogram = table.histogram(level);
        let total: f64 = histogram.iter().map(|&share| f64::from(share)).sum();
        assert!((total - 1.0).abs() < 1e-4, "{level}: {total}");
        let above = |first: usize| histogram[first..].iter().map(|&share| f64::from(share)).sum::<f64>();
        let slow = table.slow_ratio(level);
        assert!(above(bucket + 1) - 1e-4 <= slow && slow <= above(bucket) + 1e-4, "{level}");
    }
}

#[test]
fn a_backlog_takes_as_long_as_it_takes_to_work_off() {
    let table = table(Balancer::Random, 1);
    for queue in [100.0, 200.0, 400.0] {
        let level = table.level_at(queue);
        let [low, high] = [level.index, level.index + 1].map(|level| table.mean_latency_s(level));
        let mean_s = low + level.weight_of_next * (high - low);
        let work_off_s = queue / table.capacity_rps();
        assert!((mean_s / work_off_s - 1.0).abs() < 0.08, "{queue}: {mean_s} s for {work_off_s} s");
    }
}

#[test]
fn building_is_deterministic() {
    assert_eq!(table(Balancer::Random, 1), table(Balancer::Random, 5));
}

#[test]
fn a_better_balancer_carries_more() {
    let objective = Objective { cpu_of_limit: 1.0, ..Objective::default() };
    let rate_rps = |balancer| {
        let tables = LatencyTables::build(&service(balancer), &PodSpec::default(), THRESHOLD_S, 5);
        Inverse::new(&tables, &PodSpec::default(), &objective, 5).rate_for(5)
    };
    let [random, least] = [Balancer::Random, Balancer::LeastConnections].map(rate_rps);
    assert!(least > 1.03 * random, "{random} {least}");
}

#[test]
fn the_inverse_finds_the_fewest_pods() {
    let objective = Objective::default();
    let (service, pod) = (service(Balancer::Random), PodSpec::default());
    let tables = LatencyTables::build(&service, &pod, THRESHOLD_S, 40);
    let inverse = Inverse::new(&tables, &pod, &objective, 40);
    let table = tables.for_pods(1);
    let fits = |rate_rps: f64, pods: i32| {
        let load = rate_rps / f64::from(pods) / table.capacity_rps();
        load <= objective.cpu_of_limit + 1e-9
            && table.slow_ratio_at(table.stationary_queue(load)) <= 1.0 - objective.latency.quantile + 1e-6
    };
    for step in 1..150 {
        let rate_rps = f64::from(step) * 10.0;
        let pods = inverse.replicas_for(rate_rps);
        assert!(fits(rate_rps, pods), "{rate_rps} on {pods}");
        assert!(pods == 1 || !fits(rate_rps, pods - 1), "{rate_rps} on {pods} is too many");
        assert_eq!(inverse.pods_for(rate_rps).ceil() as i32, pods);
        assert!(inverse.rate_for(pods) >= rate_rps && inverse.rate_for(pods - 1) < rate_rps);
    }
    assert_eq!(inverse.replicas_for(0.0), 1);
    assert_eq!((inverse.pods_for(0.0), inverse.rate_for(0)), (0.0, 0.0));
    // Beyond the largest count prepared it goes on in proportion.
    let beyond = inverse.rate_for(80);
    assert_eq!((inverse.replicas_for(beyond), inverse.pods_for(beyond).round() as i32), (80, 80));
}
