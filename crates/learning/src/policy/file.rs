use crate::{Mlp, RunningNormalizer};
use std::{collections::BTreeMap, path::Path};

/// A policy with all that is needed to run it: safetensors with one tensor a weight matrix (`[out, in]`) and bias, which
/// PyTorch loads as they are, and string metadata.
#[derive(Debug, Clone, PartialEq)]
pub struct PolicyFile {
    /// Which kind of agent, such as `dqn`, `ppo`, `quantile`.
    pub agent: String,
    /// Name or hash of what the observation holds.
    pub observation_schema: String,
    /// Name or hash of what the actions mean.
    pub action_schema: String,
    /// Networks by name (`q`, `policy`, `value`, …): tensors `NAME.0.weight`, `NAME.0.bias`, `NAME.1.weight`, …
    pub networks: BTreeMap<String, Mlp>,
    /// Statistics that observations are normalised with before they enter the networks.
    pub normalizer: Option<RunningNormalizer>,
    /// Anything else: reward, objective, training data, seeds, code version, evaluation record.
    pub metadata: BTreeMap<String, String>,
}

/// Why a policy file cannot be used. The message names the file.
#[derive(Debug, thiserror::Error)]
pub enum PolicyFileError {
    /// Reading or writing failed.
    #[error("{file}: {source}")]
    Io {
        /// The file.
        file: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// Not a safetensors file, or not whole.
    #[error("{file}: not a whole safetensors file: {problem}")]
    Unreadable {
        /// The file.
        file: String,
        /// What is wrong.
        problem: String,
    },
    /// A safetensors file that podpilot did not write, or a version it does not know.
    #[error("{file}: not a podpilot policy: {problem}")]
    Foreign {
        /// The file.
        file: String,
        /// What is missing or wrong.
        problem: String,
    },
    /// A policy for another observation or action schema.
    #[error("{file}: made for {field} {found:?}, but {expected:?} is in use; train a policy for this schema")]
    OtherSchema {
        /// The file.
        file: String,
        /// Which schema.
        field: &'static str,
        /// Schema in the file.
        found: String,
        /// Schema in use.
        expected: String,
    },
}

impl PolicyFile {
    /// The file's bytes; equal policies give equal bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        unimplemented!()
    }

    /// Parses bytes; `file` is the name in errors.
    pub fn from_bytes(_bytes: &[u8], _file: &str) -> Result<Self, PolicyFileError> {
        unimplemented!()
    }

    /// Writes beside the target and renames, so that there is never half a file.
    pub fn write(&self, _path: &Path) -> Result<(), PolicyFileError> {
        unimplemented!()
    }

    /// Reads a file.
    pub fn read(_path: &Path) -> Result<Self, PolicyFileError> {
        unimplemented!()
    }

    /// Refuses a policy that was made for other schemas; `file` is the name in the error.
    pub fn expect_schemas(
        &self,
        _file: &str,
        _observation: &str,
        _action: &str,
    ) -> Result<(), PolicyFileError> {
        unimplemented!()
    }
}
