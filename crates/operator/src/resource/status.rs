use k8s_openapi::apimachinery::pkg::apis::meta::v1::{Condition, Time};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What the operator says. Conditions, mode and replicas are written when they change, numbers at most every 30 s.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AdaptiveAutoscalerStatus {
    /// The generation of the specification that this status answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observed_generation: Option<i64>,
    /// The mode that is in force.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mode: Option<String>,
    /// Replicas that the target asks for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replicas: Option<i32>,
    /// Replicas that podpilot decided on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recommended_replicas: Option<i32>,
    /// Replicas that the baseline HPA would have.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hpa_replicas: Option<i32>,
    /// Share of bad minutes, measured if there is traffic to measure, for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bad_minutes: Option<String>,
    /// Replica-hours saved against the baseline HPA, for people. Absent where bad minutes are not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub saving: Option<String>,
    /// When the last decision was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_decision_time: Option<Time>,
    /// Who made it: `policy`, `hpa` or `hold`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided_by: Option<String>,
    /// Why, for people.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<String>,
    /// The service model in use.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<FittedService>,
    /// podpilot beside the baseline HPA, both on virtual replicas where they are not the real ones.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counterfactual: Option<Counterfactual>,
    /// Memory that survives a restart of the operator, base64.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 8192))]
    pub restart_state: Option<String>,
    /// Conditions: `Ready`, `Accepted`, `SignalsHealthy`, `PolicyLoaded`, `ServiceFitted`, `Acting`, `SoleWriter`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub conditions: Vec<Condition>,
}

/// What a request costs and what a pod carries. Numbers are texts, as Kubernetes' conventions advise.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct FittedService {
    /// CPU time of one request, milliseconds.
    pub cpu_ms_per_request: String,
    /// Share of the variance of CPU that the fit explains; absent if the cost was stated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub r_squared: Option<String>,
    /// Relative standard error of the cost; absent if the cost was stated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub relative_error: Option<String>,
    /// Requests per second that one pod carries within the objective.
    pub rps_per_pod: String,
    /// Median time from start to Ready of this workload's pods, seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub startup_seconds: Option<String>,
}

/// A comparison over the same time.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Counterfactual {
    /// Hours compared.
    pub hours: String,
    /// podpilot.
    pub podpilot: WouldHaveRun,
    /// The baseline HPA.
    pub hpa: WouldHaveRun,
}

/// What one side ran or would have run.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct WouldHaveRun {
    /// Replica-hours.
    pub replica_hours: String,
    /// Upper bound on the share of bad minutes: the service model with the cost at the upper end of its error.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bad_minutes_at_most: Option<String>,
}
