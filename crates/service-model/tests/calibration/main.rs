//! The kernel against measured nginx pods. `cargo test -p podpilot-service-model --test calibration -- --nocapture`
//! prints the tables.
#![expect(clippy::unwrap_used, reason = "a test may stop at bad data")]
#![expect(clippy::print_stdout, reason = "the tables are for people to look at")]

mod points;

use podpilot_service_model::fit::{self, MeasuredPoint};
use podpilot_service_model::{CfsModel, Neighbour};
use points::{Row, SHARED_MACHINE, protocol, rows, service};

const RUNS: u64 = 100;
/// The P95 of the objective, milliseconds.
const OBJECTIVE_MS: f64 = 200.0;
/// Measured mean cost over all points.
const COST_MS: f64 = 3.75;

/// Points 1, 3, 5, … of the file were fitted; 2, 4, 6, … are held out.
fn held_out(index: usize) -> bool {
    index % 2 == 1
}

fn p95_ms(point: &MeasuredPoint, cfs: &CfsModel) -> f64 {
    point.modelled_p95_s(cfs, &service(), RUNS) * 1e3
}

/// Names of the held-out points that are off by more than a factor of 1.6 and by more than 10 ms.
fn held_out_misses(cfs: &CfsModel) -> Vec<String> {
    println!("{:20} {:>10} {:>10} {:>6}", "P95, ms", "measured", "model", "ratio");
    let mut misses = Vec::new();
    for (index, row) in rows().iter().enumerate() {
        let (measured, modelled) = (row.point.p95_s * 1e3, p95_ms(&row.point, cfs));
        let ratio = modelled / measured;
        let use_of = if held_out(index) { "held out" } else { "fitted" };
        println!("{:20} {measured:10.1} {modelled:10.1} {ratio:6.2} {use_of}", row.name);
        let close = (modelled - measured).abs() <= 10.0 || (1.0 / 1.6..=1.6).contains(&ratio);
        if held_out(index) && !close {
            misses.push(row.name.clone());
        }
    }
    misses
}

#[test]
fn a_fit_on_half_of_the_points_follows_the_other_half() {
    let fitted_points: Vec<MeasuredPoint> =
        rows().iter().enumerate().filter(|&(index, _)| !held_out(index)).map(|(_, row)| row.point).collect();
    let (cfs, error) = fit::fit_neighbour(&fitted_points, &SHARED_MACHINE, &service(), 30);
    println!("fit on the first half alone: cost_cv {:.2}, log error {error:.3}", cfs.neighbour.cost_cv);
    assert_eq!(held_out_misses(&cfs), Vec::<String>::new());
}

#[test]
fn the_constants_follow_the_held_out_half_too() {
    assert_eq!(held_out_misses(&SHARED_MACHINE), Vec::<String>::new());
}

#[test]
fn p95_reaches_the_objective_at_the_measured_cpu_share() {
    println!("{:12} {:>10} {:>10}", "knee, % CPU", "measured", "model");
    for (limit_m, pods) in [(100, 1), (200, 1), (100, 4)] {
        let measured = measured_knee(limit_m, pods);
        let modelled = modelled_knee(limit_m, pods);
        println!("{limit_m}m x{pods:<8} {:9.1} {:10.1}", 100.0 * measured, 100.0 * modelled);
        assert!((modelled - measured).abs() <= 0.04, "{limit_m}m x{pods}: {modelled} for {measured}");
        assert!(modelled - measured <= 0.02, "{limit_m}m x{pods} is too kind: {modelled} for {measured}");
    }
}

#[test]
fn each_part_of_the_kernel_brings_it_closer() {
    let fitted = SHARED_MACHINE;
    let quiet = CfsModel { neighbour: Neighbour::QUIET, ..fitted };
    let one_group = CfsModel { nested_groups: 1, ..quiet };
    // Where throttling decides and the queue is stable.
    let busy: Vec<MeasuredPoint> = rows()
        .iter()
        .map(|row| row.point)
        .filter(|point| point.cpu_limit_m == Some(100) && (0.7..0.9).contains(&point.cpu_of_limit))
        .collect();
    let errors = [one_group, quiet, fitted].map(|cfs| fit::log_error(&busy, &cfs, &service(), RUNS));
    println!(
        "log error of P95 at 100m, 70-90 %: one group {:.3}, nested {:.3}, with neighbours {:.3}",
        errors[0], errors[1], errors[2]
    );
    assert!(errors[0] > 1.2 * errors[1] && errors[1] > 1.2 * errors[2], "{errors:?}");
}

#[test]
fn a_fit_recovers_what_made_the_points() {
    let neighbour = Neighbour { cost_cv: 0.20, ..SHARED_MACHINE.neighbour };
    let truth = CfsModel { neighbour, ..SHARED_MACHINE };
    let points: Vec<MeasuredPoint> = rows()
        .iter()
        .map(|row| row.point)
        .filter(|point| point.test.pods == 1 && point.cpu_of_limit > 0.65 && point.cpu_of_limit < 0.9)
        .map(|point| MeasuredPoint { p95_s: point.modelled_p95_s(&truth, &service(), 40), ..point })
        .collect();
    let (found, error) = fit::fit_neighbour(&points, &SHARED_MACHINE, &service(), 40);
    assert!((found.neighbour.cost_cv - 0.20).abs() < 1e-9, "{found:?}");
    assert!(error < 1e-9, "{error}");
    let cost_ms = fit::cpu_ms_per_request(&points).unwrap();
    assert!((3.6..4.1).contains(&cost_ms), "{cost_ms}");
}

#[test]
fn the_median_stays_the_service_time_below_half_load() {
    for row in rows().iter().filter(|row| row.point.cpu_of_limit < 0.55) {
        let Row { point, p50_ms, .. } = row;
        let pod_cost_ms = point.cpu_ms_per_request();
        assert!((0.9..1.25).contains(&(p50_ms / pod_cost_ms)), "measured {p50_ms} for {pod_cost_ms}");
        let modelled_ms = {
            let pod = podpilot_service_model::PodSpec {
                cpu_limit_m: point.cpu_limit_m,
                cpu_request_m: point.cpu_limit_m.unwrap(),
                ..Default::default()
            };
            let mut service = service();
            service.cpu_ms_per_request.mean = pod_cost_ms;
            point.test.mean_quantile_s(&SHARED_MACHINE, &service, &pod, 0.5, 20) * 1e3
        };
        assert!((modelled_ms / p50_ms - 1.0).abs() < 0.2, "{}: {modelled_ms} for {p50_ms}", row.name);
    }
}

/// Where the measured P95 crosses the objective, on straight lines between the measured points.
fn measured_knee(limit_m: u32, pods: usize) -> f64 {
    let of_size: Vec<(f64, f64)> = rows()
        .iter()
        .filter(|row| row.point.cpu_limit_m == Some(limit_m) && row.point.test.pods == pods)
        .map(|row| (row.point.cpu_of_limit, row.point.p95_s * 1e3))
        .collect();
    crossing(&of_size)
}

/// Where the modelled P95 crosses it, in steps of one point of CPU.
fn modelled_knee(limit_m: u32, pods: usize) -> f64 {
    let mut curve = Vec::new();
    for step in 0..30 {
        let cpu_of_limit = 0.70 + 0.01 * f64::from(step);
        let rate_rps = cpu_of_limit * f64::from(limit_m) / COST_MS;
        let point = MeasuredPoint {
            cpu_limit_m: Some(limit_m),
            test: protocol(rate_rps, pods),
            done_rps_per_pod: rate_rps,
            cpu_of_limit,
            p95_s: 0.0,
        };
        curve.push((cpu_of_limit, p95_ms(&point, &SHARED_MACHINE)));
        if curve[curve.len() - 1].1 > 1.1 * OBJECTIVE_MS {
            break;
        }
    }
    crossing(&curve)
}

fn crossing(curve: &[(f64, f64)]) -> f64 {
    let last_below = curve.iter().rposition(|&(_, p95)| p95 < OBJECTIVE_MS).unwrap();
    let ((low, low_p95), (high, high_p95)) = (curve[last_below], curve[last_below + 1]);
    low + (high - low) * (OBJECTIVE_MS - low_p95) / (high_p95 - low_p95)
}
