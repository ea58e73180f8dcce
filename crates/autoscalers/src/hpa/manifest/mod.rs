//! The manifest of a `HorizontalPodAutoscaler`, `autoscaling/v2`. Types mirror the Kubernetes API; YAML or JSON is
//! parsed at the rim. Unknown fields of the spec are errors; `status` is ignored.

mod behavior;
mod document;
mod error;
mod metric_spec;
mod quantity;

pub use behavior::{Behavior, PolicyType, ScalingPolicy, ScalingRules, SelectPolicy};
pub use document::{HpaManifest, HpaSpec, ObjectMeta};
pub use error::ManifestError;
pub use metric_spec::{
    ContainerResourceSource, ExternalSource, LabelOperator, LabelRequirement, LabelSelector,
    MetricIdentifier, MetricSourceType, MetricSpec, MetricTarget, MetricTargetType, ObjectReference,
    ObjectSource, PodsSource, ResourceSource,
};
pub use quantity::{Quantity, QuantityError};
