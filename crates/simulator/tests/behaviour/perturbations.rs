use podpilot_core::Span;
use podpilot_random::Seed;
use podpilot_simulator::{Fidelity, Perturbation, PreparedScenario, Scenario, Simulation};
use podpilot_traffic::{Arrivals, LoadSpec};

use crate::world::{constant, scenario};

fn changed(perturbation: Perturbation) -> (Scenario, Scenario) {
    let original = scenario("default");
    let changed = perturbation.apply(&original);
    (original, changed)
}

fn simulated(scenario: &Scenario) -> Simulation {
    let prepared = PreparedScenario::new(scenario).unwrap();
    Simulation::of(&prepared, Fidelity::Fast, constant(200.0), Seed(3))
}

#[test]
fn every_perturbation_has_a_name_and_gives_a_valid_scenario_of_any_ready_one() {
    for perturbation in Perturbation::ALL {
        assert_eq!(perturbation.name().parse(), Ok(perturbation));
        for name in ["default", "recorded", "study", "bursty-arrivals", "faulty-metrics", "no-cpu-limit"] {
            let original = scenario(name);
            let changed = perturbation.apply(&original);
            changed.validate().unwrap_or_else(|error| panic!("{perturbation} of {name}: {error}"));
            let differs = changed != original || perturbation.load_factor() != 1.0;
            assert!(differs, "{perturbation} leaves {name} as it is");
        }
    }
    let error = "metric-lag-x3".parse::<Perturbation>().unwrap_err().to_string();
    assert!(error.starts_with("no perturbation \"metric-lag-x3\", known are metric-lag-x2, "), "{error}");
}

#[test]
fn lag_makes_what_is_seen_older() {
    let mean_age_s = |scenario: &Scenario| {
        let mut simulation = simulated(scenario);
        let mut ages_s = [0.0; 2];
        for _ in 0..400 {
            simulation.advance(Span::seconds(15));
            let observation = simulation.observe();
            let pod = observation.pods.pods()[0];
            let usage = observation.pods.containers(&pod)[0].usage.unwrap();
            ages_s[0] += (observation.now - usage.at).as_seconds();
            ages_s[1] += (observation.now - observation.service.request_rate_rps.unwrap().at).as_seconds();
        }
        ages_s.map(|age_s| age_s / 400.0)
    };
    let [cpu_s, rate_s] = mean_age_s(&scenario("default"));
    for (perturbation, factor) in [(Perturbation::MetricLagX2, 2.0), (Perturbation::MetricLagX4, 4.0)] {
        let [cpu_lagged_s, rate_lagged_s] = mean_age_s(&changed(perturbation).1);
        assert!((cpu_lagged_s / cpu_s / factor - 1.0).abs() < 0.25, "{cpu_lagged_s} after {cpu_s}");
        // Scrapes fall on a grid of decisions: the mean age depends on the phase by up to half an interval.
        assert!(rate_lagged_s > rate_s, "{rate_lagged_s} after {rate_s}");
    }
}

#[test]
fn noise_spreads_measurements_round_what_is_true() {
    let (original, noisy) = changed(Perturbation::MetricNoise);
    let (mut exact, mut noisy) = (simulated(&original), simulated(&noisy));
    let (mut sum, mut squares, mut count) = (0.0, 0.0, 0.0);
    for _ in 0..2_000 {
        exact.advance(Span::seconds(15));
        noisy.advance(Span::seconds(15));
        let expected = exact.observe().clone();
        assert_eq!(noisy.observe().service.totals, expected.service.totals, "counters are exact");
        let ratio = noisy.observe().service.request_rate_rps.unwrap().value
            / expected.service.request_rate_rps.unwrap().value;
        let pod = expected.pods.pods()[0];
        let cpu = |observation: &podpilot_core::Observation| {
            observation.pods.containers(&pod)[0].usage.unwrap().cpu_nanocores.unwrap() as f64
        };
        for ratio in [ratio, cpu(noisy.observe()) / cpu(&expected)] {
            sum += ratio;
            squares += ratio * ratio;
            count += 1.0;
        }
    }
    let mean: f64 = sum / count;
    let deviation = (squares / count - mean * mean).sqrt();
    assert!((mean - 1.0).abs() < 0.02, "{mean}");
    assert!((deviation - 0.2).abs() < 0.02, "{deviation}");
}

#[test]
fn metrics_are_missing_about_a_sixteenth_of_the_time() {
    let mut simulation = simulated(&changed(Perturbation::MissingMetrics).1);
    let steps = 4 * 60 * 24 * 4;
    let missing = (0..steps).filter(|_| {
        simulation.advance(Span::seconds(15));
        simulation.observe().service.totals.is_none()
    });
    let share = missing.count() as f64 / f64::from(steps);
    assert!((share - 0.0625).abs() < 0.015, "{share}");
}

#[test]
fn the_other_changes_are_what_their_names_say() {
    let (original, slow) = changed(Perturbation::StartUpX3);
    assert_eq!(slow.pod.startup_s.median, 3.0 * original.pod.startup_s.median);
    let (original, drifted) = changed(Perturbation::ServiceTimeDrift);
    let capacity = |scenario: &Scenario| scenario.service.capacity_rps(&scenario.pod);
    assert!((capacity(&original) / capacity(&drifted) - 1.2).abs() < 1e-12);
    let (_, bursty) = changed(Perturbation::Burstiness);
    let LoadSpec::Generated(load) = bursty.load else { panic!("the default load is generated") };
    assert_eq!(load.arrivals, Arrivals::Overdispersed { cv: 0.3, correlation_s: 15.0 });
    let (original, large) = changed(Perturbation::ScaleX3);
    assert_eq!(large.cluster.max_replicas, 3 * original.cluster.max_replicas);
    assert_eq!((Perturbation::ScaleX0_3.load_factor(), Perturbation::ScaleX3.load_factor()), (0.3, 3.0));
}
