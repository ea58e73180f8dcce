use super::finding::Finding;
use super::kubectl::KubectlError;
use super::objects::{Object, Objects};

const CHECK: &str = "ingress controller";

/// Labels that controllers' pods carry: Traefik (MicroK8s from 1.35 on), ingress-nginx, and MicroK8s' own ingress-nginx
/// before 1.35.
const LABELS: [(&str, &str); 3] = [
    ("app.kubernetes.io/name", "traefik"),
    ("app.kubernetes.io/name", "ingress-nginx"),
    ("name", "nginx-ingress-microk8s"),
];

pub(super) fn check(objects: &Objects, namespace: &str) -> Vec<Finding> {
    if objects.within("Ingress", namespace).next().is_none() {
        return vec![Finding::skipped(CHECK, "-", "no Ingress in this namespace, so none is needed")];
    }
    let pods: Vec<&Object> = pods(objects).collect();
    if pods.is_empty() {
        let message =
            "there is none that this check knows (Traefik, ingress-nginx): nobody serves the Ingress";
        return vec![Finding::problem(CHECK, "-", message, "microk8s enable ingress")];
    }
    pods.into_iter().map(|pod| examine(objects, pod)).collect()
}

fn examine(objects: &Objects, pod: &Object) -> Finding {
    let subject = pod.full_name();
    if !pod.holds("Ready") {
        let phase = pod.text("/status/phase");
        let next = format!("kubectl describe pod -n {} {}", pod.namespace(), pod.name());
        return Finding::problem(
            CHECK,
            subject,
            format!("{phase}, not ready: the ingress cannot be reached"),
            next,
        );
    }
    if has_host_port(pod) {
        return Finding::ok(CHECK, subject, "ready, on the node's own ports");
    }
    let service = objects.within("Service", pod.namespace()).find(|service| {
        objects.selected(pod.namespace(), service.at("/spec/selector")).any(|it| it.name() == pod.name())
    });
    let Some(service) = service else {
        let message = "ready, but neither a Service nor a port of the node leads to it";
        let next = format!("kubectl get services -n {}", pod.namespace());
        return Finding::problem(CHECK, subject, message, next);
    };
    let kind = service.text("/spec/type");
    Finding::ok(CHECK, subject, format!("ready, behind Service {} of type {kind}", service.name()))
}

fn has_host_port(pod: &Object) -> bool {
    let ports = pod.list("/spec/containers").iter().filter_map(|container| container["ports"].as_array());
    ports.flatten().any(|port| port["hostPort"].is_u64())
}

/// Pods of ingress controllers, wherever they are.
pub(super) fn pods(objects: &Objects) -> impl Iterator<Item = &Object> {
    objects.of("Pod").filter(|pod| LABELS.iter().any(|(key, value)| pod.label(key) == *value))
}

pub(super) fn is_traefik(objects: &Objects) -> bool {
    pods(objects).any(|pod| pod.label("app.kubernetes.io/name") == "traefik")
}

/// Lines in which a controller reports an error: Traefik's JSON or text form, nginx' form.
const ERROR_MARKS: [&str; 5] = ["\"level\":\"error\"", "level=error", " ERR ", "[error]", "[emerg]"];

pub(super) fn check_logs(
    objects: &Objects,
    logs: impl Fn(&str, &str) -> Result<String, KubectlError>,
) -> Vec<Finding> {
    let check = |pod: &Object| match logs(pod.namespace(), pod.name()) {
        Ok(text) => errors_in(&text, pod),
        Err(error) => Finding::skipped(CHECK, pod.full_name(), format!("its log cannot be read: {error}")),
    };
    pods(objects).map(check).collect()
}

fn errors_in(text: &str, pod: &Object) -> Finding {
    let errors: Vec<&str> =
        text.lines().filter(|line| ERROR_MARKS.iter().any(|mark| line.contains(mark))).collect();
    match errors.last() {
        None => Finding::ok(CHECK, pod.full_name(), "no error among the last lines of its log"),
        Some(last) => {
            let message =
                format!("{} errors among the last lines of its log, the newest: {last}", errors.len());
            let next = format!("kubectl logs -n {} {} --tail=200", pod.namespace(), pod.name());
            Finding::warning(CHECK, pod.full_name(), message, next)
        }
    }
}
