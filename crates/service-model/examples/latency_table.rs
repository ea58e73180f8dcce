//! Prints the latency table of a service: `cargo run --release -p podpilot-service-model --example latency_table`.
#![expect(clippy::print_stdout, reason = "an example shows its result")]
#![expect(clippy::disallowed_methods, reason = "build time is shown beside the table")]

use podpilot_service_model::{LatencyTable, PodSpec, ServiceSpec, latency_buckets};

fn main() {
    let start = std::time::Instant::now();
    let table = LatencyTable::build(&ServiceSpec::default(), &PodSpec::default(), 0.2, 1);
    let elapsed_s = start.elapsed().as_secs_f64();
    println!("capacity {:.2} rps, built in {elapsed_s:.3} s", table.capacity_rps());
    println!("   queue  worked off   slow  failed  mean ms   P50 ms   P95 ms   P99 ms");
    for level in 0..table.level_count() {
        let counts: Vec<f64> = table.histogram(level).iter().map(|&share| f64::from(share)).collect();
        let quantile_ms = |q| latency_buckets::quantile_s(&counts, q).unwrap_or(f64::NAN) * 1e3;
        let queue = table.queue_of(level);
        println!(
            "{queue:8.2} {:11.4} {:6.3} {:7.3} {:8.1} {:8.1} {:8.1} {:8.1}",
            table.utilization_at(queue),
            table.slow_ratio(level),
            table.failed_ratio(level),
            table.mean_latency_s(level) * 1e3,
            quantile_ms(0.5),
            quantile_ms(0.95),
            quantile_ms(0.99),
        );
    }
}
