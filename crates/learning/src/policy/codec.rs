//! Policy files to and from bytes.

use super::{PolicyFile, PolicyFileError};
use crate::{Mlp, MlpShape, RunningNormalizer};
use safetensors::tensor::TensorView;
use safetensors::{Dtype, SafeTensors};
use std::collections::{BTreeMap, BTreeSet};

/// Format and version; a reader knows exactly this one.
const FORMAT: &str = "podpilot/policy/v1";
const OWN_KEYS: [&str; 6] =
    ["format", "agent", "observation_schema", "action_schema", "networks", "normalizer_count"];
const MEAN: &str = "normalizer.mean";
const VARIANCE: &str = "normalizer.variance";

/// Tensors in the order of the file.
#[derive(Default)]
struct Tensors {
    header: BTreeMap<String, serde_json::Value>,
    data: Vec<u8>,
}

impl Tensors {
    fn add(&mut self, name: String, dtype: &str, shape: &[usize], bytes: impl Iterator<Item = u8>) {
        let begin = self.data.len();
        self.data.extend(bytes);
        let info =
            serde_json::json!({"dtype": dtype, "shape": shape, "data_offsets": [begin, self.data.len()]});
        self.header.insert(name, info);
    }

    fn add_f32(&mut self, name: String, shape: &[usize], values: &[f32]) {
        self.add(name, "F32", shape, values.iter().flat_map(|value| value.to_le_bytes()));
    }

    fn add_f64(&mut self, name: &str, values: &[f64]) {
        self.add(
            name.to_owned(),
            "F64",
            &[values.len()],
            values.iter().flat_map(|value| value.to_le_bytes()),
        );
    }
}

/// Written here rather than by the crate `safetensors`, whose metadata come out in random order: equal policies shall
/// have equal hashes.
pub(super) fn encode(policy: &PolicyFile) -> Vec<u8> {
    let mut tensors = Tensors::default();
    // Doubles first keep all tensors aligned.
    if let Some(normalizer) = &policy.normalizer {
        tensors.add_f64(MEAN, normalizer.mean());
        tensors.add_f64(VARIANCE, normalizer.variance());
    }
    for (name, network) in &policy.networks {
        for (layer, (inputs, outputs)) in network.shape().layers().enumerate() {
            tensors.add_f32(format!("{name}.{layer}.weight"), &[outputs, inputs], &network.weight(layer));
            tensors.add_f32(format!("{name}.{layer}.bias"), &[outputs], network.bias(layer));
        }
    }
    tensors.header.insert("__metadata__".to_owned(), serde_json::json!(metadata(policy)));
    let mut header = serde_json::json!(tensors.header).to_string();
    header.extend(std::iter::repeat_n(' ', header.len().next_multiple_of(8) - header.len()));
    let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
    bytes.extend(header.bytes());
    bytes.extend(tensors.data);
    bytes
}

fn metadata(policy: &PolicyFile) -> BTreeMap<String, String> {
    let shapes: BTreeMap<&str, &MlpShape> =
        policy.networks.iter().map(|(name, network)| (name.as_str(), network.shape())).collect();
    let mut metadata = policy.metadata.clone();
    metadata.remove("normalizer_count");
    if let Some(normalizer) = &policy.normalizer {
        metadata.insert("normalizer_count".to_owned(), normalizer.count().to_string());
    }
    metadata.extend(
        [
            ("format", FORMAT.to_owned()),
            ("agent", policy.agent.clone()),
            ("observation_schema", policy.observation_schema.clone()),
            ("action_schema", policy.action_schema.clone()),
            ("networks", serde_json::json!(shapes).to_string()),
        ]
        .map(|(key, value)| (key.to_owned(), value)),
    );
    metadata
}

pub(super) fn decode(bytes: &[u8], file: &str) -> Result<PolicyFile, PolicyFileError> {
    let unreadable = |error: safetensors::SafeTensorError| PolicyFileError::Unreadable {
        file: file.to_owned(),
        problem: error.to_string(),
    };
    let (_, header) = SafeTensors::read_metadata(bytes).map_err(unreadable)?;
    let tensors = SafeTensors::deserialize(bytes).map_err(unreadable)?;
    let entries = header.metadata().iter().flatten();
    let metadata: BTreeMap<String, String> =
        entries.map(|(key, value)| (key.clone(), value.clone())).collect();
    Decoder { file, tensors, metadata, unread: BTreeSet::new() }.decode()
}

struct Decoder<'a> {
    file: &'a str,
    tensors: SafeTensors<'a>,
    metadata: BTreeMap<String, String>,
    /// Tensors not yet asked for.
    unread: BTreeSet<String>,
}

impl Decoder<'_> {
    fn foreign(&self, problem: impl Into<String>) -> PolicyFileError {
        PolicyFileError::Foreign { file: self.file.to_owned(), problem: problem.into() }
    }

    fn entry(&self, key: &str) -> Result<String, PolicyFileError> {
        self.metadata.get(key).cloned().ok_or_else(|| self.foreign(format!("metadata `{key}` is missing")))
    }

    fn decode(mut self) -> Result<PolicyFile, PolicyFileError> {
        let format = self.entry("format")?;
        if format != FORMAT {
            return Err(
                self.foreign(format!("metadata `format` is {format:?}, this version reads {FORMAT:?}"))
            );
        }
        self.unread = self.tensors.names().into_iter().map(str::to_owned).collect();
        let networks = self.networks()?;
        let normalizer = self.normalizer()?;
        if let Some(name) = self.unread.first() {
            return Err(self.foreign(format!("tensor `{name}` is not part of this format")));
        }
        Ok(PolicyFile {
            agent: self.entry("agent")?,
            observation_schema: self.entry("observation_schema")?,
            action_schema: self.entry("action_schema")?,
            networks,
            normalizer,
            metadata: self
                .metadata
                .into_iter()
                .filter(|(key, _)| !OWN_KEYS.contains(&key.as_str()))
                .collect(),
        })
    }

    fn networks(&mut self) -> Result<BTreeMap<String, Mlp>, PolicyFileError> {
        let shapes: BTreeMap<String, MlpShape> = serde_json::from_str(&self.entry("networks")?)
            .map_err(|error| self.foreign(format!("metadata `networks`: {error}")))?;
        let mut networks = BTreeMap::new();
        for (name, shape) in shapes {
            networks.insert(name.clone(), self.network(&name, shape)?);
        }
        Ok(networks)
    }

    fn network(&mut self, name: &str, shape: MlpShape) -> Result<Mlp, PolicyFileError> {
        // All tensors are there before memory of the size that the metadata claim is allocated.
        let mut layers = Vec::new();
        for (layer, (inputs, outputs)) in shape.layers().enumerate() {
            let weight = self.numbers(&format!("{name}.{layer}.weight"), &[outputs, inputs])?;
            layers.push((weight, self.numbers(&format!("{name}.{layer}.bias"), &[outputs])?));
        }
        let mut network = Mlp::zeroed(shape);
        for (layer, (weight, bias)) in layers.iter().enumerate() {
            network.set_layer(layer, weight, bias);
        }
        Ok(network)
    }

    fn tensor(&mut self, name: &str, dtype: Dtype) -> Result<TensorView<'_>, PolicyFileError> {
        self.unread.remove(name);
        let found =
            self.tensors.tensor(name).map_err(|_| self.foreign(format!("tensor `{name}` is missing")))?;
        if found.dtype() == dtype {
            return Ok(found);
        }
        Err(self.foreign(format!("tensor `{name}` holds {:?} instead of {dtype:?}", found.dtype())))
    }

    fn numbers(&mut self, name: &str, shape: &[usize]) -> Result<Vec<f32>, PolicyFileError> {
        let tensor = self.tensor(name, Dtype::F32)?;
        let found = tensor.shape().to_vec();
        let values: Vec<f32> =
            tensor.data().as_chunks::<4>().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect();
        if found != shape {
            return Err(self.foreign(format!("tensor `{name}` has shape {found:?} instead of {shape:?}")));
        }
        if !values.iter().all(|value| value.is_finite()) {
            return Err(self.foreign(format!("tensor `{name}` holds a number that is not finite")));
        }
        Ok(values)
    }

    fn normalizer(&mut self) -> Result<Option<RunningNormalizer>, PolicyFileError> {
        let Some(count) = self.metadata.get("normalizer_count").cloned() else {
            return Ok(None);
        };
        let doubles = |tensor: TensorView<'_>| -> Vec<f64> {
            tensor.data().as_chunks::<8>().0.iter().map(|bytes| f64::from_le_bytes(*bytes)).collect()
        };
        let mean = doubles(self.tensor(MEAN, Dtype::F64)?);
        let variance = doubles(self.tensor(VARIANCE, Dtype::F64)?);
        let parsed =
            count.parse().ok().and_then(|count| RunningNormalizer::from_parts(mean, variance, count));
        let normalizer = parsed.ok_or_else(|| self.foreign("the normaliser is not sound"))?;
        Ok(Some(normalizer))
    }
}
