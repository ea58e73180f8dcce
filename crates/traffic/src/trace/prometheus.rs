use std::collections::BTreeMap;

use podpilot_core::Span;
use serde::Deserialize;

use super::error::{Problem, shown};
use super::grid::Row;
use super::prometheus_samples::Samples;

/// An answer, whole or reduced to its `data` object.
#[derive(Deserialize)]
struct Answer {
    data: Option<Matrix>,
    result: Option<Vec<Series>>,
}

#[derive(Deserialize)]
struct Matrix {
    result: Vec<Series>,
}

#[derive(Deserialize)]
struct Series {
    values: Samples,
}

/// What kind of answer it is, read before its samples so that a wrong kind is named as such.
#[derive(Deserialize)]
struct Kind {
    status: Option<String>,
    error: Option<String>,
    data: Option<DataKind>,
    #[serde(rename = "resultType")]
    result_type: Option<String>,
}

#[derive(Deserialize)]
struct DataKind {
    #[serde(rename = "resultType")]
    result_type: Option<String>,
}

/// Rows of a saved `query_range` answer. Series are summed where they have a sample at the same time.
pub(super) fn parse(text: &str) -> Result<Vec<Row>, Problem> {
    check_kind(&serde_json::from_str(text).map_err(|error| located(&error))?)?;
    let answer: Answer = serde_json::from_str(text).map_err(|error| located(&error))?;
    let result = answer.data.map(|data| data.result).or(answer.result);
    let Some(result) = result else {
        return Err(Problem::whole("there is no `data.result`, must be a Prometheus query_range answer"));
    };
    let mut sums: BTreeMap<Span, f64> = BTreeMap::new();
    for (at, rate_rps) in result.iter().flat_map(|series| &series.values.0) {
        *sums.entry(*at).or_insert(0.0) += rate_rps;
    }
    Ok(sums.into_iter().map(|(at, rate_rps)| Row { at, rate_rps }).collect())
}

fn check_kind(kind: &Kind) -> Result<(), Problem> {
    if let Some(status) = kind.status.as_deref().filter(|status| *status != "success") {
        let reason = kind.error.as_deref().unwrap_or("no reason given");
        return Err(Problem::whole(format!(
            "Prometheus answered with status `{}` ({}), must be `success`",
            shown(status),
            shown(reason)
        )));
    }
    let result_type = kind.data.as_ref().and_then(|data| data.result_type.as_ref());
    match result_type.or(kind.result_type.as_ref()).map(String::as_str) {
        Some("matrix") => Ok(()),
        Some(other) => Err(Problem::whole(format!(
            "resultType is `{}`, must be `matrix`: save the answer of query_range, not of query",
            shown(other)
        ))),
        None => {
            Err(Problem::whole("there is no `data.resultType`, must be `matrix` (Prometheus query_range)"))
        }
    }
}

/// The error with its line; serde's own place is taken off the text.
fn located(error: &serde_json::Error) -> Problem {
    let text = error.to_string();
    let place = format!(" at line {} column {}", error.line(), error.column());
    Problem::line(error.line(), text.strip_suffix(&place).unwrap_or(&text))
}
