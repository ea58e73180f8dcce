use std::path::{Path, PathBuf};

use k8s_openapi::api::core::v1::ConfigMap;
use kube::{Api, Client};
use podpilot_controller::TrainedPolicy;
use podpilot_learning::PolicyFile;

use crate::resource::PolicySource;

/// Quantiles of demand trained on the scenario `default`, with the base policy; `policies/README.md` says how it is made.
const BUILTIN: &[u8] = include_bytes!("../policies/default.safetensors");

/// A policy that has been checked from end to end.
#[derive(Debug, Clone)]
pub struct LoadedPolicy {
    /// Networks and settings.
    pub trained: TrainedPolicy,
    /// Headroom to start at.
    pub trim_start: f64,
    /// The bytes it was read from, to notice a change.
    pub bytes: Vec<u8>,
}

/// A policy that is not used. The one before it stays.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PolicyRefused {
    /// It is not there.
    #[error("{0}")]
    Missing(String),
    /// It cannot be used.
    #[error("{0}")]
    Invalid(String),
}

impl PolicyRefused {
    /// `CamelCase` reason of a condition.
    pub fn reason(&self) -> &'static str {
        match self {
            Self::Missing(_) => "PolicyNotFound",
            Self::Invalid(_) => "PolicyRefused",
        }
    }
}

/// Where policies are read.
#[derive(Debug, Clone, Default)]
pub struct PolicyFiles {
    /// Directory of `policy.file`.
    pub directory: Option<PathBuf>,
}

impl PolicyFiles {
    /// The bytes that a specification points to.
    pub async fn read(
        &self,
        client: &Client,
        namespace: &str,
        source: &PolicySource,
    ) -> Result<Vec<u8>, PolicyRefused> {
        if let Some(reference) = &source.config_map {
            let what = format!("ConfigMap {namespace}/{}", reference.name);
            let api: Api<ConfigMap> = Api::namespaced(client.clone(), namespace);
            let found = api.get_opt(&reference.name).await;
            let map = found.map_err(|error| PolicyRefused::Missing(format!("{what}: {error}")))?;
            let map = map.ok_or_else(|| PolicyRefused::Missing(format!("{what} does not exist")))?;
            let data = map.binary_data.unwrap_or_default().remove(&reference.key);
            return data.map(|bytes| bytes.0).ok_or_else(|| {
                PolicyRefused::Missing(format!(
                    "{what} has no binaryData key {}; make it with kubectl create configmap --from-file",
                    reference.key
                ))
            });
        }
        match &source.file {
            Some(name) => self.read_file(name).await,
            None => Ok(BUILTIN.to_vec()),
        }
    }

    async fn read_file(&self, name: &str) -> Result<Vec<u8>, PolicyRefused> {
        let Some(directory) = &self.directory else {
            let problem =
                "policy.file is set, but the operator has no policy directory; start it with --policies";
            return Err(PolicyRefused::Missing(problem.to_owned()));
        };
        let path = directory.join(Path::new(name).file_name().unwrap_or_default());
        tokio::fs::read(&path)
            .await
            .map_err(|error| PolicyRefused::Missing(format!("{}: {error}", path.display())))
    }
}

/// Reads a policy and checks everything about it.
pub fn parse_policy(bytes: Vec<u8>, name: &str) -> Result<LoadedPolicy, PolicyRefused> {
    let invalid = |problem: String| PolicyRefused::Invalid(problem);
    let file = PolicyFile::from_bytes(&bytes, name).map_err(|error| invalid(error.to_string()))?;
    let trained = TrainedPolicy::from_file(&file, name).map_err(|error| invalid(error.to_string()))?;
    let trim_start = file.metadata.get("trim_start").map_or(Ok(0.0), |text| text.parse::<f64>());
    let trim_start = trim_start
        .ok()
        .filter(|trim| trim.is_finite())
        .ok_or_else(|| invalid(format!("{name}: trim_start must be a number")))?;
    Ok(LoadedPolicy { trained, trim_start, bytes })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_policy_is_whole() {
        let policy = parse_policy(BUILTIN.to_vec(), "builtin").expect("it comes with podpilot");
        assert_eq!(policy.trained.policy.name(), "quantile");
    }

    #[test]
    fn a_damaged_policy_is_refused() {
        let mut bytes = BUILTIN.to_vec();
        bytes.truncate(bytes.len() / 2);
        assert_eq!(parse_policy(bytes, "cut").expect_err("cut").reason(), "PolicyRefused");
    }
}
