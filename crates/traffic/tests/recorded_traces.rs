//! The recorded traces: their published facts, what is done to them, and that the default load is like them.
//! Skipped, visibly, where the traces are absent (`docs/traces.md` says where they come from).

#![expect(clippy::unwrap_used, reason = "a failure is a panic in tests")]

use std::io::Write as _;
use std::path::{Path, PathBuf};

use podpilot_core::Span;
use podpilot_random::Seed;
use podpilot_traffic::{
    GeneratedLoad, LoadSpec, LoadStatistics, Smoothing, Split, SplitLoad, Trace, TraceFormat, TraceLoad,
    parse_trace, read_trace,
};
use serde::Deserialize;

const CAPACITY_RPS: f64 = 40.0;
const CRANES: [&str; 8] = ["crane0", "crane1", "crane2", "crane3", "crane4", "crane5", "crane6", "crane7"];

fn folder() -> Option<PathBuf> {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/traces"));
    if folder.is_dir() {
        return Some(folder.to_owned());
    }
    // Straight to the stream: the test harness hides what passing tests print.
    let note = format!("SKIPPED: the recorded traces are not at {}\n", folder.display());
    std::io::stderr().write_all(note.as_bytes()).unwrap();
    None
}

fn read(folder: &Path, name: &str) -> Trace {
    read_trace(&folder.join(format!("{name}.csv"))).unwrap()
}

fn load(folder: &Path, spec: TraceLoad) -> SplitLoad {
    LoadSpec::Trace(spec).load(folder, CAPACITY_RPS, Seed(1)).unwrap()
}

fn scaled(folder: &Path, name: &str) -> SplitLoad {
    load(folder, TraceLoad { peak_replicas: Some(20.0), ..TraceLoad::of(format!("{name}.csv")) })
}

/// What a manifest publishes of a trace's content.
#[derive(Deserialize)]
struct Published {
    file: String,
    rows: usize,
    mean_rps: Option<f64>,
    max_rps: Option<f64>,
    step_s: Option<i64>,
    sha256: String,
}

#[test]
fn published_facts() {
    let Some(folder) = folder() else { return };
    let manifest = std::fs::read_to_string(folder.join("manifest.json")).unwrap();
    let published: Vec<Published> = serde_json::from_str(&manifest).unwrap();
    assert_eq!(published.len(), 12);
    for facts in published {
        let content = std::fs::read(folder.join(&facts.file)).unwrap();
        let trace = parse_trace(&facts.file, &content).unwrap();
        assert_eq!(trace.sha256, facts.sha256);
        let (Some(mean), Some(max), Some(step)) = (facts.mean_rps, facts.max_rps, facts.step_s) else {
            assert_eq!(trace.format, TraceFormat::Arrivals);
            let last_bin = trace.series.duration();
            let counted = trace.series.rates_rps().iter().sum::<f64>() * 10.0;
            // The last arrival is at 3501.7 s: what lies beyond the last whole bin is not counted.
            assert_eq!(last_bin, Span::seconds(3_500));
            assert!((facts.rows as f64 - counted).abs() < 40.0, "{counted}");
            continue;
        };
        assert_eq!((trace.format, trace.series.step()), (TraceFormat::Rates, Span::seconds(step)));
        // Eight rows of elb_nab.csv stand for two steps each; the published mean is that of the rows.
        let held_twice = if facts.file == "elb_nab.csv" { 8 } else { 0 };
        assert_eq!(trace.series.rates_rps().len(), facts.rows + held_twice, "{}", facts.file);
        let tolerance = if held_twice > 0 { 1e-3 } else { 6e-5 };
        assert!((trace.series.mean() - mean).abs() < tolerance, "{}: {}", facts.file, trace.series.mean());
        // The manifest keeps four decimals, the files six digits.
        assert!(
            (trace.series.max() - max).abs() < 6e-5 + 1e-5 * max,
            "{}: {}",
            facts.file,
            trace.series.max()
        );
    }
}

#[test]
fn gaps_are_cut_and_splits_are_those_of_the_manifest() {
    let Some(folder) = folder() else { return };
    for (name, steps, seams, split) in [
        // 125 310 rows less the ten minutes without data.
        ("worldcup98", 125_300, 7, Split::TrainDays(40.0)),
        // 84 332 rows less 42.55 hours without data.
        ("nasa95", 81_779, 21, Split::TrainDays(40.0)),
        ("elb_nab", 4_032, 8, Split::TrainDays(9.0)),
        ("crane1", 23_040, 0, Split::Train(0.6)),
    ] {
        let trace = read(&folder, name);
        assert_eq!(trace.series.rates_rps().len(), steps, "{name}");
        assert_eq!(trace.series.discontinuities().count(), seams, "{name}");
        assert_eq!(trace.split, Some(split), "{name}");
    }
    let nasa = load(&folder, TraceLoad { smoothing: Smoothing::None, ..TraceLoad::of("nasa95.csv") });
    assert_eq!(nasa.train.recorded_range().1, Span::seconds(3_456_000));
    assert_eq!(nasa.test.recorded_range().0, Span::seconds(3_456_000));
    // The hurricane took the server down for 38 hours from second 2 435 100 on: no step of it is left.
    let outage = (Span::seconds(2_435_100), Span::seconds(2_570_880));
    assert!(nasa.train.recorded_steps().all(|(at, _)| at < outage.0 || at >= outage.1));
}

#[test]
fn days_are_told_apart_and_lie_between_seams() {
    let Some(folder) = folder() else { return };
    for (name, train, test) in
        [("worldcup98", 39, 47), ("nasa95", 35, 18), ("elb_nab", 5, 4), ("crane0", 4, 3), ("crane1", 9, 6)]
    {
        let load = scaled(&folder, name);
        assert_eq!((load.train.days().len(), load.test.days().len()), (train, test), "{name}");
        for part in [&load.train, &load.test] {
            let days = part.days();
            assert!(days.windows(2).all(|pair| pair[0].day < pair[1].day), "{name}: distinct days");
            let seams: Vec<Span> = part.discontinuities().collect();
            let whole = |day: &podpilot_traffic::Window| {
                seams.iter().all(|seam| *seam <= day.start || *seam >= day.start + day.length)
            };
            assert!(days.iter().all(whole), "{name}");
        }
    }
}

#[test]
fn counts_of_a_few_requests_a_second_are_smoothed_and_others_are_not() {
    let Some(folder) = folder() else { return };
    for (name, counts, smoothing_s) in [
        ("worldcup98", true, None),
        ("nasa95", true, Some(269.7)),
        ("elb_nab", true, Some(916.1)),
        ("azure_llm_conv_arrivals", true, Some(33.8)),
    ]
    .into_iter()
    .chain(CRANES.map(|name| (name, false, None)))
    {
        assert_eq!(read(&folder, name).are_counts, counts, "{name}");
        let applied = scaled(&folder, name).smoothing_s.map(|s| (10.0 * s).round() / 10.0);
        assert_eq!(applied, smoothing_s, "{name}");
    }
    // Of the change from minute to minute on nasa95, most is counting noise.
    let raw = TraceLoad { smoothing: Smoothing::None, ..TraceLoad::of("nasa95.csv") };
    let change = |load: &SplitLoad| LoadStatistics::of(&load.train).step_change_p50.unwrap();
    let (raw, smooth) = (change(&load(&folder, raw)), change(&scaled(&folder, "nasa95")));
    assert!(smooth < raw / 5.0 && smooth > 0.02, "{raw} {smooth}");
}

#[test]
fn the_scale_brings_the_train_part_to_the_replicas_asked_for() {
    let Some(folder) = folder() else { return };
    for (name, growth) in [
        ("worldcup98", 8.6),
        ("nasa95", 0.9),
        ("elb_nab", 1.0),
        ("crane0", 1.2),
        ("crane1", 1.5),
        ("crane2", 1.0),
        ("crane3", 1.0),
        ("crane4", 1.1),
        ("crane5", 1.1),
        ("crane6", 37.1),
        ("crane7", 0.8),
    ] {
        let load = scaled(&folder, name);
        let peak_rps = load.train.quantile(0.95);
        assert!((peak_rps / CAPACITY_RPS - 20.0).abs() < 1e-9, "{name}");
        let seen = load.test.quantile(0.95) / peak_rps;
        assert!((seen - growth).abs() <= 0.05, "{name}: test P95 over train P95 is {seen}");
        let raw = self::load(&folder, TraceLoad::of(format!("{name}.csv")));
        assert_eq!(raw.scale_factor, 1.0);
        let ratio = load.test.mean() / raw.test.mean();
        assert!((ratio / load.scale_factor - 1.0).abs() < 1e-9, "{name}: both parts by one factor");
    }
}

/// Values of a statistic over the traces of one-minute rates, and what names them.
type Statistic = (&'static str, fn(&LoadStatistics) -> Option<f64>);

const STATISTICS: [Statistic; 9] = [
    ("daily peak over mean", |s| s.daily_peak_to_mean),
    ("P95 over mean", |s| s.p95_to_mean),
    ("P99 over mean", |s| s.p99_to_mean),
    ("change from minute to minute, median", |s| s.step_change_p50),
    ("the same, P90", |s| s.step_change_p90),
    ("the same, P99", |s| s.step_change_p99),
    ("bursts a day", |s| s.bursts_per_day),
    ("burst factor", |s| s.burst_factor),
    ("burst minutes", |s| s.burst_minutes),
];

/// Each statistic of the default load lies in the middle half of those of the ten recorded traces with one row a
/// minute (`elb_nab` has one in five minutes).
#[test]
fn the_default_load_is_like_the_recorded_traces() {
    let Some(folder) = folder() else { return };
    let names = ["worldcup98", "nasa95"].into_iter().chain(CRANES);
    let recorded: Vec<LoadStatistics> =
        names.map(|name| LoadStatistics::of(&read(&folder, name).series)).collect();
    // 400 days, so that it is the load that is compared and not the luck of one seed.
    let default = LoadSpec::Generated(GeneratedLoad { days: 400.0, ..GeneratedLoad::default() });
    let generated = default.load(&folder, CAPACITY_RPS, Seed(1)).unwrap().whole();
    let generated = LoadStatistics::of(&generated.resampled(Span::minutes(1)).unwrap());
    let mut outside = Vec::new();
    for (name, statistic) in STATISTICS {
        let mut values: Vec<f64> = recorded.iter().filter_map(statistic).collect();
        assert_eq!(values.len(), 10);
        values.sort_unstable_by(f64::total_cmp);
        // The third lowest and the third highest of ten: the quartiles.
        let (low, high) = (values[2], values[7]);
        let seen = statistic(&generated).unwrap();
        println!("{name}: {seen:.3}, traces {low:.3} to {high:.3}");
        if seen < low || seen > high {
            outside.push(name);
        }
    }
    assert!(outside.is_empty(), "outside the middle half of the traces: {outside:?}");
}
