//! Ingress controllers, on objects only.

use serde_json::{Value, json};

use super::{add, blames, healthy, told, troubles};

/// The demo with an Ingress, MicroK8s' default class and its Traefik.
fn with_ingress() -> Value {
    let mut objects = healthy();
    add(
        &mut objects,
        json!({"kind": "Ingress", "metadata": {"namespace": "demo", "name": "web"}, "spec": {"rules": [{"http": {"paths": [
            {"path": "/", "pathType": "Prefix", "backend": {"service": {"name": "gateway", "port": {"name": "http"}}}}]}}]}}),
    );
    add(
        &mut objects,
        json!({"kind": "IngressClass", "metadata": {"name": "public",
            "annotations": {"ingressclass.kubernetes.io/is-default-class": "true"}}}),
    );
    add(
        &mut objects,
        json!({"kind": "Pod", "metadata": {"namespace": "ingress", "name": "traefik-x", "labels": {"app.kubernetes.io/name": "traefik"}},
            "spec": {"containers": [{"name": "traefik", "ports": [{"containerPort": 8000, "hostPort": 80}]}]},
            "status": {"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}]}}),
    );
    objects
}

fn last<'a>(objects: &'a mut Value, kind: &str) -> &'a mut Value {
    let items = objects["items"].as_array_mut().expect("a list");
    items.iter_mut().rfind(|item| item["kind"] == kind).expect("it was added")
}

fn without(mut objects: Value, kind: &str, name: &str) -> Value {
    let items = objects["items"].as_array_mut().expect("a list");
    items.retain(|item| item["kind"] != kind || item["metadata"]["name"] != name);
    objects
}

#[test]
fn all_is_well() {
    let (text, code) = told(&with_ingress(), &[]);
    assert_eq!((troubles(&text), code), (Vec::new(), Some(0)), "{text}");
    assert!(
        text.contains("ok: ingress controller ingress/traefik-x: ready, on the node's own ports"),
        "{text}"
    );
}

#[test]
fn the_controller_is_missing_or_down() {
    let objects = without(with_ingress(), "Pod", "traefik-x");
    blames(&objects, "nobody serves the Ingress", "microk8s enable ingress");
    let mut objects = with_ingress();
    last(&mut objects, "Pod")["status"] = json!({"phase": "Pending"});
    blames(
        &objects,
        "Pending, not ready: the ingress cannot be reached",
        "kubectl describe pod -n ingress traefik-x",
    );
}

#[test]
fn nothing_leads_to_the_controller() {
    let mut objects = with_ingress();
    last(&mut objects, "Pod")["spec"]["containers"][0]["ports"] = json!([{"containerPort": 8000}]);
    blames(
        &objects,
        "neither a Service nor a port of the node leads to it",
        "kubectl get services -n ingress",
    );
    add(
        &mut objects,
        json!({"kind": "Service", "metadata": {"namespace": "ingress", "name": "traefik"},
            "spec": {"type": "LoadBalancer", "selector": {"app.kubernetes.io/name": "traefik"}}}),
    );
    let (text, _) = told(&objects, &[]);
    assert!(text.contains("ready, behind Service traefik of type LoadBalancer"), "{text}");
}

#[test]
fn an_ingress_that_leads_nowhere_answers_404() {
    let backend = "/spec/rules/0/http/paths/0/backend/service";
    let mut objects = with_ingress();
    *last(&mut objects, "Ingress").pointer_mut(backend).expect("a backend") =
        json!({"name": "wbe", "port": {"number": 80}});
    blames(
        &objects,
        "leads to Service wbe, which does not exist: clients get 404",
        "kubectl get services -n demo",
    );
    *last(&mut objects, "Ingress").pointer_mut(backend).expect("a backend") =
        json!({"name": "web", "port": {"number": 81}});
    blames(&objects, "Service web has no port 81", "kubectl get services -n demo");
    *last(&mut objects, "Ingress").pointer_mut(backend).expect("a backend") =
        json!({"name": "web", "port": {"number": 80}});
    assert_eq!(told(&objects, &[]).1, Some(0));
}

#[test]
fn a_class_that_nobody_serves() {
    let mut objects = with_ingress();
    last(&mut objects, "Ingress")["spec"]["ingressClassName"] = json!("haproxy");
    blames(&objects, "its class haproxy does not exist", "kubectl get ingressclasses");
    let objects = without(with_ingress(), "IngressClass", "public");
    blames(&objects, "it names no class, and the cluster has no default one", "kubectl get ingressclasses");
}

#[test]
fn annotations_that_traefik_ignores_are_a_warning() {
    let mut objects = with_ingress();
    last(&mut objects, "Ingress")["metadata"]["annotations"] =
        json!({"nginx.ingress.kubernetes.io/rewrite-target": "/"});
    let (text, code) = told(&objects, &[]);
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("Traefik, which ignores nginx.ingress.kubernetes.io/rewrite-target"), "{text}");
}
