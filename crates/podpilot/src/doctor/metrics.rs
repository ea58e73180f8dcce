use super::finding::Finding;
use super::objects::{Objects, told};

const CHECK: &str = "metrics";
const RESOURCE_METRICS: &str = "v1beta1.metrics.k8s.io";

pub(super) fn check(objects: &Objects, _namespace: &str) -> Vec<Finding> {
    let mut findings = vec![resource_metrics(objects)];
    findings.extend(prometheus(objects));
    findings
}

fn resource_metrics(objects: &Objects) -> Finding {
    let Some(service) = objects.of("APIService").find(|service| service.name() == RESOURCE_METRICS) else {
        let message = "no metrics API: HPA on CPU or memory and `kubectl top` cannot work";
        return Finding::problem(CHECK, RESOURCE_METRICS, message, "microk8s enable metrics-server");
    };
    if service.holds("Available") {
        return Finding::ok(CHECK, RESOURCE_METRICS, "the metrics API answers");
    }
    let message = format!("the metrics API does not answer: {}", told(service.condition("Available")));
    let next = format!(
        "kubectl logs -n {} deployment/metrics-server --tail=20",
        service.text("/spec/service/namespace")
    );
    Finding::problem(CHECK, RESOURCE_METRICS, message, next)
}

/// Prometheus as the Prometheus operator and most charts label it; a cluster can do without.
fn prometheus(objects: &Objects) -> Vec<Finding> {
    let pods = objects.of("Pod").filter(|pod| pod.label("app.kubernetes.io/name") == "prometheus");
    let findings: Vec<Finding> = pods
        .map(|pod| {
            if pod.holds("Ready") {
                return Finding::ok(CHECK, pod.full_name(), "Prometheus is ready");
            }
            let next = format!("kubectl describe pod -n {} {}", pod.namespace(), pod.name());
            let message = format!("Prometheus is not ready: {}", told(pod.condition("Ready")));
            Finding::problem(CHECK, pod.full_name(), message, next)
        })
        .collect();
    if findings.is_empty() {
        let message = "no Prometheus pod is to be seen; request rates and latencies are then not recorded";
        return vec![Finding::skipped(CHECK, "prometheus", message)];
    }
    findings
}
