use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};

use podpilot_core::ReplicaBounds;

use super::metric_spec::{
    MetricSourceType, MetricSpec, MetricTarget, MetricTargetType, ObjectReference, ResourceSource,
};
use super::{Behavior, ManifestError};

const API_VERSION: &str = "autoscaling/v2";

/// A whole manifest, as `kubectl get hpa -o yaml` prints it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct HpaManifest {
    /// `autoscaling/v2`.
    pub api_version: String,
    /// `HorizontalPodAutoscaler`.
    pub kind: String,
    /// Name and namespace; the rest is not looked at.
    #[serde(default)]
    pub metadata: ObjectMeta,
    /// What it does.
    pub spec: HpaSpec,
    /// Skipped: the autoscaler has its own state.
    #[serde(default, rename = "status", skip_serializing)]
    _status: Ignored,
}

/// A value that is read and forgotten.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Ignored;

impl<'de> Deserialize<'de> for Ignored {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        IgnoredAny::deserialize(deserializer).map(|_| Self)
    }
}

/// The part of a manifest's metadata that matters here.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ObjectMeta {
    /// Name of the autoscaler.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Its namespace.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
}

/// `spec` of a manifest.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct HpaSpec {
    /// What is scaled.
    pub scale_target_ref: ObjectReference,
    /// At least this many replicas; 1 if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_replicas: Option<i32>,
    /// At most this many replicas.
    pub max_replicas: i32,
    /// What to scale by; CPU utilization of 80 % if absent or empty.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metrics: Option<Vec<MetricSpec>>,
    /// How fast; the older fixed rules apply if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub behavior: Option<Behavior>,
}

impl HpaManifest {
    /// What a manifest calls itself.
    pub const KIND: &str = "HorizontalPodAutoscaler";

    /// A manifest of the right type.
    pub fn new(metadata: ObjectMeta, spec: HpaSpec) -> Self {
        Self {
            api_version: API_VERSION.to_owned(),
            kind: Self::KIND.to_owned(),
            metadata,
            spec,
            _status: Ignored,
        }
    }

    /// CPU utilization of `target_percent` on Deployment `web` and defaults otherwise.
    pub fn cpu_utilization(target_percent: i32, bounds: ReplicaBounds) -> Self {
        let spec = HpaSpec {
            scale_target_ref: ObjectReference {
                api_version: Some("apps/v1".to_owned()),
                kind: "Deployment".to_owned(),
                name: "web".to_owned(),
            },
            min_replicas: Some(bounds.min),
            max_replicas: bounds.max,
            metrics: Some(vec![MetricSpec::cpu_utilization(target_percent)]),
            behavior: None,
        };
        Self::new(ObjectMeta { name: Some("web".to_owned()), namespace: None }, spec)
    }

    /// Names of the metrics in the order of the manifest; `cpu` if it lists none.
    pub fn metric_names(&self) -> Vec<String> {
        match self.spec.metrics.as_deref() {
            None | Some([]) => vec!["cpu".to_owned()],
            Some(metrics) => metrics.iter().map(MetricSpec::name).collect(),
        }
    }

    /// Fails unless a document of this `apiVersion` and `kind` is a `HorizontalPodAutoscaler` of `autoscaling/v2`.
    pub fn check_type(api_version: Option<&str>, kind: Option<&str>) -> Result<(), ManifestError> {
        let found = |value: Option<&str>| match value {
            None => "is missing".to_owned(),
            Some(value) => format!("is `{value}`"),
        };
        if kind != Some(Self::KIND) {
            let problem = format!("{}, must be {}", found(kind), Self::KIND);
            return Err(ManifestError::new("kind", problem));
        }
        if api_version != Some(API_VERSION) {
            let problem = format!(
                "{}, must be {API_VERSION} (`kubectl get hpa.v2.autoscaling NAME -o yaml` prints that version)",
                found(api_version)
            );
            return Err(ManifestError::new("apiVersion", problem));
        }
        Ok(())
    }

    pub(crate) fn check_kind(&self) -> Result<(), ManifestError> {
        Self::check_type(Some(&self.api_version), Some(&self.kind))
    }
}

impl HpaSpec {
    /// Replica bounds with the default lower bound filled in.
    pub fn bounds(&self) -> ReplicaBounds {
        ReplicaBounds { min: self.min_replicas.unwrap_or(1), max: self.max_replicas }
    }
}

impl MetricSpec {
    /// Its name in explanations, such as `cpu` or `http_requests_per_second`.
    pub fn name(&self) -> String {
        let resource = self.resource.iter().map(|source| source.name.clone());
        let container = self.container_resource.iter();
        let container = container.map(|source| format!("{} of container {}", source.name, source.container));
        let pods = self.pods.iter().map(|source| source.metric.name.clone());
        let object = self.object.iter().map(|source| source.metric.name.clone());
        let external = self.external.iter().map(|source| source.metric.name.clone());
        resource.chain(container).chain(pods).chain(object).chain(external).next().unwrap_or_default()
    }

    /// CPU of whole pods at `target_percent` of their request.
    pub fn cpu_utilization(target_percent: i32) -> Self {
        Self {
            source_type: MetricSourceType::Resource,
            resource: Some(ResourceSource {
                name: "cpu".to_owned(),
                target: MetricTarget {
                    target_type: MetricTargetType::Utilization,
                    value: None,
                    average_value: None,
                    average_utilization: Some(target_percent),
                },
            }),
            container_resource: None,
            pods: None,
            object: None,
            external: None,
        }
    }
}
