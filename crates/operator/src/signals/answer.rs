use podpilot_core::Timestamp;
use serde::Deserialize;

use super::SignalFault;

/// A number with the time at which Prometheus says that it holds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Answer {
    /// The value; finite.
    pub value: f64,
    /// Its time.
    pub at: Timestamp,
}

#[derive(Debug, Deserialize)]
struct Envelope {
    status: String,
    data: Option<Data>,
    error: Option<String>,
    #[serde(default)]
    warnings: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Data {
    result_type: String,
    result: serde_json::Value,
}

/// Seconds and the value as text.
type Point = (f64, String);

#[derive(Debug, Deserialize)]
struct InstantSeries {
    value: Point,
}

#[derive(Debug, Deserialize)]
struct RangeSeries {
    values: Vec<Point>,
}

/// The one number in the answer to an instant query.
pub fn parse_instant(body: &[u8]) -> Result<Answer, SignalFault> {
    let data = data(body)?;
    match data.result_type.as_str() {
        "scalar" => number(&read::<Point>(data.result)?),
        "vector" => number(&only(read::<Vec<InstantSeries>>(data.result)?)?.value),
        other => Err(malformed(format!("result type is {other}, must be vector or scalar"))),
    }
}

/// The one series in the answer to a range query; values that are no numbers are left out.
pub fn parse_range(body: &[u8]) -> Result<Vec<Answer>, SignalFault> {
    let data = data(body)?;
    if data.result_type != "matrix" {
        return Err(malformed(format!("result type is {}, must be matrix", data.result_type)));
    }
    let series = only(read::<Vec<RangeSeries>>(data.result)?)?;
    Ok(series.values.iter().filter_map(|point| number(point).ok()).collect())
}

fn data(body: &[u8]) -> Result<Data, SignalFault> {
    let envelope: Envelope =
        serde_json::from_slice(body).map_err(|problem| malformed(problem.to_string()))?;
    if envelope.status != "success" {
        return Err(malformed(envelope.error.unwrap_or_else(|| format!("status is {}", envelope.status))));
    }
    if let Some(warning) = envelope.warnings.into_iter().next() {
        return Err(SignalFault::Partial { warning });
    }
    envelope.data.ok_or_else(|| malformed("data is missing".to_owned()))
}

fn read<T: serde::de::DeserializeOwned>(value: serde_json::Value) -> Result<T, SignalFault> {
    serde_json::from_value(value).map_err(|problem| malformed(problem.to_string()))
}

fn only<T>(mut series: Vec<T>) -> Result<T, SignalFault> {
    match (series.len(), series.pop()) {
        (1, Some(one)) => Ok(one),
        (0, _) | (_, None) => Err(SignalFault::Empty),
        (several, _) => Err(SignalFault::Ambiguous { series: several }),
    }
}

fn number((seconds, text): &Point) -> Result<Answer, SignalFault> {
    let value: f64 = text.parse().map_err(|_| malformed(format!("`{text}` is no number")))?;
    if !value.is_finite() {
        return Err(SignalFault::NotANumber { value: text.clone() });
    }
    if !seconds.is_finite() || seconds.abs() > 1e11 {
        return Err(malformed(format!("the time is {seconds}")));
    }
    Ok(Answer { value, at: Timestamp::from_seconds(*seconds) })
}

fn malformed(problem: String) -> SignalFault {
    SignalFault::Malformed { problem }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vector(result: &str) -> Vec<u8> {
        format!(r#"{{"status":"success","data":{{"resultType":"vector","result":{result}}}}}"#).into_bytes()
    }

    fn reason(body: &[u8]) -> &'static str {
        parse_instant(body).expect_err("a fault").reason()
    }

    #[test]
    fn one_number_is_read_with_its_time() {
        let answer = parse_instant(&vector(r#"[{"metric":{},"value":[1764000000.5,"12.25"]}]"#));
        assert_eq!(answer, Ok(Answer { value: 12.25, at: Timestamp(1_764_000_000_500_000_000) }));
        let scalar = br#"{"status":"success","data":{"resultType":"scalar","result":[5,"0"]}}"#;
        assert_eq!(parse_instant(scalar).map(|answer| answer.value), Ok(0.0), "zero is a number");
    }

    #[test]
    fn every_way_to_fail_has_a_name() {
        assert_eq!(reason(&vector("[]")), "Empty");
        assert_eq!(reason(&vector(r#"[{"value":[5,"NaN"]}]"#)), "NotANumber");
        assert_eq!(reason(&vector(r#"[{"value":[5,"+Inf"]}]"#)), "NotANumber");
        assert_eq!(reason(&vector(r#"[{"value":[5,"1"]},{"value":[5,"2"]}]"#)), "Ambiguous");
        assert_eq!(reason(&vector(r#"[{"value":[5,"one"]}]"#)), "Malformed");
        assert_eq!(reason(&vector(r#"[{"value":5}]"#)), "Malformed");
        assert_eq!(reason(b"<html>"), "Malformed");
        assert_eq!(reason(br#"{"status":"success","data":{"resultType":"vec"#), "Malformed");
        assert_eq!(
            reason(br#"{"status":"error","errorType":"bad_data","error":"parse error"}"#),
            "Malformed"
        );
        let partial = br#"{"status":"success","warnings":["store down"],"data":{"resultType":"vector","result":[{"value":[5,"1"]}]}}"#;
        assert_eq!(reason(partial), "Partial");
    }

    #[test]
    fn a_range_leaves_out_what_is_no_number() {
        let body = br#"{"status":"success","data":{"resultType":"matrix","result":[{"values":[[1,"1"],[2,"NaN"],[3,"4"]]}]}}"#;
        let values: Vec<f64> =
            parse_range(body).expect("a series").iter().map(|answer| answer.value).collect();
        assert_eq!(values, [1.0, 4.0]);
    }
}
