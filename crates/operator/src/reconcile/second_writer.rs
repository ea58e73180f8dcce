use crate::world::{FIELD_MANAGER, ReplicaOwner, Target};

/// Somebody besides podpilot who writes the replica count of a target that podpilot writes. `written` is the count that
/// podpilot last wrote.
pub fn second_writer(target: &Target, written: Option<i32>) -> Option<&ReplicaOwner> {
    let others = || target.replica_owners.iter().filter(|owner| owner.manager != FIELD_MANAGER);
    // Who applies the count over and over will write it again.
    if let Some(applier) = others().find(|owner| owner.applies) {
        return Some(applier);
    }
    let overwritten = written.is_some_and(|written| written != target.replicas.spec);
    overwritten.then(|| others().max_by_key(|owner| owner.at)).flatten()
}

#[cfg(test)]
mod tests {
    use podpilot_core::ReplicaCounts;

    use super::*;
    use crate::resource::TargetKind;

    fn target(spec: i32, owners: &[(&str, bool)]) -> Target {
        Target {
            kind: TargetKind::Deployment,
            name: "web".to_owned(),
            namespace: "demo".to_owned(),
            uid: "u".to_owned(),
            resource_version: "1".to_owned(),
            replicas: ReplicaCounts { spec, status: spec },
            selector: None,
            replica_owners: owners
                .iter()
                .map(|(manager, applies)| ReplicaOwner {
                    manager: (*manager).to_owned(),
                    applies: *applies,
                    at: None,
                })
                .collect(),
        }
    }

    fn found(spec: i32, owners: &[(&str, bool)], written: Option<i32>) -> Option<String> {
        second_writer(&target(spec, owners), written).map(|owner| owner.manager.clone())
    }

    #[test]
    fn who_created_the_target_is_no_second_writer() {
        assert_eq!(found(3, &[("kubectl-client-side-apply", false)], None), None);
        assert_eq!(found(5, &[("podpilot", false)], Some(5)), None);
    }

    #[test]
    fn who_overwrites_or_applies_is() {
        assert_eq!(found(3, &[("kubectl", false)], Some(5)).as_deref(), Some("kubectl"));
        assert_eq!(found(5, &[("argocd-controller", true)], None).as_deref(), Some("argocd-controller"));
    }
}
