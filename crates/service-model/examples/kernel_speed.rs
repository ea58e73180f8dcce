//! Nanoseconds a request of the kernel: `cargo run --release -p podpilot-service-model --example kernel_speed`.
#![expect(clippy::print_stdout, reason = "an example shows its result")]
#![expect(clippy::disallowed_methods, reason = "this measures time")]

use std::time::Instant;

use podpilot_random::Seed;
use podpilot_service_model::{CfsModel, LatencyTable, PodServer, PodSpec, ServiceSpec};

const REQUESTS: usize = 2_000_000;

fn main() {
    let (service, pod) = (ServiceSpec::default(), PodSpec::default());
    let mut arrivals = Seed(1).stream();
    for load in [0.3, 0.6, 0.9] {
        let rate_rps = load * service.capacity_rps(&pod);
        let mut at_s = 0.0;
        let requests: Vec<(f64, f64)> = (0..REQUESTS)
            .map(|_| {
                at_s += arrivals.exponential(1.0 / rate_rps);
                (at_s, service.cpu_ms_per_request.draw_s(&mut arrivals))
            })
            .collect();
        let mut server = PodServer::new(&CfsModel::CALIBRATED, &service, &pod, Seed(2));
        let mut latency_s = 0.0;
        let start = Instant::now();
        for &(at_s, cpu_s) in &requests {
            let _ = server.offer(at_s, cpu_s, &mut |departure| latency_s += departure.latency_s());
        }
        let elapsed_ns = start.elapsed().as_secs_f64() * 1e9;
        println!(
            "load {load}: {:.1} ns a request, mean latency {:.1} ms",
            elapsed_ns / REQUESTS as f64,
            latency_s / REQUESTS as f64 * 1e3
        );
    }
    let start = Instant::now();
    let table = LatencyTable::build(&service, &pod, 0.2, 1);
    println!("table: {} levels in {:.3} s", table.level_count(), start.elapsed().as_secs_f64());
    let start = Instant::now();
    let mut queue = 0.0;
    for step in 0..REQUESTS {
        let load = 0.3 + 0.6 * (step % 1024) as f64 / 1024.0;
        queue += (load - table.utilization_at(queue)) * 0.5;
        queue = queue.max(0.0);
    }
    let per_lookup_ns = start.elapsed().as_secs_f64() * 1e9 / REQUESTS as f64;
    println!("fluid step: {per_lookup_ns:.1} ns (queue {queue:.3})");
    let start = Instant::now();
    let sum: f64 = (0..REQUESTS).map(|step| table.stationary_queue((step % 1000) as f64 * 1e-3)).sum();
    let per_lookup_ns = start.elapsed().as_secs_f64() * 1e9 / REQUESTS as f64;
    println!("stationary queue: {per_lookup_ns:.1} ns (sum {sum:.1})");
}
