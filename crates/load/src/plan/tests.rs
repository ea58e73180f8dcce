use std::path::Path;

use super::*;

fn series(step_s: i64, rates: &[f64]) -> LoadSeries {
    LoadSeries::new(Span::seconds(step_s), rates.to_vec()).unwrap()
}

fn seconds(plan: &Plan) -> Vec<f64> {
    plan.instants().map(Span::as_seconds).collect()
}

fn spacings(instants: &[f64]) -> Vec<f64> {
    instants.windows(2).map(|pair| pair[1] - pair[0]).collect()
}

fn counts_by_second(instants: &[f64], seconds: usize) -> Vec<f64> {
    let mut counts = vec![0.0; seconds];
    for instant in instants {
        counts[*instant as usize] += 1.0;
    }
    counts
}

fn mean_and_deviation(values: &[f64]) -> (f64, f64) {
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    let variance =
        values.iter().map(|value| (value - mean) * (value - mean)).sum::<f64>() / values.len() as f64;
    (mean, variance.sqrt())
}

#[test]
fn poisson_spacings_are_exponential() {
    let instants = seconds(&Plan::steady(40.0, 5_000.0, Arrivals::Poisson, 3).unwrap());
    assert!(instants.is_sorted());
    let spacings = spacings(&instants);
    let (mean, deviation) = mean_and_deviation(&spacings);
    assert!((mean * 40.0 - 1.0).abs() < 0.01, "{mean}");
    assert!((deviation / mean - 1.0).abs() < 0.01, "{deviation}");
    for multiple in [0.1, 0.5, 1.0, 2.0, 4.0] {
        let longer = spacings.iter().filter(|spacing| **spacing > multiple * mean).count();
        let expected = libm_exp(-multiple);
        // Five standard deviations of a binomial share.
        let allowed = 5.0 * (expected * (1.0 - expected) / spacings.len() as f64).sqrt();
        let share = longer as f64 / spacings.len() as f64;
        assert!((share - expected).abs() < allowed, "{share} for {expected}");
    }
}

/// e^x by its series: the tests need no library for it.
fn libm_exp(x: f64) -> f64 {
    let term = |(sum, term): (f64, f64), n: u32| (sum + term, term * x / f64::from(n));
    (1..60).fold((0.0, 1.0), term).0
}

#[test]
fn poisson_counts_of_separate_seconds_are_independent() {
    let instants = seconds(&Plan::steady(30.0, 20_000.0, Arrivals::Poisson, 1).unwrap());
    let counts = counts_by_second(&instants, 20_000);
    let (mean, deviation) = mean_and_deviation(&counts);
    assert!((deviation * deviation / mean - 1.0).abs() < 0.05, "{deviation}");
    let covariance = counts.windows(2).map(|pair| (pair[0] - mean) * (pair[1] - mean)).sum::<f64>()
        / (counts.len() - 1) as f64;
    assert!((covariance / (deviation * deviation)).abs() < 0.04, "{covariance}");
}

#[test]
fn the_same_plan_gives_the_same_instants_and_another_seed_others() {
    let plan = |seed| Plan::steady(200.0, 20.0, Arrivals::Poisson, seed).unwrap();
    assert_eq!(seconds(&plan(5)), seconds(&plan(5)));
    assert_ne!(seconds(&plan(5)), seconds(&plan(6)));
}

#[test]
fn even_arrivals_are_spaced_by_the_rate() {
    for rate in [0.3, 1.0, 7.0, 333.3] {
        let instants = seconds(&Plan::steady(rate, 100.0, Arrivals::Smooth, 1).unwrap());
        assert!((instants.len() as f64 - rate * 100.0).abs() <= 1.0, "{} at {rate}", instants.len());
        assert!((instants[0] * rate - 0.5).abs() < 1e-6);
        for spacing in spacings(&instants) {
            assert!((spacing * rate - 1.0).abs() < 1e-5, "{spacing} at {rate}");
        }
    }
}

#[test]
fn even_arrivals_stay_even_where_the_rate_changes() {
    let options = PlanOptions { arrivals: Arrivals::Smooth, ..PlanOptions::default() };
    let plan = Plan::new(&series(2, &[0.4, 0.9, 0.0, 3.0]), options).unwrap();
    let instants = seconds(&plan);
    // Expected requests are 0.8 after 2 s, 2.6 after 4 s, 2.6 after 6 s, 8.6 after 8 s.
    let expected = [1.25, 2.0 + 0.7 / 0.9, 2.0 + 1.7 / 0.9, 6.3, 6.633, 6.967, 7.3, 7.633, 7.967];
    assert_eq!(instants.len(), expected.len(), "{instants:?}");
    for (instant, expected) in instants.iter().zip(expected) {
        assert!((instant - expected).abs() < 1e-3, "{instants:?}");
    }
}

#[test]
fn a_modulated_rate_scatters_more_than_poisson() {
    let arrivals = Arrivals::Overdispersed { cv: 0.5, correlation_s: 5.0 };
    let instants = seconds(&Plan::steady(50.0, 5_000.0, arrivals, 2).unwrap());
    let counts = counts_by_second(&instants, 5_000);
    let (mean, deviation) = mean_and_deviation(&counts);
    // λ + (cv λ)² = 50 + 625
    assert!((deviation * deviation / mean) > 8.0, "{deviation}");
}

#[test]
fn speed_up_shortens_time_and_keeps_rates() {
    let options = PlanOptions { speed_up: 60.0, ..PlanOptions::default() };
    let plan = Plan::new(&series(60, &[10.0, 20.0, 30.0]), options).unwrap();
    assert_eq!(plan.duration(), Span::seconds(3));
    let rates: Vec<f64> = plan.rates_by_second().collect();
    assert_eq!(rates, [10.0, 20.0, 30.0]);
    assert_eq!(plan.rate_at(Span::milliseconds(1_500)), 20.0);
    assert_eq!(plan.rate_at(Span::seconds(3)), 0.0);
}

#[test]
fn the_stretch_that_is_played_decides_the_scale() {
    let load = series(10, &[100.0, 2.0, 4.0, 100.0]);
    let stretch = PlanOptions { start_s: 10.0, duration_s: Some(20.0), ..PlanOptions::default() };
    let peak = Plan::new(&load, PlanOptions { scale: Scale::PeakRps(8.0), ..stretch }).unwrap();
    assert_eq!((peak.peak_rps(), peak.mean_rps(), peak.scale_factor()), (8.0, 6.0, 2.0));
    let mean = Plan::new(&load, PlanOptions { scale: Scale::MeanRps(30.0), ..stretch }).unwrap();
    assert_eq!((mean.peak_rps(), mean.mean_rps()), (40.0, 30.0));
    let factor = Plan::new(&load, PlanOptions { scale: Scale::Factor(0.5), ..stretch }).unwrap();
    assert_eq!(factor.rates_by_second().collect::<Vec<f64>>()[9..11], [1.0, 2.0]);
}

#[test]
fn a_start_inside_a_step_plays_the_rest_of_it() {
    let options = PlanOptions { start_s: 7.0, ..PlanOptions::default() };
    let plan = Plan::new(&series(10, &[5.0, 1.0]), options).unwrap();
    assert_eq!(plan.rates_by_second().collect::<Vec<f64>>()[..5], [5.0, 5.0, 5.0, 1.0, 1.0]);
    assert_eq!(plan.duration(), Span::seconds(13));
}

#[test]
fn a_ramp_climbs_second_by_second() {
    let shape = Shape::Ramp { from_rps: 10.0, to_rps: 110.0, start_s: 10.0, duration_s: 100.0 };
    let spec = LoadSpec::Generated(GeneratedLoad::of(shape));
    let options = PlanOptions { duration_s: Some(120.0), ..PlanOptions::default() };
    let plan = Plan::from_spec(&spec, Path::new(""), options).unwrap();
    let rates: Vec<f64> = plan.rates_by_second().collect();
    assert_eq!((rates.len(), rates[0], rates[60], rates[119]), (120, 10.0, 60.0, 110.0));
}

#[test]
fn what_cannot_be_played_is_named() {
    let told = |options| Plan::new(&series(10, &[0.0, 0.0]), options).unwrap_err().to_string();
    let all = PlanOptions::default();
    assert!(
        told(PlanOptions { start_s: 20.0, ..all }).starts_with("--start-s is 20, must be less than the 20 s")
    );
    assert!(told(PlanOptions { start_s: f64::NAN, ..all }).starts_with("--start-s is NaN"));
    let late = PlanOptions { duration_s: Some(30.0), ..all };
    assert!(told(late).starts_with("--duration-s is 30, must be at most 20 s"), "{}", told(late));
    assert!(
        told(PlanOptions { speed_up: 0.0, ..all }).starts_with("--speed-up is 0, must be a positive number")
    );
    assert!(told(PlanOptions { scale: Scale::PeakRps(9.0), ..all }).contains("has no requests"));
    assert!(told(PlanOptions { duration_s: Some(1e300), ..all }).contains("ten years"));
    let steady = LoadSpec::Generated(GeneratedLoad::of(Shape::Steady { rps: 1.0 }));
    assert!(matches!(Plan::from_spec(&steady, Path::new(""), all), Err(PlanError::NoEnd)));
}

#[test]
fn a_generated_load_has_as_many_requests_as_its_rates_say() {
    let crowd = Shape::FlashCrowd {
        base_rps: 20.0,
        peak_rps: 200.0,
        at_s: 60.0,
        rise_s: 30.0,
        hold_s: 60.0,
        decay_s: 30.0,
    };
    let spec = LoadSpec::Generated(GeneratedLoad::of(crowd));
    let options = PlanOptions { duration_s: Some(600.0), ..PlanOptions::default() };
    let plan = Plan::from_spec(&spec, Path::new(""), options).unwrap();
    let expected: f64 = plan.rates_by_second().sum();
    let count = plan.instants().count() as f64;
    assert!((count - expected).abs() < 5.0 * expected.sqrt(), "{count} for {expected}");
}
