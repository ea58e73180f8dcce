use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::ManifestError;
use crate::knative::KnativeSettings;

/// The part of a Service, Configuration or Revision that concerns the autoscaler; the rest is not looked at.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct KnativeResource {
    /// `serving.knative.dev/v1`.
    pub api_version: String,
    /// `Service`, `Configuration` or `Revision`.
    pub kind: String,
    /// Annotations count here for a Revision only.
    #[serde(default)]
    pub metadata: Metadata,
    /// Template, or the revision itself.
    #[serde(default)]
    pub spec: ResourceSpec,
}

/// Name and annotations.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Metadata {
    /// Name of the object.
    #[serde(default)]
    pub name: Option<String>,
    /// All annotations.
    #[serde(default)]
    pub annotations: BTreeMap<String, String>,
}

/// `spec` of a Service (with a template) or a Revision (without).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ResourceSpec {
    /// What revisions are made from.
    #[serde(default)]
    pub template: Option<Template>,
    /// Hard limit on the requests in one pod, 0 for none.
    #[serde(default)]
    pub container_concurrency: Option<i64>,
}

/// `spec.template`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Template {
    /// Annotations of the revisions.
    #[serde(default)]
    pub metadata: Metadata,
    /// Their specification.
    #[serde(default)]
    pub spec: TemplateSpec,
}

/// `spec.template.spec`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TemplateSpec {
    /// Hard limit on the requests in one pod, 0 for none.
    #[serde(default)]
    pub container_concurrency: Option<i64>,
}

/// The `ConfigMap` `config-autoscaler`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AutoscalerConfigMap {
    /// `v1`.
    pub api_version: String,
    /// `ConfigMap`.
    pub kind: String,
    /// Its name must be `config-autoscaler`.
    #[serde(default)]
    pub metadata: Metadata,
    /// The settings.
    #[serde(default)]
    pub data: BTreeMap<String, String>,
}

/// What is known of a revision and its installation. Either may be absent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KnativeManifest {
    /// The Service, Configuration or Revision.
    pub resource: Option<KnativeResource>,
    /// The installation's settings.
    pub config: Option<AutoscalerConfigMap>,
}

impl KnativeResource {
    /// Group and version of these kinds.
    pub const API_VERSION: &str = "serving.knative.dev/v1";
    /// Kinds whose annotations concern the autoscaler.
    pub const KINDS: [&str; 3] = ["Service", "Configuration", "Revision"];

    pub(super) fn annotations(&self) -> &BTreeMap<String, String> {
        match &self.spec.template {
            Some(template) => &template.metadata.annotations,
            None => &self.metadata.annotations,
        }
    }

    pub(super) fn annotations_field(&self) -> &'static str {
        match self.spec.template {
            Some(_) => "spec.template.metadata.annotations",
            None => "metadata.annotations",
        }
    }

    pub(super) fn container_concurrency(&self) -> Option<i64> {
        let template = self.spec.template.as_ref();
        template.map_or(self.spec.container_concurrency, |template| template.spec.container_concurrency)
    }
}

impl AutoscalerConfigMap {
    /// What it must be called.
    pub const NAME: &str = "config-autoscaler";
    /// Its kind.
    pub const KIND: &str = "ConfigMap";
}

impl KnativeManifest {
    /// Defaults, then the installation's settings, then the revision's annotations.
    pub fn settings(&self) -> Result<KnativeSettings, ManifestError> {
        super::resolve::resolve(self)
    }
}
