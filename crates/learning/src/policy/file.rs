use super::codec;
use crate::{Mlp, RunningNormalizer};
use std::collections::BTreeMap;
use std::path::Path;

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
    /// Statistics that observations are normalised with before they enter the networks: tensors `normalizer.mean` and
    /// `normalizer.variance` of doubles.
    pub normalizer: Option<RunningNormalizer>,
    /// Anything else: reward, objective, training data, seeds, code version, evaluation record. The keys `format`, `agent`,
    /// `observation_schema`, `action_schema`, `networks` and `normalizer_count` are the file's own and not kept from here.
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
        codec::encode(self)
    }

    /// Parses bytes; `file` is the name in errors. Refuses what it does not know: another format or version, missing,
    /// unexpected or misshapen tensors, numbers that are not finite.
    pub fn from_bytes(bytes: &[u8], file: &str) -> Result<Self, PolicyFileError> {
        codec::decode(bytes, file)
    }

    /// Writes beside the target and renames, so that there is never half a file.
    pub fn write(&self, path: &Path) -> Result<(), PolicyFileError> {
        let mut partial = path.as_os_str().to_owned();
        partial.push(".tmp");
        let written =
            std::fs::write(&partial, self.to_bytes()).and_then(|()| std::fs::rename(&partial, path));
        written.map_err(|source| PolicyFileError::Io { file: path.display().to_string(), source })
    }

    /// Reads a file.
    pub fn read(path: &Path) -> Result<Self, PolicyFileError> {
        let file = path.display().to_string();
        match std::fs::read(path) {
            Ok(bytes) => Self::from_bytes(&bytes, &file),
            Err(source) => Err(PolicyFileError::Io { file, source }),
        }
    }

    /// Refuses a policy that was made for other schemas; `file` is the name in the error.
    pub fn expect_schemas(&self, file: &str, observation: &str, action: &str) -> Result<(), PolicyFileError> {
        let parts = [
            ("observation schema", &self.observation_schema, observation),
            ("action schema", &self.action_schema, action),
        ];
        for (field, found, expected) in parts {
            if found != expected {
                let (file, found, expected) = (file.to_owned(), found.clone(), expected.to_owned());
                return Err(PolicyFileError::OtherSchema { file, field, found, expected });
            }
        }
        Ok(())
    }
}
