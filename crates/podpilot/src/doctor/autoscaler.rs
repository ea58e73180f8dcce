use std::collections::BTreeMap;

use super::finding::Finding;
use super::objects::{Object, Objects, told};

const CHECK: &str = "autoscaler";

pub(super) fn check(objects: &Objects, namespace: &str) -> Vec<Finding> {
    let autoscalers: Vec<&Object> = objects.within("HorizontalPodAutoscaler", namespace).collect();
    if autoscalers.is_empty() {
        return vec![Finding::skipped(
            CHECK,
            namespace,
            "there is no HorizontalPodAutoscaler in this namespace",
        )];
    }
    let mut findings: Vec<Finding> = autoscalers.iter().map(|hpa| examine(objects, hpa)).collect();
    findings.extend(rivals(&autoscalers));
    findings
}

fn examine(objects: &Objects, hpa: &Object) -> Finding {
    let (namespace, subject) = (hpa.namespace(), hpa.full_name());
    let describe = format!("kubectl describe hpa -n {namespace} {}", hpa.name());
    let (kind, name) = (hpa.text("/spec/scaleTargetRef/kind"), hpa.text("/spec/scaleTargetRef/name"));
    if kind == "Deployment" {
        let Some(deployment) = objects.find(kind, namespace, name) else {
            let message = format!("its target, Deployment {name}, does not exist");
            return Finding::problem(
                CHECK,
                subject,
                message,
                format!("kubectl get deployments -n {namespace}"),
            );
        };
        if let Some(container) = without_request(hpa, deployment) {
            let message = format!(
                "it goes by CPU utilization, and container {container} of Deployment {name} asks for no CPU"
            );
            let next = format!(
                "kubectl set resources -n {namespace} deployment {name} --containers={container} --requests=cpu=100m"
            );
            return Finding::problem(CHECK, subject, message, next);
        }
    }
    if let Some(broken) = ["AbleToScale", "ScalingActive"].into_iter().find(|kind| is_false(hpa, kind)) {
        // Scaled to zero by hand: HPA rests, on purpose.
        if told(hpa.condition(broken)).starts_with("ScalingDisabled") {
            return Finding::warning(CHECK, subject, told(hpa.condition(broken)), describe);
        }
        return Finding::problem(
            CHECK,
            subject,
            format!("does not scale; {}", told(hpa.condition(broken))),
            describe,
        );
    }
    let (current, highest) = (hpa.number("/status/currentReplicas"), hpa.number("/spec/maxReplicas"));
    if current >= highest {
        let message = format!("at its maximum of {highest} replicas: it cannot follow more load");
        let next = format!(
            "kubectl patch hpa -n {namespace} {} --patch '{{\"spec\":{{\"maxReplicas\":{}}}}}'",
            hpa.name(),
            2 * highest
        );
        return Finding::warning(CHECK, subject, message, next);
    }
    if hpa.condition("ScalingActive").is_none() {
        return Finding::warning(CHECK, subject, "the controller has not looked at it yet", describe);
    }
    Finding::ok(CHECK, subject, format!("scales {kind} {name}, {current} of at most {highest} replicas"))
}

fn is_false(hpa: &Object, kind: &str) -> bool {
    hpa.condition(kind).is_some_and(|condition| condition["status"] == "False")
}

/// A container without a CPU request, where HPA needs one.
fn without_request<'a>(hpa: &Object, deployment: &'a Object) -> Option<&'a str> {
    let by_utilization = hpa.list("/spec/metrics").iter().any(|metric| {
        metric["resource"]["name"] == "cpu" && metric["resource"]["target"]["type"] == "Utilization"
    });
    if !by_utilization {
        return None;
    }
    let containers = deployment.list("/spec/template/spec/containers");
    // A limit without a request is taken for the request.
    let lacks = |part: &serde_json::Value| part["cpu"].is_null();
    let container = containers.iter().find(|container| {
        lacks(&container["resources"]["requests"]) && lacks(&container["resources"]["limits"])
    })?;
    container["name"].as_str()
}

/// Two autoscalers of one target write its replica count in turn.
fn rivals(autoscalers: &[&Object]) -> Vec<Finding> {
    let mut by_target: BTreeMap<(&str, &str), Vec<&str>> = BTreeMap::new();
    for hpa in autoscalers {
        let target = (hpa.text("/spec/scaleTargetRef/kind"), hpa.text("/spec/scaleTargetRef/name"));
        by_target.entry(target).or_default().push(hpa.name());
    }
    let contested = by_target.into_iter().filter(|(_, names)| names.len() > 1);
    contested
        .map(|((kind, name), names)| {
            let namespace = autoscalers.first().map_or("", |hpa| hpa.namespace());
            let message =
                format!("{} autoscalers write its replica count: {}", names.len(), names.join(", "));
            let next = format!("kubectl delete hpa -n {namespace} {}", names[names.len() - 1]);
            Finding::problem(CHECK, format!("{kind} {namespace}/{name}"), message, next)
        })
        .collect()
}
