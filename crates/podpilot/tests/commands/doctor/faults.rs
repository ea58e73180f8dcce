use serde_json::json;

use super::{add, blames, healthy, object, told, troubles};

#[test]
fn an_image_that_cannot_be_pulled() {
    let mut objects = healthy();
    object(&mut objects, "Deployment", "web")["status"]["unavailableReplicas"] = json!(1);
    let mut pod = object(&mut objects, "Pod", "web").clone();
    pod["metadata"]["name"] = json!("web-7d4b9c-x2x2x");
    pod["status"]["containerStatuses"][0]["state"] = json!({"waiting": {"reason": "ImagePullBackOff",
        "message": "Back-off pulling image \"nginx:1.99\""}});
    pod["status"]["containerStatuses"][0]["ready"] = json!(false);
    add(&mut objects, pod);
    let message = "container web of web-7d4b9c-x2x2x is in ImagePullBackOff: Back-off pulling image";
    blames(&objects, message, "kubectl describe pod -n demo web-7d4b9c-x2x2x");
}

#[test]
fn a_container_that_ends_again_and_again() {
    let mut objects = healthy();
    let pod = object(&mut objects, "Pod", "gateway");
    pod["status"]["containerStatuses"][0]["state"] = json!({"waiting": {"reason": "CrashLoopBackOff"}});
    blames(&objects, "is in CrashLoopBackOff", "kubectl logs -n demo gateway-");
}

#[test]
fn a_pod_that_is_only_starting_is_not_ill() {
    let mut objects = healthy();
    let mut pod = object(&mut objects, "Pod", "web").clone();
    pod["metadata"]["name"] = json!("web-new");
    pod["status"]["containerStatuses"][0]["state"] = json!({"waiting": {"reason": "ContainerCreating"}});
    add(&mut objects, pod);
    object(&mut objects, "Deployment", "web")["spec"]["replicas"] = json!(2);
    let (text, code) = told(&objects, &[]);
    assert_eq!(code, Some(0), "{text}");
    assert_eq!(troubles(&text).len(), 1, "{text}");
    assert!(text.contains("warning: workload demo/web: 1 of 2 pods ready"), "{text}");
}

#[test]
fn a_pod_without_room() {
    let mut objects = healthy();
    let mut pod = object(&mut objects, "Pod", "web").clone();
    pod["metadata"]["name"] = json!("web-big");
    pod["status"] = json!({"phase": "Pending", "conditions": [{"type": "PodScheduled", "status": "False",
        "reason": "Unschedulable", "message": "0/1 nodes are available: 1 Insufficient cpu."}]});
    add(&mut objects, pod);
    blames(
        &objects,
        "web-big finds no node: Unschedulable: 0/1 nodes are available: 1 Insufficient cpu",
        "make room",
    );
}

#[test]
fn a_selector_that_matches_no_pod() {
    let mut objects = healthy();
    object(&mut objects, "Service", "web")["spec"]["selector"] = json!({"app": "wbe"});
    object(&mut objects, "EndpointSlice", "web")["endpoints"] = json!(null);
    blames(&objects, "no pod carries its selector app=wbe", "kubectl get pods -n demo --show-labels");
}

#[test]
fn a_service_whose_pods_are_not_ready() {
    let mut objects = healthy();
    object(&mut objects, "EndpointSlice", "web")["endpoints"][0]["conditions"]["ready"] = json!(false);
    blames(
        &objects,
        "none of them ready: requests and kubectl port-forward fail",
        "kubectl get pods -n demo -l app=web",
    );
}

#[test]
fn a_metrics_api_that_does_not_answer() {
    let mut objects = healthy();
    object(&mut objects, "APIService", "v1beta1")["status"]["conditions"] = json!([{"type": "Available",
        "status": "False", "reason": "MissingEndpoints", "message": "endpoints for service/metrics-server have no addresses"}]);
    blames(
        &objects,
        "does not answer: MissingEndpoints",
        "kubectl logs -n kube-system deployment/metrics-server",
    );
}

#[test]
fn a_cluster_without_the_metrics_api() {
    let mut objects = healthy();
    let items = objects["items"].as_array_mut().expect("a list");
    items.retain(|item| item["kind"] != "APIService");
    blames(&objects, "no metrics API", "microk8s enable metrics-server");
}

#[test]
fn an_autoscaler_without_a_target() {
    let mut objects = healthy();
    object(&mut objects, "HorizontalPodAutoscaler", "web")["spec"]["scaleTargetRef"]["name"] = json!("wbe");
    blames(&objects, "its target, Deployment wbe, does not exist", "kubectl get deployments -n demo");
}

#[test]
fn an_autoscaler_that_lacks_a_cpu_request() {
    let mut objects = healthy();
    let deployment = object(&mut objects, "Deployment", "web");
    deployment["spec"]["template"]["spec"]["containers"][0]["resources"] = json!({});
    blames(
        &objects,
        "container web of Deployment web asks for no CPU",
        "--containers=web --requests=cpu=100m",
    );
}

#[test]
fn an_autoscaler_that_gets_no_metrics() {
    let mut objects = healthy();
    let active = &mut object(&mut objects, "HorizontalPodAutoscaler", "web")["status"]["conditions"][1];
    active["status"] = json!("False");
    active["reason"] = json!("FailedGetResourceMetric");
    active["message"] = json!("the HPA was unable to compute the replica count");
    blames(&objects, "does not scale; FailedGetResourceMetric", "kubectl describe hpa -n demo web");
}

#[test]
fn an_autoscaler_at_its_maximum_is_a_warning() {
    let mut objects = healthy();
    object(&mut objects, "HorizontalPodAutoscaler", "web")["status"]["currentReplicas"] = json!(10);
    let (text, code) = told(&objects, &[]);
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("warning: autoscaler demo/web: at its maximum of 10 replicas"), "{text}");
    assert!(text.contains("\"maxReplicas\":20"), "{text}");
}

#[test]
fn two_autoscalers_of_one_target() {
    let mut objects = healthy();
    let mut second = object(&mut objects, "HorizontalPodAutoscaler", "web").clone();
    second["metadata"]["name"] = json!("web-too");
    add(&mut objects, second);
    blames(
        &objects,
        "2 autoscalers write its replica count: web, web-too",
        "kubectl delete hpa -n demo web-too",
    );
}

#[test]
fn a_node_that_is_not_ready_or_under_pressure() {
    let mut objects = healthy();
    let conditions =
        object(&mut objects, "Node", "node1")["status"]["conditions"].as_array_mut().expect("conditions");
    for condition in conditions.iter_mut().filter(|it| it["type"] == "MemoryPressure") {
        condition["status"] = json!("True");
    }
    blames(&objects, "MemoryPressure", "kubectl describe node node1");
    let conditions =
        object(&mut objects, "Node", "node1")["status"]["conditions"].as_array_mut().expect("conditions");
    for condition in conditions.iter_mut().filter(|it| it["type"] == "Ready") {
        condition["status"] = json!("Unknown");
    }
    blames(&objects, "not ready", "kubectl describe node node1");
}

#[test]
fn a_namespace_without_anything() {
    let (text, code) = told(&healthy(), &["--namespace", "shop"]);
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("problem: service shop: there is no Service in this namespace"), "{text}");
    assert!(text.contains("kubectl apply -k deployments/demo"), "{text}");
}
