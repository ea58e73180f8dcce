use jiff::Timestamp;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use serde_json::Value;

/// Name under which podpilot writes.
pub const FIELD_MANAGER: &str = "podpilot";

/// Somebody who has set `spec.replicas`, as the API server noted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReplicaOwner {
    /// Field manager, such as `kubectl` or `argocd-controller`.
    pub manager: String,
    /// Declares the count over and over (server-side apply), instead of having set it once.
    pub applies: bool,
    /// When it last wrote.
    pub at: Option<Timestamp>,
}

/// Everybody whom `metadata.managedFields` names as owner of `spec.replicas`.
pub fn replica_owners(metadata: &ObjectMeta) -> Vec<ReplicaOwner> {
    let entries = metadata.managed_fields.iter().flatten();
    let owning = entries.filter(|entry| {
        let fields = entry.fields_v1.as_ref().map(|fields| &fields.0);
        fields
            .and_then(|fields| fields.get("f:spec"))
            .and_then(Value::as_object)
            .is_some_and(|spec| spec.contains_key("f:replicas"))
    });
    owning
        .map(|entry| ReplicaOwner {
            manager: entry.manager.clone().unwrap_or_else(|| "unknown".to_owned()),
            applies: entry.operation.as_deref() == Some("Apply"),
            at: entry.time.as_ref().map(|time| time.0),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_owners_of_the_count_are_named() {
        let metadata: ObjectMeta = serde_json::from_value(serde_json::json!({"managedFields": [
            {"manager": "kubectl", "operation": "Update", "subresource": "scale",
             "time": "2026-11-24T10:00:00Z", "fieldsV1": {"f:spec": {"f:replicas": {}}}},
            {"manager": "argocd-controller", "operation": "Apply", "fieldsV1": {"f:spec": {"f:replicas": {}, "f:template": {}}}},
            {"manager": "kube-controller-manager", "operation": "Update", "subresource": "status",
             "fieldsV1": {"f:status": {"f:replicas": {}}}}]}))
        .expect("metadata");
        let owners = replica_owners(&metadata);
        let names: Vec<(&str, bool)> =
            owners.iter().map(|owner| (owner.manager.as_str(), owner.applies)).collect();
        assert_eq!(names, [("kubectl", false), ("argocd-controller", true)]);
    }
}
