//! The capacity curve is the service model's inverse.

use podpilot_controller::CapacityCurve;
use podpilot_core::Objective;
use podpilot_service_model::{Inverse, LatencyTables, PodSpec, ServiceSpec};

#[test]
fn the_curve_of_the_default_service_is_its_inverse() {
    let (service, pod, objective) = (ServiceSpec::default(), PodSpec::default(), Objective::default());
    let tables = LatencyTables::build(&service, &pod, objective.latency.threshold_ms / 1_000.0, 40);
    let inverse = Inverse::new(&tables, &pod, &objective, 40);
    let curve = CapacityCurve::from_inverse(&inverse, 40).expect("a model's curve never falls");
    for rate_rps in [1.0, 37.0, 120.0, 555.5, 1_500.0, 9_000.0] {
        let (ours, theirs) = (curve.pods_for(rate_rps), inverse.pods_for(rate_rps));
        assert!((ours - theirs).abs() < 1e-9 * theirs, "{rate_rps} rps: {ours} and {theirs} pods");
    }
    assert_eq!(curve.rate_for(7), inverse.rate_for(7));
}
