use std::fmt;

use podpilot_core::Span;
use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, SeqAccess, Visitor};

use super::number;

/// Samples of one series in order of time. Each token is checked while it is read, for only then is its line known.
pub(super) struct Samples(pub(super) Vec<(Span, f64)>);

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
        let mut samples: Vec<(Span, f64)> = Vec::new();
        loop {
            let previous = samples.last().map(|(at, _)| *at);
            match list.next_element_seed(Pair { index: samples.len(), previous })? {
                Some(sample) => samples.push(sample),
                None => return Ok(Samples(samples)),
            }
        }
    }
}

/// The pair at `index`, later than the one before it.
#[derive(Clone, Copy)]
struct Pair {
    index: usize,
    previous: Option<Span>,
}

impl<'de> DeserializeSeed<'de> for Pair {
    type Value = (Span, f64);

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(Span, f64), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Pair {
    type Value = (Span, f64);

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "sample {} as [time, \"value\"]", self.index)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut pair: A) -> Result<(Span, f64), A::Error> {
        let at = pair.next_element_seed(Time(self))?.ok_or_else(|| A::Error::invalid_length(0, &self))?;
        let value = Value { index: self.index, at };
        let rate_rps = pair.next_element_seed(value)?.ok_or_else(|| A::Error::invalid_length(1, &self))?;
        match pair.next_element::<IgnoredAny>()? {
            None => Ok((at, rate_rps)),
            Some(_) => Err(A::Error::invalid_length(3, &self)),
        }
    }
}

struct Time(Pair);

impl<'de> DeserializeSeed<'de> for Time {
    type Value = Span;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Span, D::Error> {
        deserializer.deserialize_f64(self)
    }
}

impl Visitor<'_> for Time {
    type Value = Span;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "the time of sample {} in seconds", self.0.index)
    }

    fn visit_f64<E: Error>(self, seconds: f64) -> Result<Span, E> {
        let what = format!("the time of sample {}", self.0.index);
        let at = number::span(seconds, &what).map_err(E::custom)?;
        number::later(at, self.0.previous, &what).map_err(E::custom)?;
        Ok(at)
    }

    fn visit_u64<E: Error>(self, seconds: u64) -> Result<Span, E> {
        self.visit_f64(seconds as f64)
    }

    fn visit_i64<E: Error>(self, seconds: i64) -> Result<Span, E> {
        self.visit_f64(seconds as f64)
    }
}

struct Value {
    index: usize,
    at: Span,
}

impl<'de> DeserializeSeed<'de> for Value {
    type Value = f64;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<f64, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Value {
    type Value = f64;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "the value of sample {} in quotes, as Prometheus writes it", self.index)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<f64, E> {
        let what = format!("sample {} (at {})", self.index, self.at.as_seconds());
        number::rate(text, &what).map_err(E::custom)
    }
}
