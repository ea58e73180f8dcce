//! From a name on the command line to an autoscaler.

use podpilot_core::ReplicaBounds;

use crate::rival::Built;
use crate::{Fixed, Hpa, HpaManifest, ManifestError, Rival, RivalConfig, RivalManifest, ServiceFacts};

const DEFAULT_CPU_UTILIZATION_PERCENT: i32 = 80;

/// A name that no autoscaler has, or settings that it cannot work with.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// Nothing goes by this name.
    #[error(
        "unknown autoscaler `{name}`: there are `hpa`, `keda`, `knative`, `feedforward`, `threshold`, `static-peak` and \
         `schedule` (all of which may follow a manifest, and `schedule` must), `hpa-N` with N the target CPU utilization \
         in per cent, and `fixed-N` with N replicas"
    )]
    Unknown {
        /// The name given.
        name: String,
    },
    /// The name says all there is to say.
    #[error("autoscaler `{name}` takes no manifest; `hpa` does")]
    NoManifest {
        /// The name given.
        name: String,
    },
    /// The name says one kind of autoscaler and the manifest another.
    #[error(
        "autoscaler `{name}` cannot follow a manifest of {found}: call it `{found}`, or a name of your own"
    )]
    OtherKind {
        /// The name given.
        name: String,
        /// What the manifest is for.
        found: Rival,
    },
    /// A schedule has no default.
    #[error("autoscaler `schedule` needs its table: schedule=FILE")]
    NoTable,
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
    /// The manifest, or what the name says, makes no autoscaler.
    #[error("autoscaler `{name}`: {source}")]
    Manifest {
        /// The name given.
        name: String,
        /// What is wrong.
        source: ManifestError,
    },
}

/// What a name without a manifest stands for.
enum Meaning {
    Rival(Rival),
    HpaAt(i32),
    Fixed(i32),
}

impl Meaning {
    fn of(name: &str) -> Option<Self> {
        if let Ok(rival) = name.parse() {
            return Some(Self::Rival(rival));
        }
        let (family, number) = name.split_once('-')?;
        let number = parse_number(number)?;
        match family {
            "hpa" => Some(Self::HpaAt(number)),
            "fixed" => Some(Self::Fixed(number)),
            _ => None,
        }
    }
}

/// Builds the autoscaler called `name`: one of the rivals with its defaults, `hpa-70` or `fixed-5`, for the service
/// that `facts` describe.
///
/// `hpa` is `hpa-80` under the name `hpa`.
pub fn resolve(name: &str, facts: &ServiceFacts) -> Result<Built, NameError> {
    let owned = || name.to_owned();
    let wrong = |source| NameError::Manifest { name: owned(), source };
    match Meaning::of(name).ok_or_else(|| NameError::Unknown { name: owned() })? {
        Meaning::Rival(Rival::Hpa) => hpa(name, DEFAULT_CPU_UTILIZATION_PERCENT, facts),
        Meaning::HpaAt(target_percent) => hpa(name, target_percent, facts),
        Meaning::Rival(rival) => {
            let config = RivalConfig::default_of(rival).ok_or(NameError::NoTable)?;
            config.build(name, facts).map_err(wrong)
        }
        Meaning::Fixed(replicas) if facts.bounds.clamp(replicas) != replicas => {
            Err(NameError::OutOfBounds { name: owned(), replicas, bounds: facts.bounds })
        }
        Meaning::Fixed(replicas) => Ok(Built::plain(Fixed::new(replicas))),
    }
}

/// Fails if an autoscaler called `name` must not follow a manifest of this kind: a name that says what the autoscaler
/// does must not do something else.
pub fn check_manifest_name(name: &str, manifest: &RivalManifest) -> Result<(), NameError> {
    let found = manifest.rival();
    match Meaning::of(name) {
        Some(Meaning::Rival(named)) if named != found => {
            Err(NameError::OtherKind { name: name.to_owned(), found })
        }
        Some(Meaning::HpaAt(_) | Meaning::Fixed(_)) => Err(NameError::NoManifest { name: name.to_owned() }),
        Some(Meaning::Rival(_)) | None => Ok(()),
    }
}

/// Digits only: neither sign nor leading zero, so that a count has one name.
fn parse_number(text: &str) -> Option<i32> {
    let number: i32 = text.parse().ok()?;
    (number.to_string() == text).then_some(number)
}

/// An HPA on CPU without a behavior.
fn hpa(name: &str, target_percent: i32, facts: &ServiceFacts) -> Result<Built, NameError> {
    let manifest = HpaManifest::cpu_utilization(target_percent, facts.bounds);
    let built = Hpa::new(name, &manifest, facts.hpa);
    let built = built.map(|hpa| Built::hpa(hpa, manifest.metric_names()));
    built.map_err(|source| NameError::Manifest { name: name.to_owned(), source })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolved(name: &str) -> Result<String, String> {
        resolve(name, &ServiceFacts::example())
            .map(|built| built.autoscaler.name().to_owned())
            .map_err(|error| error.to_string())
    }

    #[test]
    fn known_names_keep_their_name() {
        for name in [
            "hpa",
            "hpa-20",
            "hpa-120",
            "fixed-1",
            "fixed-40",
            "keda",
            "knative",
            "feedforward",
            "threshold",
            "static-peak",
        ] {
            assert_eq!(resolved(name).as_deref(), Ok(name));
        }
    }

    #[test]
    fn unknown_names_list_what_exists() {
        for name in
            ["", "keda-9", "hpa-", "hpa-x", "hpa-080", "fixed", "fixed-+5", "fix-5", "hpa--5-", "KEDA"]
        {
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
        assert_eq!(resolved("schedule").unwrap_err(), "autoscaler `schedule` needs its table: schedule=FILE");
    }

    #[test]
    fn a_name_must_not_promise_something_else() {
        let facts = ServiceFacts::example();
        let manifest = RivalManifest::Hpa(Box::new(HpaManifest::cpu_utilization(50, facts.bounds)));
        let told = |name: &str| check_manifest_name(name, &manifest).unwrap_err().to_string();
        assert_eq!(told("hpa-70"), "autoscaler `hpa-70` takes no manifest; `hpa` does");
        assert_eq!(
            told("keda"),
            "autoscaler `keda` cannot follow a manifest of hpa: call it `hpa`, or a name of your own"
        );
        assert!(check_manifest_name("hpa", &manifest).is_ok());
        assert!(check_manifest_name("mine", &manifest).is_ok());
    }
}
