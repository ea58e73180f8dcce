//! Each format is told by its content and read to the same load.

#![expect(clippy::unwrap_used, reason = "a failure is a panic in tests")]

use podpilot_core::Span;
use podpilot_traffic::{Trace, TraceFormat, parse_trace};

fn parse(content: &str) -> Trace {
    parse_trace("load", content.as_bytes()).unwrap()
}

const T0: i64 = 1_700_000_040;

#[test]
fn four_formats_of_one_load() {
    let rates = format!("t_seconds,rps\n{T0},10\n{},20\n{},30.5\n", T0 + 60, T0 + 120);
    let prometheus = format!(
        r#"{{"status":"success","data":{{"resultType":"matrix","result":[
            {{"metric":{{"pod":"a"}},"values":[[{T0},"4"],[{},"8"],[{},"30.5"]]}},
            {{"metric":{{"pod":"b"}},"values":[[{T0},"6"],[{},"12"]]}}]}},"warnings":[]}}"#,
        T0 + 60,
        T0 + 120,
        T0 + 60,
    );
    let data_only = r#"{"resultType":"matrix","result":[{"values":[[1700000040,"10"],[1700000100,"20"],[1700000160.0,"30.5"]]}]}"#;
    let milliseconds =
        format!("\"Time\",\"a\",\"b\"\n{T0}000,4,6\n{}000,8,12\n{}000,30.5,\n", T0 + 60, T0 + 120);
    let excel = "\u{feff}sep=;\r\n\"Time\";\"all\"\r\n2023-11-14 22:14:00;10 req/s\r\n2023-11-14 22:15:00;20 req/s\r\n2023-11-14 22:16:00;30.5 req/s\r\n";
    let iso = "Time,all\n2023-11-14T22:14:00.000Z,10\n2023-11-14T23:15:00+01:00,0.02 K\n2023-11-14T22:16:00Z,1830 req/m\n";
    let expected = parse(&rates);
    assert_eq!(expected.series.rates_rps(), [10.0, 20.0, 30.5]);
    assert_eq!(expected.series.recorded_range(), (Span::seconds(T0), Span::seconds(T0 + 180)));
    for (content, format) in [
        (rates.as_str(), TraceFormat::Rates),
        (&prometheus, TraceFormat::Prometheus),
        (data_only, TraceFormat::Prometheus),
        (&milliseconds, TraceFormat::Grafana),
        (excel, TraceFormat::Grafana),
        (iso, TraceFormat::Grafana),
    ] {
        let trace = parse(content);
        assert_eq!(trace.format, format, "{content}");
        assert_eq!(trace.series, expected.series, "{content}");
    }
}

#[test]
fn arrivals_are_counted_in_bins_of_ten_seconds() {
    let trace = parse("t_seconds,work\n5,44\n5,1\n14.999,2\n15,3\n31,4\n");
    assert_eq!(trace.format, TraceFormat::Arrivals);
    assert!(trace.are_counts);
    assert_eq!(trace.series.step(), Span::seconds(10));
    // From 5 s on: three in the first ten seconds, one in the next; the last six seconds are no whole bin.
    assert_eq!(trace.series.rates_rps(), [0.3, 0.1]);
    assert_eq!(parse("t_seconds\n5\n5\n14.999\n15\n31\n").series, trace.series);
}

#[test]
fn missing_samples_are_a_gap_and_not_zero() {
    let rows = |skip: std::ops::Range<i64>| {
        let rows = (0..60).filter(|minute| !skip.contains(minute));
        rows.map(|minute| format!("{},{minute}", 60_000 * minute)).collect::<Vec<_>>().join("\n")
    };
    let whole = parse(&format!("Time,web\n{}", rows(0..0)));
    let holed = parse(&format!("Time,web\n{}", rows(20..40)));
    assert_eq!(whole.series.rates_rps().len(), 60);
    assert_eq!(holed.series.rates_rps().len(), 40);
    assert_eq!(holed.series.discontinuities().collect::<Vec<_>>(), [Span::minutes(20)]);
    let short = parse(&format!("Time,web\n{}", rows(20..23)));
    assert_eq!(
        short.series.rates_rps()[19..24],
        [19.0, 19.0, 19.0, 19.0, 23.0],
        "held for up to five minutes"
    );
}

#[test]
fn the_hash_is_that_of_the_file() {
    // From `printf 't_seconds,rps\n0,1\n60,2\n' | sha256sum`.
    assert_eq!(
        parse("t_seconds,rps\n0,1\n60,2\n").sha256,
        "f1e460eb6c28087a7e58abe195585df6ae7cf74e50d6b102da3ea5beb5e2a070"
    );
}
