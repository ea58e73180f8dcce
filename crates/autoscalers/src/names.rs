//! From a name on the command line to an autoscaler.

use podpilot_core::{Autoscaler, ReplicaBounds};

use crate::hpa::ManifestError;
use crate::{Fixed, Hpa, HpaControllerConfig, HpaManifest};

const DEFAULT_CPU_UTILIZATION_PERCENT: i32 = 80;

/// A name that no autoscaler has, or settings that it cannot work with.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// Nothing goes by this name.
    #[error(
        "unknown autoscaler `{name}`: there are `hpa` (which may follow a manifest), `hpa-N` with N the target CPU \
         utilization in per cent, and `fixed-N` with N replicas"
    )]
    Unknown {
        /// The name given.
        name: String,
    },
    /// Only `hpa` follows a manifest.
    #[error("autoscaler `{name}` takes no manifest; `hpa` does")]
    NoManifest {
        /// The name given.
        name: String,
    },
    /// The count is outside the bounds.
    #[error("autoscaler `{name}`: {replicas} replicas are not between {min} and {max}", min = .bounds.min, max = .bounds.max)]
    OutOfBounds {
        /// The name given.
        name: String,
        /// The count in it.
        replicas: i32,
        /// The bounds of the scenario.
        bounds: ReplicaBounds,
    },
    /// The manifest, or what the name says, makes no valid `HorizontalPodAutoscaler`.
    #[error("autoscaler `{name}`: {source}")]
    Manifest {
        /// The name given.
        name: String,
        /// What is wrong.
        source: ManifestError,
    },
}

/// Builds the autoscaler called `name`: `hpa`, `hpa-70` or `fixed-5`.
///
/// `hpa` follows `manifest`, bounds included; without one it is `hpa-80` under the name `hpa`.
pub fn resolve(
    name: &str,
    manifest: Option<&HpaManifest>,
    bounds: ReplicaBounds,
    config: HpaControllerConfig,
) -> Result<Box<dyn Autoscaler>, NameError> {
    if name == "hpa" {
        let default = HpaManifest::cpu_utilization(DEFAULT_CPU_UTILIZATION_PERCENT, bounds);
        return hpa(name, manifest.unwrap_or(&default), config);
    }
    let unknown = || NameError::Unknown { name: name.to_owned() };
    let (family, number) = name.split_once('-').ok_or_else(unknown)?;
    let number = parse_number(number).ok_or_else(unknown)?;
    if !matches!(family, "hpa" | "fixed") {
        return Err(unknown());
    }
    if manifest.is_some() {
        return Err(NameError::NoManifest { name: name.to_owned() });
    }
    if family == "hpa" {
        return hpa(name, &HpaManifest::cpu_utilization(number, bounds), config);
    }
    if bounds.clamp(number) != number {
        return Err(NameError::OutOfBounds { name: name.to_owned(), replicas: number, bounds });
    }
    Ok(Box::new(Fixed::new(number)))
}

/// Digits only: neither sign nor leading zero, so that a count has one name.
fn parse_number(text: &str) -> Option<i32> {
    let number: i32 = text.parse().ok()?;
    (number.to_string() == text).then_some(number)
}

fn hpa(
    name: &str,
    manifest: &HpaManifest,
    config: HpaControllerConfig,
) -> Result<Box<dyn Autoscaler>, NameError> {
    Hpa::new(name, manifest, config)
        .map(|hpa| Box::new(hpa) as Box<dyn Autoscaler>)
        .map_err(|source| NameError::Manifest { name: name.to_owned(), source })
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOUNDS: ReplicaBounds = ReplicaBounds { min: 1, max: 40 };

    fn resolved(name: &str) -> Result<String, String> {
        resolve(name, None, BOUNDS, HpaControllerConfig::default())
            .map(|autoscaler| autoscaler.name().to_owned())
            .map_err(|error| error.to_string())
    }

    #[test]
    fn known_names_keep_their_name() {
        for name in ["hpa", "hpa-20", "hpa-95", "hpa-120", "fixed-1", "fixed-40"] {
            assert_eq!(resolved(name).as_deref(), Ok(name));
        }
    }

    #[test]
    fn unknown_names_list_what_exists() {
        for name in ["", "keda", "hpa-", "hpa-x", "hpa-080", "fixed", "fixed-+5", "fix-5", "hpa--5-"] {
            let error = resolved(name).unwrap_err();
            assert!(error.starts_with(&format!("unknown autoscaler `{name}`: there are `hpa`")), "{error}");
        }
    }

    #[test]
    fn impossible_settings_are_explained() {
        assert_eq!(
            resolved("hpa-0").unwrap_err(),
            "autoscaler `hpa-0`: spec.metrics[0].resource.target.averageUtilization: is 0, must be at least 1 per cent"
        );
        assert_eq!(
            resolved("fixed-41").unwrap_err(),
            "autoscaler `fixed-41`: 41 replicas are not between 1 and 40"
        );
        let manifest = HpaManifest::cpu_utilization(50, BOUNDS);
        let error = resolve("hpa-70", Some(&manifest), BOUNDS, HpaControllerConfig::default()).err().unwrap();
        assert_eq!(error.to_string(), "autoscaler `hpa-70` takes no manifest; `hpa` does");
    }
}
