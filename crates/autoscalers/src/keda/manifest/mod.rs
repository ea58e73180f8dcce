//! The manifest of a `ScaledObject`, `keda.sh/v1alpha1`. Types mirror KEDA's; YAML is parsed at the rim. Unknown fields of
//! the spec are errors; `status` is ignored.

mod document;
mod spec;

pub use document::{Metadata, ScaledObject};
pub use spec::{
    Advanced, Fallback, FallbackBehavior, HpaConfig, ScaleTargetRef, ScaledObjectSpec, Trigger,
    TriggerMetricType,
};
