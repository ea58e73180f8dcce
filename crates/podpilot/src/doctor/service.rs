use serde_json::Value;

use super::finding::Finding;
use super::objects::{Object, Objects};

const CHECK: &str = "service";

pub(super) fn check(objects: &Objects, namespace: &str) -> Vec<Finding> {
    let findings: Vec<Finding> =
        objects.within("Service", namespace).map(|service| examine(objects, service)).collect();
    if findings.is_empty() {
        let next = format!(
            "kubectl get services --all-namespaces   (the demo: kubectl apply -k deployments/demo; another namespace than {namespace}: --namespace)"
        );
        return vec![Finding::problem(CHECK, namespace, "there is no Service in this namespace", next)];
    }
    findings
}

fn examine(objects: &Objects, service: &Object) -> Finding {
    let (namespace, name, subject) = (service.namespace(), service.name(), service.full_name());
    let ready = ready_endpoints(objects, namespace, name);
    if ready > 0 {
        return Finding::ok(CHECK, subject, format!("{ready} ready endpoints"));
    }
    let selector = service.at("/spec/selector");
    if selector.as_object().is_none_or(serde_json::Map::is_empty) {
        let next = format!("kubectl get endpointslices -n {namespace} -l kubernetes.io/service-name={name}");
        return Finding::problem(CHECK, subject, "no selector, and no endpoints written by hand", next);
    }
    let pods = objects.selected(namespace, selector).count();
    if pods == 0 {
        let message = format!("no pod carries its selector {}", labels(selector));
        return Finding::problem(
            CHECK,
            subject,
            message,
            format!("kubectl get pods -n {namespace} --show-labels"),
        );
    }
    let message =
        format!("it selects {pods} pods, none of them ready: requests and kubectl port-forward fail");
    Finding::problem(
        CHECK,
        subject,
        message,
        format!("kubectl get pods -n {namespace} -l {}", labels(selector)),
    )
}

/// Addresses behind a Service that take requests.
pub(super) fn ready_endpoints(objects: &Objects, namespace: &str, service: &str) -> usize {
    objects
        .within("EndpointSlice", namespace)
        .filter(|slice| slice.label("kubernetes.io/service-name") == service)
        .flat_map(|slice| slice.list("/endpoints"))
        // A condition that is not given counts as true.
        .filter(|endpoint| endpoint["conditions"]["ready"] != false)
        .map(|endpoint| endpoint["addresses"].as_array().map_or(0, Vec::len))
        .sum()
}

fn labels(selector: &Value) -> String {
    let pairs = selector.as_object().into_iter().flatten();
    let pairs: Vec<String> =
        pairs.map(|(key, value)| format!("{key}={}", value.as_str().unwrap_or_default())).collect();
    pairs.join(",")
}
