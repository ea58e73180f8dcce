use serde_json::Value;

use super::finding::Finding;
use super::objects::{Object, Objects, told};

const CHECK: &str = "workload";

pub(super) fn check(objects: &Objects, namespace: &str) -> Vec<Finding> {
    let findings: Vec<Finding> =
        objects.within("Deployment", namespace).map(|deployment| examine(objects, deployment)).collect();
    if findings.is_empty() {
        let next = "kubectl get deployments --all-namespaces";
        return vec![Finding::problem(CHECK, namespace, "there is no Deployment in this namespace", next)];
    }
    findings
}

fn examine(objects: &Objects, deployment: &Object) -> Finding {
    let subject = deployment.full_name();
    let (wanted, ready) = (replicas(deployment), deployment.number("/status/readyReplicas"));
    let selector = deployment.at("/spec/selector/matchLabels");
    let ailing = objects.selected(deployment.namespace(), selector).find_map(ailment);
    if let Some((message, next)) = ailing {
        let message = format!("{ready} of {wanted} pods ready; {message}");
        return Finding::problem(CHECK, subject, message, next);
    }
    if ready < wanted {
        let message = format!("{ready} of {wanted} pods ready");
        let next = format!("kubectl describe deployment -n {} {}", deployment.namespace(), deployment.name());
        // Some serve while others start; none is an outage.
        return match ready {
            0 => Finding::problem(CHECK, subject, message, next),
            _ => Finding::warning(CHECK, subject, message, next),
        };
    }
    Finding::ok(CHECK, subject, format!("{ready} of {wanted} pods ready"))
}

fn replicas(deployment: &Object) -> i64 {
    deployment.at("/spec/replicas").as_i64().unwrap_or(1)
}

/// What keeps a pod from running that time alone does not heal, and the command that shows more.
fn ailment(pod: &Object) -> Option<(String, String)> {
    let (namespace, name) = (pod.namespace(), pod.name());
    let describe = format!("kubectl describe pod -n {namespace} {name}");
    if pod.condition("PodScheduled").is_some_and(|condition| condition["status"] == "False") {
        let message = format!("{name} finds no node: {}", told(pod.condition("PodScheduled")));
        return Some((message, format!("{describe}   (ask for less CPU or memory, or make room)")));
    }
    let statuses = ["/status/initContainerStatuses", "/status/containerStatuses"];
    let waiting = statuses.iter().flat_map(|pointer| pod.list(pointer)).find_map(waiting_reason)?;
    let next = match waiting.0 {
        "CrashLoopBackOff" => format!("kubectl logs -n {namespace} {name} --previous"),
        _ => describe,
    };
    let (reason, container, text) = waiting;
    let text = if text.is_empty() { String::new() } else { format!(": {text}") };
    Some((format!("container {container} of {name} is in {reason}{text}"), next))
}

/// Reason, container and message of a container that waits for something other than its start.
fn waiting_reason(status: &Value) -> Option<(&str, &str, &str)> {
    const ON_ITS_WAY: [&str; 2] = ["ContainerCreating", "PodInitializing"];
    let waiting = &status["state"]["waiting"];
    let reason = waiting["reason"].as_str().filter(|reason| !ON_ITS_WAY.contains(reason))?;
    let name = status["name"].as_str().unwrap_or_default();
    Some((reason, name, waiting["message"].as_str().unwrap_or_default()))
}
