use std::borrow::Cow;
use std::path::{Path, PathBuf};

use podpilot_random::Seed;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Serialize;
use serde::de::{Deserialize, DeserializeOwned, Deserializer, Error};
use serde_json::{Map, Value};

use super::generated::Extent;
use super::{GeneratedLoad, SplitLoad, TraceLoad};
use crate::{Arrivals, LoadError, Shape};

/// The `load` of a scenario: a generated shape (`{shape: NAME, ...}`) or a recorded trace (`{trace: FILE, ...}`).
///
/// Unknown fields are errors that name the field and what there is.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum LoadSpec {
    /// Has the field `shape`.
    Generated(GeneratedLoad),
    /// Has the field `trace`.
    Trace(TraceLoad),
}

/// Where the specification stands in a scenario.
const PATH: &str = "load";

impl LoadSpec {
    /// A trace as it was recorded.
    pub fn trace(file: impl Into<PathBuf>) -> Self {
        Self::Trace(TraceLoad::of(file))
    }

    /// How requests scatter round the rate.
    pub fn arrivals(&self) -> Arrivals {
        match self {
            Self::Generated(generated) => generated.arrivals,
            Self::Trace(trace) => trace.arrivals,
        }
    }

    /// Checks every field that can be checked without reading a file.
    pub fn validate(&self) -> Result<(), LoadError> {
        match self {
            Self::Generated(generated) => generated.validate(PATH),
            Self::Trace(trace) => trace.validate(PATH),
        }
        .map_err(LoadError::from)
    }

    /// Reads or generates the load. A trace's relative path starts at `base_dir`; `capacity_rps_per_pod` is what
    /// one pod carries, which `peak_replicas` is reckoned by; `seed` matters to generated load only.
    pub fn load(
        &self,
        base_dir: &Path,
        capacity_rps_per_pod: f64,
        seed: Seed,
    ) -> Result<SplitLoad, LoadError> {
        match self {
            Self::Generated(generated) => generated.load(PATH, seed),
            Self::Trace(trace) => trace.load(PATH, base_dir, capacity_rps_per_pod),
        }
    }
}

impl Default for LoadSpec {
    /// The default generated load.
    fn default() -> Self {
        Self::Generated(GeneratedLoad::default())
    }
}

impl<'de> Deserialize<'de> for LoadSpec {
    /// Not derived: serde's untagged enums would hide which field is wrong.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let fields = Map::deserialize(deserializer)?;
        match (fields.contains_key("shape"), fields.contains_key("trace")) {
            (true, false) => generated(fields).map(Self::Generated).map_err(D::Error::custom),
            (false, true) => typed(&fields).map(Self::Trace).map_err(D::Error::custom),
            (true, true) => Err(D::Error::custom("load has `shape` and `trace`, must have only one of them")),
            (false, false) => Err(D::Error::custom(
                "load has neither `shape` nor `trace`, must have one: a shape's name or a trace file",
            )),
        }
    }
}

fn generated(mut fields: Map<String, Value>) -> Result<GeneratedLoad, String> {
    let extent_fields: Map<String, Value> =
        EXTENT_FIELDS.iter().filter_map(|name| fields.remove_entry(*name)).collect();
    let shape: Shape = typed(&fields).map_err(|problem| {
        let own_field = problem.starts_with("load: unknown field");
        if own_field { format!("{problem}, or `days`, `split`, `arrivals`") } else { problem }
    })?;
    let Extent { days, split, arrivals } = typed(&extent_fields)?;
    Ok(GeneratedLoad { shape, days, split, arrivals })
}

const EXTENT_FIELDS: [&str; 3] = ["days", "split", "arrivals"];

/// Reads fields into a type; the error says which field of `load` is wrong where serde's own does not.
fn typed<T: DeserializeOwned>(fields: &Map<String, Value>) -> Result<T, String> {
    serde_json::from_value(Value::Object(fields.clone())).map_err(|error| {
        let problem = error.to_string();
        match fields.keys().find(|name| is_culprit::<T>(fields, name, &problem)) {
            Some(name) => format!("load.{name}: {problem}"),
            None => format!("load: {problem}"),
        }
    })
}

/// Whether the problem lies in one field's value: serde names unknown and missing fields, but not the field whose
/// value is wrong. It does if the problem goes when the field is left out, or gives way to its being missing.
fn is_culprit<T: DeserializeOwned>(fields: &Map<String, Value>, name: &str, problem: &str) -> bool {
    let value_has_fields = fields[name].is_object() || fields[name].is_array();
    let about_a_field = problem.contains("unknown field") || problem.contains("missing field");
    if about_a_field && !value_has_fields {
        return false;
    }
    let mut without = fields.clone();
    without.remove(name);
    match serde_json::from_value::<T>(Value::Object(without)) {
        Ok(_) => true,
        Err(error) => error.to_string().contains(&format!("missing field `{name}`")),
    }
}

impl JsonSchema for LoadSpec {
    fn schema_name() -> Cow<'static, str> {
        "LoadSpec".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let extent = property_map(&Extent::json_schema(generator));
        let mut shapes = Shape::json_schema(generator);
        let variants = shapes.get_mut("oneOf").and_then(Value::as_array_mut).map(std::mem::take);
        let mut alternatives = variants.unwrap_or_default();
        for variant in &mut alternatives {
            if let Some(properties) = variant.get_mut("properties").and_then(Value::as_object_mut) {
                properties.extend(extent.clone());
            }
        }
        alternatives.push(TraceLoad::json_schema(generator).to_value());
        json_schema!({
            "description": "A generated shape or a recorded trace.",
            "oneOf": alternatives,
        })
    }
}

fn property_map(schema: &Schema) -> Map<String, Value> {
    schema.get("properties").and_then(Value::as_object).cloned().unwrap_or_default()
}

#[cfg(test)]
mod tests;
