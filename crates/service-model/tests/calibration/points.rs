//! The measurements of real nginx pods in `tests/data/nginx-calibration.csv`.

use podpilot_service_model::fit::MeasuredPoint;
use podpilot_service_model::{CfsModel, CpuCost, LoadTest, Neighbour, ServiceSpec, TestArrivals};

/// A row of the file: the point and its name.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    /// Limit, pods and CPU share.
    pub(crate) name: String,
    /// The point.
    pub(crate) point: MeasuredPoint,
    /// Median, milliseconds.
    pub(crate) p50_ms: f64,
}

/// All rows in the order of the file.
pub(crate) fn rows() -> Vec<Row> {
    include_str!("../data/nginx-calibration.csv").lines().skip(1).map(row).collect()
}

/// The kernel with the neighbours of the machine on which the file was measured: it was shared with louder ones than
/// the testbed's, on which the constants in use were found.
pub(crate) const SHARED_MACHINE: CfsModel =
    CfsModel { neighbour: Neighbour { cost_cv: 0.16, correlation_s: 0.4 }, ..CfsModel::CALIBRATED };

/// The service that was measured: costs vary little between requests, and nothing was refused.
pub(crate) fn service() -> ServiceSpec {
    ServiceSpec {
        cpu_ms_per_request: CpuCost { mean: 3.75, cv: 0.1 },
        accept_queue: 4096,
        ..ServiceSpec::default()
    }
}

/// The protocol of the measurement: 36 s, the first 7 s dropped; one pod: each request displaced by up to 3 s;
/// several pods: evenly spaced, the pod chosen at random.
pub(crate) fn protocol(offered_rps_per_pod: f64, pods: usize) -> LoadTest {
    let arrivals = TestArrivals::Displaced { up_to_s: if pods == 1 { 3.0 } else { 0.0 } };
    LoadTest { offered_rps_per_pod, pods, duration_s: 36.0, warm_up_s: 7.0, arrivals, core_share: 1.0 }
}

fn row(line: &str) -> Row {
    let fields: Vec<&str> = line.split(',').collect();
    let number = |index: usize| fields[index].parse::<f64>().unwrap();
    let (limit_m, pods) = (number(0) as u32, number(1) as usize);
    let point = MeasuredPoint {
        cpu_limit_m: Some(limit_m),
        test: protocol(number(3), pods),
        done_rps_per_pod: number(4),
        cpu_of_limit: number(5),
        p95_s: number(9) * 1e-3,
    };
    Row {
        name: format!("{limit_m}m x{pods} at {:.0} %", 100.0 * point.cpu_of_limit),
        point,
        p50_ms: number(7),
    }
}
