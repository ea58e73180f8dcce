use kube::KubeSchema;
use serde::{Deserialize, Serialize};

/// The service level to keep at the lowest cost.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ObjectiveSpec {
    /// The latency rule for one minute.
    #[serde(default)]
    pub latency: LatencyTarget,
    /// Largest share of minutes that may break the latency rule.
    #[serde(default = "default_bad_minutes")]
    #[schemars(length(max = 10))]
    #[x_kube(validation = Rule::new("self.matches('^0[.][0-9]{1,7}$') && double(self) > 0.0")
        .message("must be a share between 0 and 1 as a string, such as \"0.005\""))]
    pub bad_minutes: String,
    /// Ceiling on CPU use as a share of the pod's limit.
    #[serde(default = "default_of_limit")]
    #[schemars(length(max = 10))]
    #[x_kube(validation = Rule::new("self.matches('^(0[.][0-9]{1,7}|1([.]0)?)$') && double(self) > 0.0")
        .message("must be a share above 0 and up to 1 as a string, such as \"0.85\""))]
    pub cpu_of_limit: String,
    /// Ceiling on memory use as a share of the pod's limit.
    #[serde(default = "default_of_limit")]
    #[schemars(length(max = 10))]
    #[x_kube(validation = Rule::new("self.matches('^(0[.][0-9]{1,7}|1([.]0)?)$') && double(self) > 0.0")
        .message("must be a share above 0 and up to 1 as a string, such as \"0.85\""))]
    pub memory_of_limit: String,
}

/// A request that takes longer than `threshold` is slow; 1 − `quantile` of a minute's requests may be slow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LatencyTarget {
    /// The quantile that counts.
    #[schemars(length(max = 10))]
    #[x_kube(validation = Rule::new("self.matches('^0[.][0-9]{1,7}$') && double(self) > 0.0")
        .message("must be a quantile between 0 and 1 as a string, such as \"0.95\""))]
    pub quantile: String,
    /// A request that takes longer is slow.
    #[schemars(length(max = 10))]
    #[x_kube(validation = Rule::new(
        "self.matches('^[0-9]+(ms|s)$') && duration(self) >= duration('1ms') && duration(self) <= duration('60s')")
        .message("must be a duration from 1ms to 60s, such as 200ms"))]
    pub threshold: String,
}

/// What things cost, for the saving that is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Price {
    /// Price of one replica for one hour, in any currency.
    #[schemars(length(max = 16))]
    #[x_kube(validation = Rule::new("self.matches('^[0-9]{1,7}([.][0-9]{1,7})?$')")
        .message("must be a price as a string, such as \"0.02\""))]
    pub replica_hour: String,
}

impl Default for ObjectiveSpec {
    fn default() -> Self {
        Self {
            latency: LatencyTarget::default(),
            bad_minutes: default_bad_minutes(),
            cpu_of_limit: default_of_limit(),
            memory_of_limit: default_of_limit(),
        }
    }
}

impl Default for LatencyTarget {
    fn default() -> Self {
        Self { quantile: "0.95".to_owned(), threshold: "200ms".to_owned() }
    }
}

fn default_bad_minutes() -> String {
    "0.005".to_owned()
}

fn default_of_limit() -> String {
    "0.85".to_owned()
}
