use podpilot_core::ReplicaBounds;

use crate::rival::Built;
use crate::{
    Hpa, HpaManifest, Keda, Knative, KnativeManifest, ManifestError, Rival, RivalConfig, ScaledObject,
    ServiceFacts,
};

/// What a file may say of an autoscaler.
#[derive(Debug, Clone, PartialEq)]
pub enum RivalManifest {
    /// A `HorizontalPodAutoscaler`.
    Hpa(Box<HpaManifest>),
    /// A `ScaledObject`.
    Keda(Box<ScaledObject>),
    /// A Knative Service, Configuration or Revision, or the `ConfigMap` of its installation.
    Knative(Box<KnativeManifest>),
    /// A configuration in podpilot's own format.
    Config(RivalConfig),
}

impl RivalManifest {
    /// Which autoscaler follows it.
    pub fn rival(&self) -> Rival {
        match self {
            Self::Hpa(_) => Rival::Hpa,
            Self::Keda(_) => Rival::Keda,
            Self::Knative(_) => Rival::Knative,
            Self::Config(config) => config.rival(),
        }
    }

    /// The replica bounds that it states; `None` if it leaves an end open.
    pub fn bounds(&self) -> Option<ReplicaBounds> {
        match self {
            Self::Hpa(manifest) => Some(manifest.spec.bounds()),
            Self::Keda(object) => Some(Keda::bounds_of(object)),
            Self::Knative(manifest) => {
                let settings = manifest.settings().ok()?;
                Some(ReplicaBounds { min: settings.min_scale, max: settings.max_scale? })
            }
            Self::Config(_) => None,
        }
    }

    /// The autoscaler called `name` that follows it.
    pub fn build(&self, name: &str, facts: &ServiceFacts) -> Result<Built, ManifestError> {
        match self {
            Self::Hpa(manifest) => {
                Ok(Built::hpa(Hpa::new(name, manifest, facts.hpa)?, manifest.metric_names()))
            }
            Self::Keda(object) => Keda::new(name, object, facts.hpa).map(Built::keda),
            Self::Knative(manifest) => Knative::new(name, manifest.settings()?).map(Built::plain),
            Self::Config(config) => config.build(name, facts),
        }
    }
}
