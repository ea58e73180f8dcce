use podpilot_core::Span;
use podpilot_random::Seed;
use proptest::prelude::*;

use super::*;

const SECOND: Span = Span::seconds(1);

fn rates(shape: &Shape, step_s: i64, steps: i64) -> Vec<f64> {
    let step = Span::seconds(step_s);
    shape.series(step, step * steps, Seed(7)).unwrap().rates_rps().to_vec()
}

fn parse(json: &str) -> Shape {
    serde_json::from_str(json).unwrap()
}

#[test]
fn plain_shapes_follow_their_definition() {
    for (json, expected) in [
        (r#"{"shape":"steady","rps":3}"#, [3.0, 3.0, 3.0, 3.0, 3.0, 3.0]),
        (
            r#"{"shape":"ramp","from_rps":0,"to_rps":10,"start_s":1,"duration_s":4}"#,
            [0.0, 0.0, 2.5, 5.0, 7.5, 10.0],
        ),
        (r#"{"shape":"ramp","from_rps":4,"to_rps":0,"duration_s":2}"#, [4.0, 2.0, 0.0, 0.0, 0.0, 0.0]),
        (r#"{"shape":"step","from_rps":1,"to_rps":2,"at_s":3}"#, [1.0, 1.0, 1.0, 2.0, 2.0, 2.0]),
        (
            r#"{"shape":"spike","base_rps":1,"peak_rps":9,"at_s":2,"duration_s":2}"#,
            [1.0, 1.0, 9.0, 9.0, 1.0, 1.0],
        ),
        (
            r#"{"shape":"drop","base_rps":9,"to_rps":1,"at_s":2,"duration_s":2}"#,
            [9.0, 9.0, 1.0, 1.0, 9.0, 9.0],
        ),
        (
            r#"{"shape":"idle_active","idle_rps":0,"active_rps":5,"idle_s":2,"active_s":1}"#,
            [0.0, 0.0, 5.0, 0.0, 0.0, 5.0],
        ),
        (r#"{"shape":"sawtooth","low_rps":0,"high_rps":8,"period_s":4}"#, [0.0, 2.0, 4.0, 6.0, 0.0, 2.0]),
        (
            r#"{"shape":"sum","parts":[{"shape":"steady","rps":1},{"shape":"step","from_rps":0,"to_rps":2,"at_s":4}]}"#,
            [1.0, 1.0, 1.0, 1.0, 3.0, 3.0],
        ),
        (
            r#"{"shape":"product","parts":[{"shape":"steady","rps":3},{"shape":"step","from_rps":1,"to_rps":0.5,"at_s":4}]}"#,
            [3.0, 3.0, 3.0, 3.0, 1.5, 1.5],
        ),
        (
            r#"{"shape":"repeat","every_s":3,"part":{"shape":"step","from_rps":0,"to_rps":1,"at_s":2}}"#,
            [0.0, 0.0, 1.0, 0.0, 0.0, 1.0],
        ),
    ] {
        assert_eq!(rates(&parse(json), 1, 6), expected, "{json}");
    }
}

#[test]
fn a_flash_crowd_gathers_stays_and_thins_out() {
    let crowd = parse(
        r#"{"shape":"flash_crowd","base_rps":10,"peak_rps":110,"at_s":10,"rise_s":20,"hold_s":30,"decay_s":40}"#,
    );
    let seen = rates(&crowd, 10, 15);
    assert_eq!(seen[..7], [10.0, 10.0, 60.0, 110.0, 110.0, 110.0, 110.0]);
    assert!((seen[10] - (10.0 + 100.0 * libm::exp(-1.0))).abs() < 1e-9, "{}", seen[10]);
    assert!(seen.windows(2).skip(6).all(|pair| pair[1] < pair[0]));
    let at_once =
        Shape::FlashCrowd { base_rps: 1.0, peak_rps: 5.0, at_s: 0.0, rise_s: 0.0, hold_s: 1.0, decay_s: 1.0 };
    assert_eq!(rates(&at_once, 1, 2), [5.0, 5.0], "a rise of no time jumps");
}

#[test]
fn noise_keeps_its_mean_and_parts_of_a_sum_differ() {
    let noise = r#"{"shape":"noise","mean_rps":50,"cv":0.2,"correlation_s":30}"#;
    let seen = rates(&parse(noise), 10, 200_000);
    let mean = seen.iter().sum::<f64>() / seen.len() as f64;
    assert!((mean - 50.0).abs() < 0.3, "{mean}");
    let sum = parse(&format!(r#"{{"shape":"sum","parts":[{noise},{noise}]}}"#));
    let twice = parse(&format!(r#"{{"shape":"product","parts":[{{"shape":"steady","rps":2}},{noise}]}}"#));
    let spread = |rates: &[f64]| {
        let mean = rates.iter().sum::<f64>() / rates.len() as f64;
        (rates.iter().map(|rate| (rate - mean) * (rate - mean)).sum::<f64>() / rates.len() as f64).sqrt()
            / mean
    };
    let (sum, twice) = (spread(&rates(&sum, 10, 200_000)), spread(&rates(&twice, 10, 200_000)));
    assert!((sum * std::f64::consts::SQRT_2 / twice - 1.0).abs() < 0.02, "independent parts: {sum} {twice}");
}

#[test]
fn noise_in_a_repeated_part_does_not_repeat() {
    let shape = parse(
        r#"{"shape":"repeat","every_s":10,"part":{"shape":"noise","mean_rps":1,"cv":0.5,"correlation_s":0}}"#,
    );
    let seen = rates(&shape, 1, 20);
    assert!(seen[..10].iter().zip(&seen[10..]).all(|(first, second)| first != second));
}

#[test]
fn a_repetition_that_is_no_whole_number_of_steps_keeps_its_own_time() {
    let part = Shape::Ramp { from_rps: 0.0, to_rps: 25.0, start_s: 0.0, duration_s: 25.0 };
    let shape = Shape::Repeat { every_s: 25.0, part: Box::new(part) };
    assert_eq!(rates(&shape, 10, 6), [0.0, 10.0, 20.0, 5.0, 15.0, 0.0]);
}

#[test]
fn the_mean_of_a_daily_load_is_the_mean_asked_for() {
    let quiet = parse(
        r#"{"shape":"daily","mean_rps":120,"peak_to_mean":2.2,"bursts":{"per_day":6,"factor":2.5,"minutes":8},
            "noise":{"minute_cv":0.05,"drift_cv":0}}"#,
    );
    let seen = rates(&quiet, 60, 400 * 1_440);
    let mean = seen.iter().sum::<f64>() / seen.len() as f64;
    assert!((mean / 120.0 - 1.0).abs() < 0.01, "{mean}");
}

#[test]
fn six_named_scenarios_span_the_rates_of_their_names() {
    for (name, low, high) in [
        ("steady", 2_500.0, 4_000.0),
        ("ramp", 1_000.0, 5_000.0),
        ("spike", 2_000.0, 10_000.0),
        ("flash-crowd", 1_500.0, 15_000.0),
        ("daily", 500.0, 2_000.0),
        ("idle", 50.0, 3_000.0),
    ] {
        let preset: Preset = name.parse().unwrap();
        assert_eq!(preset.to_string(), name);
        let period = preset.period();
        let series = preset.shape().series(Span::seconds(10), period + period, Seed(1)).unwrap();
        let near = |seen: f64, expected: f64| (seen / expected - 1.0).abs() < 1e-3;
        assert!(near(series.quantile(0.0), low), "{name}: {}", series.quantile(0.0));
        assert!(near(series.max(), high), "{name}: {}", series.max());
        let half = series.rates_rps().len() / 2;
        let begins_anew = series.rates_rps()[..half].iter().zip(&series.rates_rps()[half..]);
        assert!(begins_anew.into_iter().all(|(first, second)| (first - second).abs() < 1e-6), "{name}");
    }
    assert_eq!(
        "burst".parse::<Preset>().unwrap_err().to_string(),
        "preset is `burst`, must be one of steady, ramp, spike, flash-crowd, daily, idle"
    );
}

#[test]
fn impossible_parameters_name_their_field() {
    for (json, expected) in [
        (r#"{"shape":"steady","rps":-1}"#, "load.rps is -1, must be a number of at least 0"),
        (
            r#"{"shape":"ramp","from_rps":1,"to_rps":2,"duration_s":0}"#,
            "load.duration_s is 0, must be a positive number",
        ),
        (
            r#"{"shape":"daily","mean_rps":1,"peak_to_mean":0.9}"#,
            "load.peak_to_mean is 0.9, must be a ratio from 1 to 20",
        ),
        (
            r#"{"shape":"daily","mean_rps":1,"peak_to_mean":2,"peak_hour":25}"#,
            "load.peak_hour is 25, must be an hour from 0 to 24",
        ),
        (
            r#"{"shape":"daily","mean_rps":1,"peak_to_mean":2,"bursts":{"per_day":1,"factor":0.5,"minutes":1}}"#,
            "load.bursts.factor is 0.5, must be a factor of at least 1",
        ),
        (
            r#"{"shape":"daily","mean_rps":1,"peak_to_mean":2,"noise":{"drift_cv":-1}}"#,
            "load.noise.drift_cv is -1, must be a coefficient of variation from 0 to 10",
        ),
        (
            r#"{"shape":"sum","parts":[{"shape":"steady","rps":1},{"shape":"steady","rps":-2}]}"#,
            "load.parts[1].rps is -2, must be a number of at least 0",
        ),
        (r#"{"shape":"product","parts":[]}"#, "load.parts is empty, must be a list of at least one shape"),
        (
            r#"{"shape":"repeat","every_s":-1,"part":{"shape":"steady","rps":1}}"#,
            "load.every_s is -1, must be a positive number",
        ),
    ] {
        assert_eq!(parse(json).validate("load").unwrap_err().to_string(), expected);
    }
}

#[test]
fn what_would_not_end_is_refused() {
    let mut shape = Shape::Steady { rps: 1.0 };
    for _ in 0..40 {
        shape = Shape::Sum { parts: vec![shape] };
    }
    let error = shape.validate("load").unwrap_err().to_string();
    assert!(error.ends_with("must be a composition of at most 16 levels"), "{error}");
    let error = Shape::Steady { rps: 1.0 }.series(Span(1), SECOND, Seed(1)).unwrap_err().to_string();
    assert!(error.contains("must be at most 80 million steps long"), "{error}");
    let huge = Shape::Product { parts: vec![Shape::Steady { rps: 1e200 }, Shape::Steady { rps: 1e200 }] };
    let error = huge.series(SECOND, SECOND, Seed(1)).unwrap_err().to_string();
    assert!(error.contains("must be a load whose rates stay finite"), "{error}");
}

fn any_shape() -> impl Strategy<Value = Shape> {
    let rate = 0.0..5_000.0;
    let leaf = prop_oneof![
        rate.clone().prop_map(|rps| Shape::Steady { rps }),
        (rate.clone(), rate.clone(), 1.0..500.0).prop_map(|(from_rps, to_rps, duration_s)| Shape::Ramp {
            from_rps,
            to_rps,
            start_s: 0.0,
            duration_s
        }),
        (1.0..100.0, 0.0..2.0, 0.0..100.0).prop_map(|(mean_rps, cv, correlation_s)| Shape::Noise {
            mean_rps,
            cv,
            correlation_s
        }),
        (1.0..100.0, 1.0..6.0, 0.0..50.0).prop_map(|(mean_rps, peak_to_mean, per_day)| Shape::Daily {
            mean_rps,
            peak_to_mean,
            peak_hour: 12.0,
            bursts: Some(Bursts { per_day, factor: 3.0, minutes: 5.0 }),
            noise: DailyNoise::default(),
        }),
    ];
    leaf.prop_recursive(2, 6, 3, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 1..3).prop_map(|parts| Shape::Sum { parts }),
            (1.0..300.0, inner).prop_map(|(every_s, part)| Shape::Repeat { every_s, part: Box::new(part) }),
        ]
    })
}

proptest! {
    #[test]
    fn a_seed_gives_one_load_and_a_longer_one_begins_with_the_shorter(shape in any_shape(), seed: u64) {
        let step = Span::seconds(7);
        let long = shape.series(step, step * 200, Seed(seed)).unwrap();
        let short = shape.series(step, step * 120, Seed(seed)).unwrap();
        prop_assert_eq!(&long.rates_rps()[..120], short.rates_rps());
        prop_assert!(long.rates_rps().iter().all(|rate| rate.is_finite() && *rate >= 0.0));
        prop_assert_eq!(long, shape.series(step, step * 200, Seed(seed)).unwrap());
    }

    #[test]
    fn shapes_survive_being_written_and_read(shape in any_shape()) {
        let text = serde_json::to_string(&shape).unwrap();
        let back: Shape = serde_json::from_str(&text).unwrap();
        prop_assert_eq!(serde_json::to_string(&back).unwrap(), text);
        prop_assert_eq!(back.validate("load"), Ok(()));
    }
}
