//! What is tuned of KEDA: the threshold of a trigger on the request rate, and the behavior of the HPA it makes.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::manifest::{
    Advanced, HpaConfig, Metadata, ScaleTargetRef, ScaledObject, ScaledObjectSpec, Trigger,
};
use crate::hpa::Pace;
use crate::search_space::{Parameter, Range, Tunable};
use crate::{ManifestError, ServiceFacts};

/// A `ScaledObject` with one prometheus trigger on the service's request rate.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct KedaParameters {
    /// The trigger's threshold for one pod, as a share of the rate at which the pod uses its whole CPU request; 0.8,
    /// which is the point at which an HPA without further settings keeps its pods.
    pub threshold_of_request: f64,
    /// Deviation from the threshold that is let be, a ratio; 0.1.
    pub tolerance: f64,
    /// How fast.
    pub pace: Pace,
}

/// The request rate of the service, as the ready manifest in `deployments/` asks for it.
const REQUEST_RATE: &str = "sum(rate(http_requests_total[30s]))";

impl Default for KedaParameters {
    fn default() -> Self {
        Self { threshold_of_request: 0.8, tolerance: 0.1, pace: Pace::default() }
    }
}

impl KedaParameters {
    /// The manifest that these parameters make: KEDA's defaults, within the bounds of the service.
    pub fn scaled_object(&self, facts: &ServiceFacts) -> Result<ScaledObject, ManifestError> {
        let threshold_rps = self.threshold_of_request * facts.rps_at_cpu_request;
        let text = |value: &str| value.to_owned();
        let metadata: BTreeMap<String, String> = [
            (text("serverAddress"), text("http://prometheus-operated.observability:9090")),
            (text("query"), text(REQUEST_RATE)),
            (text("threshold"), threshold_rps.to_string()),
        ]
        .into();
        let trigger = Trigger {
            trigger_type: text("prometheus"),
            name: None,
            metadata,
            metric_type: None,
            use_cached_metrics: None,
            authentication_ref: None,
        };
        let behavior = self.pace.behavior(self.tolerance)?;
        let hpa = HpaConfig { name: None, behavior: Some(behavior) };
        let spec = ScaledObjectSpec {
            scale_target_ref: ScaleTargetRef {
                api_version: None,
                kind: None,
                name: text("web"),
                env_source_container_name: None,
            },
            polling_interval: None,
            cooldown_period: None,
            initial_cooldown_period: None,
            idle_replica_count: None,
            min_replica_count: Some(facts.bounds.min),
            max_replica_count: Some(facts.bounds.max),
            fallback: None,
            advanced: Some(Advanced { horizontal_pod_autoscaler_config: Some(hpa), ..Advanced::default() }),
            triggers: vec![trigger],
        };
        Ok(ScaledObject::new(Metadata { name: Some(text("web")), ..Metadata::default() }, spec))
    }
}

impl Tunable for KedaParameters {
    fn parameters(facts: &ServiceFacts) -> Vec<Parameter> {
        let default = Self::default();
        let (low, high) = facts.target_of_request_range();
        let mut parameters = vec![
            Parameter::new("threshold_of_request", Range::Linear { low, high }, default.threshold_of_request),
            Parameter::new("tolerance", Range::Linear { low: 0.02, high: 0.1 }, default.tolerance),
        ];
        parameters.extend(Pace::parameters());
        parameters
    }

    fn from_values(values: &[f64]) -> Self {
        Self { threshold_of_request: values[0], tolerance: values[1], pace: Pace::from_values(&values[2..]) }
    }
}
