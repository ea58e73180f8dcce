//! The demand features are causal and free of scale, and what is missing is never zero.
#![expect(clippy::expect_used, reason = "a test that cannot go on fails")]

mod world;

use podpilot_controller::{
    CapacityCurve, ControllerConfig, DEMAND_FEATURES, DemandEncoder, DemandFeature, GuardSettings, Policy,
};
use podpilot_core::{Autoscaler, ReplicaBounds, Sample, Span, Timestamp};
use proptest::prelude::*;

type Features = [f32; DEMAND_FEATURES.len()];

fn at(second: i64) -> Timestamp {
    Timestamp(0) + Span::seconds(second)
}

fn sample(second: i64, rate_rps: f64) -> Sample<f64> {
    Sample { value: rate_rps, at: at(second), window: Span::seconds(30) }
}

/// Features after each rate of a series, one every 15 s; `None` is a sample that did not come.
fn encode(rates: &[Option<f64>]) -> Vec<Features> {
    let mut encoder = DemandEncoder::new();
    let decide = |(i, rate): (usize, &Option<f64>)| {
        let second = 15 * i as i64;
        encoder.observe(at(second + 10), rate.map(|rate| sample(second, rate)).as_ref());
        encoder.features(at(second + 10))
    };
    rates.iter().enumerate().map(decide).collect()
}

/// More than a day of load with a daily shape, noise, and a burst at the same time of both days.
fn two_days(noise: &[f64]) -> Vec<Option<f64>> {
    let rate = |i: usize| {
        let day = core::f64::consts::TAU * i as f64 / 5_760.0;
        let burst = if i % 5_760 > 300 && i % 5_760 < 330 { 2.5 } else { 1.0 };
        (120.0 + 60.0 * libm::sin(day)) * burst * noise[i % noise.len()]
    };
    (0..5_760 + 700).map(|i| Some(rate(i))).collect()
}

fn feature(features: &Features, which: DemandFeature) -> f32 {
    features[which as usize]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]

    #[test]
    fn a_different_future_changes_no_past_feature(
        noise in prop::collection::vec(0.5..1.5_f64, 7..60),
        cut in 5_000_usize..6_400,
        factor in 0.0..50.0_f64,
    ) {
        let original = two_days(&noise);
        let changed: Vec<_> = original
            .iter()
            .enumerate()
            .map(|(i, rate)| if i < cut { *rate } else { rate.map(|rate| rate * factor) })
            .collect();
        let (before, after) = (encode(&original), encode(&changed));
        prop_assert_eq!(&before[..cut], &after[..cut]);
        prop_assert!(factor == 1.0 || before[cut] != after[cut], "the change itself must be seen");
    }

    #[test]
    fn doubling_the_load_changes_no_feature(noise in prop::collection::vec(0.5..1.5_f64, 7..60), power in -8..12_i32) {
        let load = two_days(&noise);
        let factor = libm::exp2(f64::from(power));
        let scaled: Vec<_> = load.iter().map(|rate| rate.map(|rate| rate * factor)).collect();
        prop_assert_eq!(encode(&load), encode(&scaled));
    }

    #[test]
    fn any_other_factor_changes_features_by_rounding_only(
        noise in prop::collection::vec(0.5..1.5_f64, 7..60),
        factor in 0.01..1_000.0_f64,
    ) {
        let load = two_days(&noise);
        let scaled: Vec<_> = load.iter().map(|rate| rate.map(|rate| rate * factor)).collect();
        for (before, after) in encode(&load).iter().zip(encode(&scaled)) {
            for (index, (x, y)) in before.iter().zip(after).enumerate() {
                // The day is remembered in 16 bits; through the peak that rounding reaches the floor of every ratio.
                prop_assert!((x - y).abs() < 0.005, "{}: {x} and {y}", DEMAND_FEATURES[index].name);
            }
        }
    }

    #[test]
    fn features_are_finite_and_moderate_whatever_comes(
        rates in prop::collection::vec(
            prop::option::of(prop_oneof![0.0..1e6_f64, Just(0.0), Just(f64::NAN), Just(f64::INFINITY), Just(-3.0)]),
            1..300,
        ),
    ) {
        for features in encode(&rates) {
            for (value, description) in features.iter().zip(DEMAND_FEATURES) {
                prop_assert!(value.abs() < 8.0, "{} is {value}", description.name);
            }
        }
    }

    #[test]
    fn twice_the_load_gets_twice_the_pods(
        noise in prop::collection::vec(0.7..1.4_f64, 7..60),
        power in 1..6_u32,
        seed in 0..1_000_u64,
    ) {
        let factor = 1_i32 << power;
        let rates: Vec<f64> = two_days(&noise)[200..500].iter().flatten().copied().collect();
        let small = replicas(&rates, seed);
        let large = replicas(&rates.iter().map(|rate| rate * f64::from(factor)).collect::<Vec<_>>(), seed);
        for (small, large) in small.into_iter().zip(large) {
            prop_assert!(factor * (small - 1) < large && large <= factor * small, "{small} and {large}, x {factor}");
        }
    }
}

/// Replicas of the base policy along a load, with nothing of fixed size in the way.
fn replicas(rates: &[f64], seed: u64) -> Vec<i32> {
    let bounds = ReplicaBounds { min: 0, max: i32::MAX };
    let guard = GuardSettings {
        scale_up: None,
        scale_down: None,
        restart_hold: Span::ZERO,
        ..GuardSettings::within(bounds)
    };
    let capacity = CapacityCurve::linear(world::RPS_PER_POD).expect("positive");
    let config = ControllerConfig { capacity, guard, ..world::config() };
    let mut controller = world::controller(config, world::drawn_forecaster(seed), Policy::Quantile);
    let mut world = world::World::new(1);
    let decide = |rate: &f64| controller.decide(world.tick(*rate, 0.0)).replicas.expect("always decides");
    rates.iter().map(decide).collect()
}

#[test]
fn a_constant_load_is_all_zeros_but_for_the_clock() {
    let features = encode(&vec![Some(80.0); 100]).pop().expect("a hundred");
    let floor = libm::log(81.0 / 80.8) as f32;
    for (value, description) in features.iter().zip(DEMAND_FEATURES).take(12) {
        assert!(value.abs() <= floor, "{} is {value}", description.name);
    }
}

#[test]
fn ratios_and_slopes_have_their_closed_forms() {
    // 100, 102, … one step every 15 s: the level is the mean of the last eight, the floor 1 % of the highest.
    let rates: Vec<_> = (0..40).map(|i| Some(100.0 + 2.0 * f64::from(i))).collect();
    let features = encode(&rates).pop().expect("forty");
    let (last, level, floor) = (178.0, 171.0, 1.78);
    let expect = |which, expected: f64| {
        let got = feature(&features, which);
        assert!((f64::from(got) - expected).abs() < 1e-6, "{which:?}: {got}, expected {expected}");
    };
    let ratio = |rate: f64| libm::log((rate + floor) / (level + floor));
    expect(DemandFeature::RateLast, ratio(last));
    expect(DemandFeature::RateMean30S, ratio(177.0));
    expect(DemandFeature::RateMean1M, ratio(175.0));
    expect(DemandFeature::RateMean5M, ratio(159.0));
    expect(DemandFeature::RateMean10M, ratio(139.0));
    expect(DemandFeature::Max10M, ratio(last));
    expect(DemandFeature::Min10M, ratio(100.0));
    expect(DemandFeature::Slope1M, libm::log1p(8.0 / (level + floor)));
    expect(DemandFeature::Slope5M, libm::log1p(8.0 / (level + floor)));
    let deviation = |k: f64| (4.0 * (k * k - 1.0) / 12.0).sqrt();
    expect(DemandFeature::Deviation2M, libm::log1p(deviation(8.0) / (level + floor)));
    expect(DemandFeature::Deviation10M, libm::log1p(deviation(40.0) / (level + floor)));
}

#[test]
fn yesterdays_burst_is_announced_before_it_comes_again() {
    let load = two_days(&[1.0]);
    let features = encode(&load);
    let burst_starts = 5_760 + 301;
    let one_minute_before = &features[burst_starts - 4];
    assert!(feature(one_minute_before, DemandFeature::YesterdayRise2M) > 0.8, "2.5 times is ln 2.5 = 0.92");
    assert!(feature(&features[burst_starts - 36], DemandFeature::YesterdayRise10M) > 0.8);
    assert!(feature(&features[burst_starts - 60], DemandFeature::YesterdayRise10M) < 0.1);
    assert_eq!(feature(&features[301 - 4], DemandFeature::YesterdayRise2M), 0.0, "unknown on the first day");
}

#[test]
fn a_missing_sample_changes_nothing_but_the_clock() {
    let mut encoder = DemandEncoder::new();
    for i in 0..30 {
        encoder.observe(at(15 * i), Some(&sample(15 * i, 50.0 + i as f64)));
    }
    let now = at(15 * 29 + 30);
    let before = encoder.features(now);
    encoder.observe(now, None);
    encoder.observe(now, Some(&sample(15 * 29, 0.0)));
    encoder.observe(now, Some(&Sample { value: f64::NAN, ..sample(15 * 30, 0.0) }));
    assert_eq!(encoder.features(now), before);
    assert_eq!(encoder.age(now), Some(Span::seconds(30)), "stale is never fresh");
}

#[test]
fn a_clock_set_back_forgets_the_future() {
    let mut encoder = DemandEncoder::new();
    encoder.observe(at(100_000), Some(&sample(100_000, 900.0)));
    encoder.observe(at(500), Some(&sample(495, 30.0)));
    assert!((encoder.reference_rps() - 30.3).abs() < 1e-9);
}

#[test]
fn before_the_first_request_there_is_nothing_to_be_relative_to() {
    let mut encoder = DemandEncoder::new();
    assert_eq!(encoder.reference_rps(), 0.0);
    encoder.observe(at(15), Some(&sample(15, 0.0)));
    assert_eq!(encoder.reference_rps(), 0.0);
    encoder.observe(at(30), Some(&sample(30, 100.0)));
    assert!(encoder.reference_rps() > 50.0);
}
