use std::fs;

use podpilot_core::Span;

use super::*;
use crate::parse_trace;

const CAPACITY_RPS: f64 = 40.0;

/// A trace CSV of minutes.
fn csv(rates: impl Iterator<Item = f64>) -> String {
    let rows = rates.enumerate().map(|(minute, rate)| format!("{},{rate}", 60 * minute));
    format!("t_seconds,rps\n{}", rows.collect::<Vec<_>>().join("\n"))
}

fn prepare(load: &TraceLoad, text: &str) -> Result<SplitLoad, TrafficError> {
    load.prepare(&parse_trace("test.csv", text.as_bytes()).unwrap(), CAPACITY_RPS)
}

fn peak(peak_replicas: f64) -> TraceLoad {
    TraceLoad { peak_replicas: Some(peak_replicas), ..TraceLoad::of("test.csv") }
}

#[test]
fn a_trace_stays_as_recorded_unless_asked() {
    let load = prepare(&TraceLoad::of("test.csv"), &csv((0..10).map(|i| 1_000.5 + f64::from(i)))).unwrap();
    assert_eq!(load.scale_factor, 1.0);
    assert_eq!(load.smoothing_s, None);
    assert_eq!(load.train.rates_rps(), [1_000.5, 1_001.5, 1_002.5, 1_003.5, 1_004.5, 1_005.5]);
    assert_eq!(load.test.rates_rps(), [1_006.5, 1_007.5, 1_008.5, 1_009.5]);
    assert_eq!(load.whole().rates_rps().len(), 10);
    assert_eq!(load.whole().discontinuities().count(), 0);
    assert_eq!(load.sources[0].name, "test.csv");
}

#[test]
fn the_train_part_alone_decides_the_scale() {
    let train = (1..=60).map(|i| f64::from(i) + 0.5);
    let calm = csv(train.clone().chain((0..40).map(|_| 1.5)));
    let wild = csv(train.chain((0..40).map(|i| f64::from(i) * 977.5)));
    let (calm, wild) = (prepare(&peak(20.0), &calm).unwrap(), prepare(&peak(20.0), &wild).unwrap());
    assert_eq!(calm.scale_factor, wild.scale_factor);
    assert_eq!(calm.train, wild.train);
    assert!(calm.test != wild.test);
    // The nearest-rank P95 of 1.5 to 60.5 is 57.5 rps, which shall need 20 pods of 40 rps.
    assert!((calm.scale_factor - 800.0 / 57.5).abs() < 1e-12, "{}", calm.scale_factor);
    assert!((calm.train.quantile(0.95) / CAPACITY_RPS - 20.0).abs() < 1e-12);
}

#[test]
fn the_train_part_alone_decides_the_smoothing() {
    let train = (0..60).map(|i| f64::from(i % 3));
    let calm = prepare(&peak(20.0), &csv(train.clone().chain((0..40).map(|_| 1.0)))).unwrap();
    let busy = prepare(&peak(20.0), &csv(train.chain((0..40).map(|_| 9_000.0)))).unwrap();
    assert!(calm.smoothing_s.is_some());
    assert_eq!(calm.smoothing_s, busy.smoothing_s);
    assert_eq!(calm.train, busy.train, "and no smoothing reaches back from the test part");
}

#[test]
fn a_trace_without_load_cannot_be_scaled_to_replicas() {
    let error = prepare(&peak(20.0), &csv((0..10).map(|_| 0.0))).unwrap_err().to_string();
    assert_eq!(
        error,
        "the train part's 95th percentile is 0 rps, so no scale gives 20 replicas; set `scale` instead"
    );
    let fixed = TraceLoad { scale: Some(3.0), ..TraceLoad::of("test.csv") };
    assert_eq!(prepare(&fixed, &csv((0..10).map(f64::from))).unwrap().scale_factor, 3.0);
}

#[test]
fn the_step_can_be_changed() {
    let load = TraceLoad { step_s: Some(120.0), smoothing: Smoothing::None, ..TraceLoad::of("test.csv") };
    let seen = prepare(&load, &csv((0..10).map(f64::from))).unwrap();
    assert_eq!(seen.train.step(), Span::minutes(2));
    assert_eq!(seen.train.rates_rps(), [0.5, 2.5, 4.5]);
    let load = TraceLoad { step_s: Some(50.0), ..load };
    assert!(matches!(prepare(&load, &csv((0..10).map(f64::from))), Err(TrafficError::Resample { .. })));
}

#[test]
fn a_manifest_beside_the_file_gives_gaps_and_split() {
    let folder = tempfile::tempdir().unwrap();
    let text = csv((0..10).map(|i| 100.25 + f64::from(i)));
    fs::write(folder.path().join("web.csv"), &text).unwrap();
    let entry = |sha256: &str| {
        format!(r#"[{{"file":"web.csv","sha256":"{sha256}","gaps":[[120,240]],"split":{{"train":0.5}}}}]"#)
    };
    let manifest = folder.path().join("manifest.json");
    fs::write(&manifest, entry(&crate::trace::sha256_hex(text.as_bytes()))).unwrap();
    let load = TraceLoad::of("web.csv").load("load", folder.path(), CAPACITY_RPS).unwrap();
    assert_eq!(load.train.rates_rps(), [100.25, 101.25, 104.25]);
    assert_eq!(load.train.discontinuities().collect::<Vec<_>>(), [Span::minutes(2)]);
    assert_eq!(load.test.rates_rps().len(), 5);
    assert_eq!(load.whole().discontinuities().collect::<Vec<_>>(), [Span::minutes(2)]);

    let own = TraceLoad { split: Some(Split::Train(0.8)), ..TraceLoad::of("web.csv") };
    let load = own.load("load", folder.path(), CAPACITY_RPS).unwrap();
    assert_eq!(load.test.rates_rps().len(), 2, "what is asked for comes before the manifest");

    fs::write(&manifest, entry("00")).unwrap();
    let error = TraceLoad::of("web.csv").load("load", folder.path(), CAPACITY_RPS).unwrap_err().to_string();
    assert!(error.contains("manifest.json: web.csv: sha256 is 00, but that of the file is"), "{error}");

    fs::write(&manifest, "[{}]").unwrap();
    let error = TraceLoad::of("web.csv").load("load", folder.path(), CAPACITY_RPS).unwrap_err().to_string();
    assert!(error.contains("manifest.json: missing field `file` at line 1"), "{error}");
}

#[test]
fn what_cannot_be_loaded_names_file_or_field() {
    let folder = tempfile::tempdir().unwrap();
    let error = |load: &TraceLoad| load.load("load", folder.path(), CAPACITY_RPS).unwrap_err().to_string();
    let missing = error(&TraceLoad::of("absent.csv"));
    assert!(
        missing.starts_with("cannot read the trace ") && missing.contains("absent.csv: No such file"),
        "{missing}"
    );
    assert_eq!(
        error(&TraceLoad { scale: Some(-2.0), ..TraceLoad::of("x") }),
        "load.scale is -2, must be a positive number"
    );
    assert_eq!(
        error(&TraceLoad { scale: Some(2.0), ..peak(20.0) }),
        "load.scale is 2, must be left out beside peak_replicas"
    );
    fs::write(folder.path().join("web.csv"), csv((0..10).map(f64::from))).unwrap();
    assert_eq!(
        error(&TraceLoad { split: Some(Split::TrainDays(1.0)), ..TraceLoad::of("web.csv") }),
        "web.csv: a split at 86400 s leaves one part empty, must lie inside the recording (0 s to 600 s)"
    );
}
