use std::collections::BTreeMap;
use std::fmt;

use podpilot_core::Span;
use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, SeqAccess, Visitor};

use super::error::Problem;
use super::grid::Row;
use super::number;

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
    if sums.is_empty() {
        return Err(Problem::whole("the answer has no samples, must hold at least two"));
    }
    Ok(sums.into_iter().map(|(at, rate_rps)| Row { at, rate_rps }).collect())
}

fn check_kind(kind: &Kind) -> Result<(), Problem> {
    if let Some(status) = kind.status.as_deref().filter(|status| *status != "success") {
        let reason = kind.error.as_deref().unwrap_or("no reason given");
        return Err(Problem::whole(format!(
            "Prometheus answered with status `{status}` ({reason}), must be `success`"
        )));
    }
    let result_type = kind.data.as_ref().and_then(|data| data.result_type.as_ref());
    match result_type.or(kind.result_type.as_ref()).map(String::as_str) {
        Some("matrix") => Ok(()),
        Some(other) => Err(Problem::whole(format!(
            "resultType is `{other}`, must be `matrix`: save the answer of query_range, not of query"
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

/// Samples of one series in order of time. Checked while they are read, when the line is known.
struct Samples(Vec<(Span, f64)>);

impl<'de> Deserialize<'de> for Samples {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(SamplesVisitor)
    }
}

struct SamplesVisitor;

impl<'de> Visitor<'de> for SamplesVisitor {
    type Value = Samples;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a list of [time, \"value\"] pairs")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Samples, A::Error> {
        let mut samples: Vec<(Span, f64)> = Vec::with_capacity(list.size_hint().unwrap_or(0));
        loop {
            let previous = samples.last().map(|(at, _)| *at);
            match list.next_element_seed(SampleSeed { index: samples.len(), previous })? {
                Some(sample) => samples.push(sample),
                None => return Ok(Samples(samples)),
            }
        }
    }
}

#[derive(Clone, Copy)]
struct SampleSeed {
    index: usize,
    previous: Option<Span>,
}

impl<'de> DeserializeSeed<'de> for SampleSeed {
    type Value = (Span, f64);

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(Span, f64), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for SampleSeed {
    type Value = (Span, f64);

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "sample {} as [time, \"value\"]", self.index)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut pair: A) -> Result<(Span, f64), A::Error> {
        let seconds: f64 = pair.next_element()?.ok_or_else(|| A::Error::invalid_length(0, &self))?;
        let at = number::span(seconds, "the time of a sample").map_err(A::Error::custom)?;
        number::later(at, self.previous, "the time of a sample").map_err(A::Error::custom)?;
        let value: String = pair.next_element()?.ok_or_else(|| A::Error::invalid_length(1, &self))?;
        let what = format!("sample {} (at {seconds})", self.index);
        let rate_rps = number::rate(&value, &what).map_err(A::Error::custom)?;
        match pair.next_element::<IgnoredAny>()? {
            None => Ok((at, rate_rps)),
            Some(_) => Err(A::Error::invalid_length(3, &self)),
        }
    }
}
