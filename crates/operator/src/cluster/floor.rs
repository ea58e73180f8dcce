use k8s_openapi::api::autoscaling::v2::HorizontalPodAutoscaler;
use kube::api::{Patch, PatchParams};
use kube::{Api, Client, ResourceExt};
use serde_json::{Value, json};

use super::{Leadership, WriteFault};
use crate::world::FIELD_MANAGER;

/// Holds the `minReplicas` that the user wrote while podpilot raises it.
pub const USER_MIN_ANNOTATION: &str = "podpilot.dev/user-min-replicas";
/// Holds the `minReplicas` that podpilot wrote, so that a change by the user is noticed.
pub const FLOOR_ANNOTATION: &str = "podpilot.dev/floor";

/// A change of an HPA's lower bound, as a merge patch.
#[derive(Debug, Clone, PartialEq)]
pub struct FloorChange {
    /// `minReplicas` after it.
    pub min_replicas: i32,
    patch: Value,
}

/// What the user wants as lower bound: the annotation's value, unless the bound was edited after podpilot wrote it.
fn user_min(hpa: &HorizontalPodAutoscaler) -> i32 {
    let current = hpa.spec.min_replicas.unwrap_or(1);
    let edited = number(hpa, FLOOR_ANNOTATION).is_none_or(|floor| floor != current);
    if edited { current } else { number(hpa, USER_MIN_ANNOTATION).unwrap_or(current) }
}

/// The change that raises the lower bound to `floor`: never below the user's own bound, never above the HPA's upper one.
/// `None` if it is right already.
pub fn floor_change(hpa: &HorizontalPodAutoscaler, floor: i32) -> Option<FloorChange> {
    let user_min = user_min(hpa);
    let min_replicas = floor.min(hpa.spec.max_replicas).max(user_min);
    let noted = number(hpa, USER_MIN_ANNOTATION) == Some(user_min)
        && number(hpa, FLOOR_ANNOTATION) == Some(min_replicas);
    if noted && hpa.spec.min_replicas == Some(min_replicas) {
        return None;
    }
    let annotations =
        json!({USER_MIN_ANNOTATION: user_min.to_string(), FLOOR_ANNOTATION: min_replicas.to_string()});
    Some(change(hpa, min_replicas, &annotations))
}

/// The change that gives the lower bound back to the user; `None` if podpilot has not touched this HPA.
pub fn release_change(hpa: &HorizontalPodAutoscaler) -> Option<FloorChange> {
    number(hpa, USER_MIN_ANNOTATION)?;
    Some(change(hpa, user_min(hpa), &json!({USER_MIN_ANNOTATION: null, FLOOR_ANNOTATION: null})))
}

/// Writes a change, carrying the version of the HPA that it rests on.
pub async fn write_floor(
    client: &Client,
    leadership: &Leadership,
    hpa: &HorizontalPodAutoscaler,
    change: &FloorChange,
) -> Result<(), WriteFault> {
    let namespace = hpa.namespace().unwrap_or_default();
    let api: Api<HorizontalPodAutoscaler> = Api::namespaced(client.clone(), &namespace);
    let parameters = PatchParams { field_manager: Some(FIELD_MANAGER.to_owned()), ..PatchParams::default() };
    if !leadership.may_write() {
        return Err(WriteFault::LeaseLost);
    }
    api.patch(&hpa.name_any(), &parameters, &Patch::Merge(&change.patch)).await?;
    Ok(())
}

fn change(hpa: &HorizontalPodAutoscaler, min_replicas: i32, annotations: &Value) -> FloorChange {
    let patch = json!({
        "metadata": {"resourceVersion": hpa.resource_version(), "annotations": annotations},
        "spec": {"minReplicas": min_replicas},
    });
    FloorChange { min_replicas, patch }
}

fn number(hpa: &HorizontalPodAutoscaler, annotation: &str) -> Option<i32> {
    hpa.annotations().get(annotation)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hpa(min: i32, annotations: &Value) -> HorizontalPodAutoscaler {
        serde_json::from_value(json!({
            "metadata": {"name": "web", "namespace": "demo", "resourceVersion": "7", "annotations": annotations},
            "spec": {"minReplicas": min, "maxReplicas": 10, "scaleTargetRef": {"kind": "Deployment", "name": "web"}},
        }))
        .expect("an HPA")
    }

    #[test]
    fn the_floor_rises_and_the_users_bound_is_noted() {
        let change = floor_change(&hpa(2, &json!({})), 6).expect("a change");
        assert_eq!(change.min_replicas, 6);
        assert_eq!(change.patch["metadata"]["annotations"][USER_MIN_ANNOTATION], "2");
        assert_eq!(change.patch["metadata"]["resourceVersion"], "7");
        let raised = hpa(6, &json!({USER_MIN_ANNOTATION: "2", FLOOR_ANNOTATION: "6"}));
        assert_eq!(floor_change(&raised, 6), None);
        assert_eq!(floor_change(&raised, 1).map(|change| change.min_replicas), Some(2));
        assert_eq!(floor_change(&raised, 99).map(|change| change.min_replicas), Some(10));
        assert_eq!(release_change(&raised).map(|change| change.min_replicas), Some(2));
    }

    #[test]
    fn a_bound_that_the_user_edits_meanwhile_is_the_users() {
        let edited = hpa(4, &json!({USER_MIN_ANNOTATION: "2", FLOOR_ANNOTATION: "6"}));
        assert_eq!(release_change(&edited).map(|change| change.min_replicas), Some(4));
        let change = floor_change(&edited, 8).expect("a change");
        assert_eq!(change.patch["metadata"]["annotations"][USER_MIN_ANNOTATION], "4");
    }

    #[test]
    fn an_untouched_hpa_is_left_alone() {
        assert_eq!(release_change(&hpa(3, &json!({}))), None);
    }
}
