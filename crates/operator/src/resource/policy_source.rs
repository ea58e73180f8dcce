use kube::KubeSchema;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Where the policy comes from: exactly one of its fields.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[x_kube(validation = Rule::new("[has(self.builtin), has(self.configMap), has(self.file)].filter(x, x).size() == 1")
    .message("must have exactly one of builtin, configMap and file"))]
pub struct PolicySource {
    /// A policy that comes with podpilot: `default`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[x_kube(validation = Rule::new("self == 'default'").message("must be default, the only built-in policy"))]
    #[schemars(length(max = 63))]
    pub builtin: Option<String>,
    /// A policy file in `binaryData` of a ConfigMap in the same namespace.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub config_map: Option<ConfigMapKey>,
    /// A policy file in the operator's own file system, below the directory given by `--policies`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 253))]
    #[x_kube(validation = Rule::new("self.matches('^[A-Za-z0-9_-][A-Za-z0-9._-]*$')")
        .message("must be the name of a file in the operator's policy directory, without a path"))]
    pub file: Option<String>,
}

/// One key of a ConfigMap.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ConfigMapKey {
    /// Name of the ConfigMap.
    #[schemars(length(min = 1, max = 253))]
    pub name: String,
    /// Key in its `binaryData`.
    #[schemars(length(min = 1, max = 253))]
    pub key: String,
}

impl Default for PolicySource {
    fn default() -> Self {
        Self { builtin: Some("default".to_owned()), config_map: None, file: None }
    }
}
