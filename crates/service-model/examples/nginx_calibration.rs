//! Prints measured nginx pods beside the model, with and without its parts:
//! `cargo run --release -p podpilot-service-model --example nginx_calibration`.
#![expect(clippy::print_stdout, reason = "an example shows its result")]
#![expect(clippy::unwrap_used, reason = "the data are part of the repository")]

#[path = "../tests/calibration/points.rs"]
mod points;

use podpilot_service_model::{CfsModel, CpuCost, Neighbour, PodSpec, ServiceSpec};
use points::{Row, SHARED_MACHINE, rows, service};

const RUNS: u64 = 200;

fn main() {
    let fitted = SHARED_MACHINE;
    let quiet = CfsModel { neighbour: Neighbour::QUIET, ..fitted };
    let one_group = CfsModel { nested_groups: 1, ..quiet };
    println!("P50 and P95 in ms   measured          fitted            quiet machine     one group, quiet");
    for row in rows() {
        print!("{:18} {:8.1} {:8.1}", row.name, row.p50_ms, row.point.p95_s * 1e3);
        for cfs in [fitted, quiet, one_group] {
            print!("  {:8.1} {:8.1}", quantile_ms(&row, &cfs, 0.5), quantile_ms(&row, &cfs, 0.95));
        }
        println!();
    }
}

fn quantile_ms(row: &Row, cfs: &CfsModel, quantile: f64) -> f64 {
    let cost = CpuCost { mean: row.point.cpu_ms_per_request(), ..service().cpu_ms_per_request };
    let service = ServiceSpec { cpu_ms_per_request: cost, ..service() };
    let limit_m = row.point.cpu_limit_m.unwrap();
    let pod = PodSpec { cpu_request_m: limit_m, cpu_limit_m: Some(limit_m), ..PodSpec::default() };
    row.point.test.mean_quantile_s(cfs, &service, &pod, quantile, RUNS) * 1e3
}
