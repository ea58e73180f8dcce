mod fidelity;
use podpilot_core::Span;
use podpilot_random::Seed;
use podpilot_simulator::{Fidelity, PreparedScenario, Scenario};

fn main() {
    let text = include_str!("../../../../scenarios/default.yaml");
    let mut scenario: Scenario = serde_saphyr::from_str(text).unwrap();
    scenario.cluster.initial_replicas = Some(8);
    let t = std::time::Instant::now();
    let prepared = PreparedScenario::new(&scenario).unwrap();
    println!("prepared {:?} capacity {}", t.elapsed(), prepared.capacity_rps_per_pod());
    for u in [0.1, 0.3, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95] {
        for fidelity in [Fidelity::Fast, Fidelity::Request] {
            let t = std::time::Instant::now();
            let o = fidelity::steady(&prepared, fidelity, u, 8, Span::seconds(1800), Seed(1));
            println!(
                "{u} {fidelity:?} p50 {:.1} p95 {:.1} p99 {:.1} slow {:.5} failed {:.5} util {:.4} thr {:.4}  {:?}",
                o.p50_s * 1e3,
                o.p95_s * 1e3,
                o.p99_s * 1e3,
                o.slow,
                o.failed,
                o.utilization,
                o.throughput,
                t.elapsed()
            );
        }
    }
}
