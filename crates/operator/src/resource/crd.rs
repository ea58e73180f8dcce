use kube::CustomResourceExt;

use super::AdaptiveAutoscaler;

/// The CustomResourceDefinition as YAML, made from the Rust types.
pub fn crd_yaml() -> Result<String, serde_saphyr::ser_error::Error> {
    serde_saphyr::to_string(&AdaptiveAutoscaler::crd())
}
