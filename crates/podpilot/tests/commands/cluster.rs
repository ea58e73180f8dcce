//! Commands of the feature `cluster`, as far as they need no cluster.

use crate::bad_input::refused;
use crate::sandbox::Sandbox;

#[test]
fn the_definition_of_the_custom_resource_is_printed() {
    let output = Sandbox::new().run(&["crd"]);
    assert!(output.status.success());
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    for part in [
        "kind: CustomResourceDefinition",
        "adaptiveautoscalers.podpilot.dev",
        "HPA-would",
        "x-kubernetes-validations",
    ] {
        assert!(text.contains(part), "{part} is missing");
    }
}

#[test]
fn names_and_kinds_are_checked_before_a_cluster_is_asked() {
    refused(&[], &["explain", "web"], &["`web`", "NAMESPACE/NAME", "demo/web"]);
    refused(&[], &["fit", "demo/web/x"], &["`demo/web/x`", "NAMESPACE/NAME"]);
    refused(
        &[],
        &["operator", "--target-kinds", "daemonsets"],
        &["daemonsets", "deployments", "statefulsets"],
    );
    refused(&[], &["operator", "--admin", "8080"], &["8080", "--admin"]);
}
