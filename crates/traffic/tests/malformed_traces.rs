//! Malformed input of every kind is one clear line that names the file, the line and what would be right.

#![expect(clippy::unwrap_used, reason = "a failure is a panic in tests")]

use podpilot_traffic::parse_trace;
use proptest::prelude::*;

fn error(content: &[u8]) -> String {
    let error = parse_trace("load.csv", content).map(|trace| trace.format).unwrap_err().to_string();
    assert!(!error.contains('\n'), "one line: {error}");
    error
}

fn check(cases: &[(&str, &str)]) {
    for (content, expected) in cases {
        assert_eq!(error(content.as_bytes()), *expected, "for {content:?}");
    }
}

#[test]
fn rates() {
    check(&[
        (
            "t_seconds,rps\n0,1\n60,abc\n",
            "load.csv:3: rps is `abc`, which is not a number, must be a finite number of at least 0",
        ),
        (
            "t_seconds,rps\n0,1\n60,\n",
            "load.csv:3: rps is ``, which is not a number, must be a finite number of at least 0",
        ),
        (
            "t_seconds,rps\n0,-1\n60,1\n",
            "load.csv:2: rps is -1, which is negative, must be a finite number of at least 0",
        ),
        ("t_seconds,rps\n0,1\n60,NaN\n", "load.csv:3: rps is NaN, must be a finite number of at least 0"),
        (
            "t_seconds,rps\n0,1\n60,inf\n",
            "load.csv:3: rps is infinite, must be a finite number of at least 0",
        ),
        (
            "t_seconds,rps\n0,1\n60,1e999\n",
            "load.csv:3: rps is infinite, must be a finite number of at least 0",
        ),
        (
            "t_seconds,rps\n0,1\n\n120,1\r\n60,1\n",
            "load.csv:5: t_seconds 60 s is out of order after 120 s, must grow from row to row",
        ),
        (
            "t_seconds,rps\n0,1\n0,2\n",
            "load.csv:3: t_seconds 0 s is out of order after 0 s, must grow from row to row",
        ),
        ("t_seconds,rps\nnoon,1\n", "load.csv:2: t_seconds is `noon`, which is not a number of seconds"),
        (
            "t_seconds,rps\nNaN,1\n",
            "load.csv:2: t_seconds is NaN, must be a number of seconds between -9000000000 and 9000000000",
        ),
        (
            "t_seconds,rps\n1e300,1\n",
            &format!(
                "load.csv:2: t_seconds is {}, must be a number of seconds between -9000000000 and 9000000000",
                1e300_f64
            ),
        ),
        ("t_seconds,rps\n0,1,2\n", "load.csv:2: 3 fields, must be 2: t_seconds,rps"),
        ("t_seconds,rps\n0\n", "load.csv:2: 1 fields, must be 2: t_seconds,rps"),
        ("t_seconds,rps\n", "load.csv: there are no samples, must be at least two"),
        ("t_seconds,rps\n0,5\n", "load.csv: there is one sample, must be at least two"),
    ]);
}

#[test]
fn arrivals() {
    check(&[
        (
            "t_seconds\n0\n1\n0.5\n",
            "load.csv:4: t_seconds 0.5 s is out of order after 1 s, must not fall from row to row",
        ),
        ("t_seconds,work\n0,5\n1\n", "load.csv:3: 1 fields, must be 2: t_seconds,work"),
        ("t_seconds\n0,5\n", "load.csv:2: 2 fields, must be 1: t_seconds"),
        (
            "t_seconds,work\n0,-5\n",
            "load.csv:2: work is -5, which is negative, must be a finite number of at least 0",
        ),
        ("t_seconds\n", "load.csv: there are no arrivals below the header, must be at least one"),
        ("t_seconds\n0\n3\n", "load.csv: the arrivals span 3 s, must span at least 10 s"),
    ]);
}

#[test]
fn headers_and_encodings() {
    let expected = "must be `t_seconds,rps` (rates), `t_seconds` or `t_seconds,work` (one arrival a row), \
                    `\"Time\",...` (Grafana export), or a Prometheus query_range answer in JSON";
    assert_eq!(error(b"0,1\n60,2\n"), format!("load.csv:1: the header is `0,1`, {expected}"));
    assert_eq!(
        error(b"\n\ntime,value\n0,1\n"),
        format!("load.csv:3: the header is `time,value`, {expected}")
    );
    let empty = error(b"");
    assert!(empty.starts_with("load.csv: the file is empty, must start with `t_seconds,rps`"), "{empty}");
    assert_eq!(error(b" \n\n"), empty);
    assert_eq!(error(b"t_seconds,rps\n0,1\n60,\xff\n"), "load.csv:3: not UTF-8 text, must be CSV or JSON");
    let long = error(format!("{}\n0,1\n", "x".repeat(1_000)).as_bytes());
    assert!(long.contains("xxx…`, must be") && long.len() < 400, "{long}");
    assert_eq!(error(b"[1, 2]"), format!("load.csv:1: the header is `[1, 2]`, {expected}"));
}

#[test]
fn grafana_exports() {
    check(&[
        (
            "\"Time\",\"web\"\n1700000000000,1\n1700000060000,-2\n",
            "load.csv:3: `web` is -2, which is negative, must be a finite number of at least 0",
        ),
        (
            "\"Time\",\"web\"\n1700000000000,1\n\n1700000060000,NaN\n",
            "load.csv:4: `web` is NaN, must be a finite number of at least 0",
        ),
        (
            "\"Time\",\"web\"\n1700000000000,85%\n",
            "load.csv:2: `web` is `85%`, whose unit `%` is not a rate of requests, must be none, req/s, req/m or the like",
        ),
        (
            "\"Time\",\"web\"\n24.11.2026 12:00,1\n",
            "load.csv:2: Time is `24.11.2026 12:00`, must be milliseconds since the epoch or a date such as 2026-11-24 12:00:00",
        ),
        (
            "\"Time\",\"web\"\n2026-11-24 12:00:00,1\n2026-11-24 11:00:00,1\n",
            "load.csv:3: Time 1795518000 s is out of order after 1795521600 s, must grow from row to row (export in UTC, or without formatted data)",
        ),
        ("\"Time\",\"web\"\n1700000000000,1,2\n", "load.csv:2: 3 fields, must be 2 as in the header"),
        ("\"Time\"\n1700000000000\n", "load.csv:1: the header is `Time`, must be `\"Time\",\"NAME\",...`"),
        ("\"Time\",\"web\"\n", "load.csv: there are no samples, must be at least two"),
        ("\"Time\",\"web\"\n1,\n2,\n", "load.csv: there are no samples, must be at least two"),
        ("sep=,\n", "load.csv: there is no header, must be `\"Time\",\"NAME\",...`"),
    ]);
}

fn answer(values: &str) -> String {
    format!(
        "{{\n \"status\": \"success\",\n \"data\": {{\n  \"resultType\": \"matrix\",\n  \"result\": [{{\n   \"metric\": {{}},\n   \"values\": [\n{values}\n   ]\n  }}]\n }}\n}}"
    )
}

#[test]
fn prometheus_answers() {
    let value = "must be a finite number of at least 0";
    for (values, expected) in [
        ("[0, \"1\"],\n[60, \"NaN\"]", format!("load.csv:9: sample 1 (at 60) is NaN, {value}")),
        ("[0, \"1\"],\n[60, \"+Inf\"]", format!("load.csv:9: sample 1 (at 60) is infinite, {value}")),
        (
            "[0, \"1\"],\n[60, \"-3\"]",
            format!("load.csv:9: sample 1 (at 60) is -3, which is negative, {value}"),
        ),
        ("[\n0,\n\"x\"\n]", format!("load.csv:10: sample 0 (at 0) is `x`, which is not a number, {value}")),
        (
            "[60, \"1\"],\n[0, \"1\"]",
            "load.csv:9: the time of sample 1 0 s is out of order after 60 s, must grow from row to row"
                .to_owned(),
        ),
        (
            "[\n60,\n\"1\"\n],\n[\n0,\n\"1\"\n]",
            "load.csv:13: the time of sample 1 0 s is out of order after 60 s, must grow from row to row".to_owned(),
        ),
        (
            "[\n1e10,\n\"1\"\n]",
            "load.csv:9: the time of sample 0 is 10000000000, must be a number of seconds between -9000000000 and 9000000000".to_owned(),
        ),
        ("[\"0\", \"1\"]", "load.csv:8: invalid type: string \"0\", expected the time of sample 0 in seconds".to_owned()),
        ("[0, 5]", "load.csv:8: invalid type: integer `5`, expected the value of sample 0 in quotes, as Prometheus writes it".to_owned()),
        ("[0]", "load.csv:8: invalid length 1, expected sample 0 as [time, \"value\"]".to_owned()),
        ("[0, \"1\", 2]", "load.csv:8: invalid length 3, expected sample 0 as [time, \"value\"]".to_owned()),
        ("7", "load.csv:8: invalid type: integer `7`, expected sample 0 as [time, \"value\"]".to_owned()),
        ("", "load.csv: there are no samples, must be at least two".to_owned()),
        ("[0, \"1\"]", "load.csv: there is one sample, must be at least two".to_owned()),
    ] {
        assert_eq!(error(answer(values).as_bytes()), expected, "for {values}");
    }
}

#[test]
fn other_answers_of_prometheus() {
    check(&[
        (
            r#"{"status":"error","errorType":"bad_data","error":"parse error"}"#,
            "load.csv: Prometheus answered with status `error` (parse error), must be `success`",
        ),
        (
            r#"{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[0,"1"]}]}}"#,
            "load.csv: resultType is `vector`, must be `matrix`: save the answer of query_range, not of query",
        ),
        (
            r#"{"status":"success","data":{"resultType":"scalar","result":[0,"1"]}}"#,
            "load.csv: resultType is `scalar`, must be `matrix`: save the answer of query_range, not of query",
        ),
        (
            r#"{"dashboard": 3}"#,
            "load.csv: there is no `data.resultType`, must be `matrix` (Prometheus query_range)",
        ),
        (
            r#"{"resultType":"matrix"}"#,
            "load.csv: there is no `data.result`, must be a Prometheus query_range answer",
        ),
        ("{\n\"status\": \"success\",\n\"data\": {\"resu", "load.csv:3: EOF while parsing a string"),
        ("{\n \"status\": \"success\"\n oops", "load.csv:3: expected `,` or `}`"),
    ]);
}

const WELL_FORMED: [&str; 5] = [
    "t_seconds,rps\n0,1\n60,2.5\n120,3e2\n",
    "t_seconds,work\n0,44\n4.3,109\n45.1,55\n",
    "\"Time\",\"web\",\"api\"\n1700000000000,1.2 K,\n1700000060000,\"1,234 req/s\",5\n",
    "sep=;\nTime;web\n2026-11-24 12:00:00;1\n2026-11-24T13:01:00.5+01:00;2 req/m\n",
    r#"{"status":"success","data":{"resultType":"matrix","result":[{"metric":{},"values":[[0,"1"],[60,"2"]]}]}}"#,
];

fn reads_or_explains(content: &[u8]) -> Result<(), TestCaseError> {
    match parse_trace("load.csv", content) {
        Ok(trace) => {
            let sound = |rate: &f64| rate.is_finite() && *rate >= 0.0;
            prop_assert!(trace.series.rates_rps().iter().all(sound));
        }
        Err(error) => {
            let error = error.to_string();
            prop_assert!(error.starts_with("load.csv:") && error.len() < 500, "{}", error);
            prop_assert!(!error.contains(char::is_control), "{:?}", error);
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn damaged_files_are_read_or_explained(
        which in 0_usize..5,
        at: prop::sample::Index,
        length in 0_usize..6,
        put in "[0-9a-zA-Zµ:;,.%+\\- \"\\[\\]{}\n]{0,5}",
    ) {
        let text = WELL_FORMED[which];
        let from = at.index(text.len());
        let until = (from + length).min(text.len());
        let damaged = [&text.as_bytes()[..from], put.as_bytes(), &text.as_bytes()[until..]].concat();
        reads_or_explains(&damaged)?;
    }

    #[test]
    fn any_bytes_are_read_or_explained(content in prop::collection::vec(any::<u8>(), 0..200)) {
        reads_or_explains(&content)?;
        for header in ["t_seconds,rps\n", "t_seconds\n", "Time,a\n", "{\"a\":"] {
            reads_or_explains(&[header.as_bytes(), &content].concat())?;
        }
    }
}

#[test]
fn what_is_damaged_below_was_well_formed() {
    for text in WELL_FORMED {
        parse_trace("load.csv", text.as_bytes()).map_err(|error| format!("{text}: {error}")).unwrap();
    }
}
