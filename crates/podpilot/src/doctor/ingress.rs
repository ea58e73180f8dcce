use serde_json::Value;

use super::finding::Finding;
use super::ingress_controller::is_traefik;
use super::objects::{Object, Objects};

const CHECK: &str = "ingress";
const DEFAULT_CLASS: &str = "ingressclass.kubernetes.io/is-default-class";
const NGINX_ANNOTATION: &str = "nginx.ingress.kubernetes.io/";

pub(super) fn check(objects: &Objects, namespace: &str) -> Vec<Finding> {
    objects.within("Ingress", namespace).flat_map(|ingress| examine(objects, ingress)).collect()
}

fn examine(objects: &Objects, ingress: &Object) -> Vec<Finding> {
    let subject = ingress.full_name();
    let mut findings: Vec<Finding> = backends(ingress)
        .filter_map(|backend| broken_backend(objects, ingress, backend))
        .chain(class(objects, ingress))
        .chain(ignored_annotations(objects, ingress))
        .collect();
    if findings.is_empty() {
        findings.push(Finding::ok(CHECK, subject, "its class is served, its backends exist"));
    }
    findings
}

/// The Services that an Ingress leads to.
fn backends(ingress: &Object) -> impl Iterator<Item = &Value> {
    let rules = ingress.list("/spec/rules").iter();
    let paths = rules
        .filter_map(|rule| rule["http"]["paths"].as_array())
        .flatten()
        .map(|path| &path["backend"]["service"]);
    paths.chain([ingress.at("/spec/defaultBackend/service")]).filter(|service| service.is_object())
}

fn broken_backend(objects: &Objects, ingress: &Object, backend: &Value) -> Option<Finding> {
    let (namespace, name) = (ingress.namespace(), backend["name"].as_str().unwrap_or_default());
    let next = format!("kubectl get services -n {namespace}");
    let Some(service) = objects.find("Service", namespace, name) else {
        let message = format!("it leads to Service {name}, which does not exist: clients get 404 or 503");
        return Some(Finding::problem(CHECK, ingress.full_name(), message, next));
    };
    let port = &backend["port"];
    let exists = |it: &Value| {
        port["name"].as_str().map_or_else(|| it["port"] == port["number"], |name| it["name"] == name)
    };
    if service.list("/spec/ports").iter().any(exists) {
        return None;
    }
    let message = format!("Service {name} has no port {}: clients get 404 or 503", port_name(port));
    Some(Finding::problem(CHECK, ingress.full_name(), message, next))
}

fn port_name(port: &Value) -> String {
    port["name"].as_str().map_or_else(|| port["number"].to_string(), str::to_owned)
}

fn class(objects: &Objects, ingress: &Object) -> Option<Finding> {
    let mut classes = objects.of("IngressClass");
    let wanted = ingress.text("/spec/ingressClassName");
    let next = "kubectl get ingressclasses";
    if wanted.is_empty() {
        let has_default = classes.any(|class| class.at("/metadata/annotations")[DEFAULT_CLASS] == "true");
        let message = "it names no class, and the cluster has no default one: nobody serves it";
        return (!has_default).then(|| Finding::problem(CHECK, ingress.full_name(), message, next));
    }
    let exists = classes.any(|class| class.name() == wanted);
    let message = format!("its class {wanted} does not exist: nobody serves it, clients get 404");
    (!exists).then(|| Finding::problem(CHECK, ingress.full_name(), message, next))
}

/// Traefik takes Ingresses of class `nginx` on MicroK8s and does nothing about their annotations.
fn ignored_annotations(objects: &Objects, ingress: &Object) -> Option<Finding> {
    let annotations = ingress.at("/metadata/annotations").as_object()?;
    let ignored = annotations.keys().find(|key| key.starts_with(NGINX_ANNOTATION))?;
    let message = format!("the controller is Traefik, which ignores {ignored}: paths may end in 404");
    let next = format!("kubectl edit ingress -n {} {}", ingress.namespace(), ingress.name());
    is_traefik(objects).then(|| Finding::warning(CHECK, ingress.full_name(), message, next))
}
