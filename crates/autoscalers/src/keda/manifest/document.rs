use std::collections::BTreeMap;

use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};

use super::ScaledObjectSpec;
use crate::ManifestError;

/// A whole manifest, as `kubectl get scaledobject -o yaml` prints it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ScaledObject {
    /// `keda.sh/v1alpha1`.
    pub api_version: String,
    /// `ScaledObject`.
    pub kind: String,
    /// Name and annotations; the rest is not looked at.
    #[serde(default)]
    pub metadata: Metadata,
    /// What it does.
    pub spec: ScaledObjectSpec,
    /// Skipped: the autoscaler has its own state.
    #[serde(default, rename = "status", skip_serializing)]
    pub(crate) _status: Ignored,
}

/// Name and annotations.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Metadata {
    /// Name of the object.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// All annotations; those of `autoscaling.keda.sh/` pause or force.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub annotations: BTreeMap<String, String>,
}

/// A value that is read and forgotten.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Ignored;

impl<'de> Deserialize<'de> for Ignored {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        IgnoredAny::deserialize(deserializer).map(|_| Self)
    }
}

impl ScaledObject {
    /// What a manifest calls itself.
    pub const KIND: &str = "ScaledObject";
    /// Group and version.
    pub const API_VERSION: &str = "keda.sh/v1alpha1";

    /// A manifest of the right type.
    pub fn new(metadata: Metadata, spec: ScaledObjectSpec) -> Self {
        Self {
            api_version: Self::API_VERSION.to_owned(),
            kind: Self::KIND.to_owned(),
            metadata,
            spec,
            _status: Ignored,
        }
    }

    pub(crate) fn check_type(&self) -> Result<(), ManifestError> {
        let wrong = |field, found: &str, right| {
            Err(ManifestError::new(field, format!("is `{found}`, must be {right}")))
        };
        if self.kind != Self::KIND {
            return wrong("kind", &self.kind, Self::KIND);
        }
        if self.api_version != Self::API_VERSION {
            return wrong("apiVersion", &self.api_version, Self::API_VERSION);
        }
        Ok(())
    }
}
