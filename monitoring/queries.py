"""Every query of dashboards and rules, and the metrics that they may name."""

import json
import pathlib
import re

import yaml

HERE = pathlib.Path(__file__).resolve().parent

# What a dashboard's variables are while the demo runs.
VALUES = {"source": ".+", "service": ".+", "namespace": "demo", "workload": "web", "autoscaler": ".+", "price": "0.02"}

EXPORTED = {
    "the demo's gateway (deployments/demo/histogram.lua)": [
        "http_request_duration_seconds_bucket", "http_request_duration_seconds_count", "http_requests_total"],
    "Traefik": ["traefik_service_request_duration_seconds_bucket", "traefik_service_request_duration_seconds_count"],
    "the kubelet (cAdvisor)": [
        "container_cpu_usage_seconds_total", "container_memory_working_set_bytes", "container_cpu_cfs_periods_total",
        "container_cpu_cfs_throttled_periods_total"],
    "kube-state-metrics": [
        "kube_pod_owner", "kube_replicaset_owner", "kube_pod_status_phase", "kube_pod_container_resource_limits",
        "kube_deployment_spec_replicas", "kube_deployment_status_replicas_ready",
        "kube_horizontalpodautoscaler_status_desired_replicas", "kube_horizontalpodautoscaler_spec_max_replicas",
        "kube_horizontalpodautoscaler_status_condition"],
    "podpilot load (crates/load/src/exposition.rs)": [
        "podpilot_load_intended_requests_total", "podpilot_load_sent_requests_total", "podpilot_load_completed_requests_total",
        "podpilot_load_slow_requests_total", "podpilot_load_latency_seconds_bucket", "podpilot_load_cpu_cores",
        "podpilot_load_in_flight_requests", "podpilot_load_saturated"],
    "the podpilot operator": [
        "podpilot_leader", "podpilot_broken_watches", "podpilot_decisions_total", "podpilot_scale_writes_total",
        "podpilot_floor_writes_total", "podpilot_status_writes_total", "podpilot_replicas", "podpilot_recommended_replicas",
        "podpilot_hpa_replicas", "podpilot_condition"],
    "k6's remote write": ["k6_http_reqs_total", "k6_http_req_duration_p95", "k6_http_req_failed_rate", "k6_dropped_iterations_total"],
}


def rules():
    for path in sorted((HERE / "rules").glob("*.yaml")):
        for group in yaml.safe_load(path.read_text())["groups"]:
            for rule in group["rules"]:
                yield path.name, rule


def recorded():
    return {rule["record"] for _, rule in rules() if "record" in rule}


def known_metrics():
    return recorded().union(*EXPORTED.values())


def filled(expr):
    """With a value for each variable of the dashboard."""
    return re.sub(r"\$(\w+)", lambda found: VALUES[found.group(1)], expr)


def all_queries():
    """(where it is from, expression) of every panel and rule."""
    for path in sorted((HERE / "dashboards").glob("*.json")):
        for panel in json.loads(path.read_text())["panels"]:
            for target in panel["targets"]:
                yield f"{path.name}, panel \"{panel['title']}\"", filled(target["expr"])
    for name, rule in rules():
        yield f"{name}, {rule.get('record') or rule['alert']}", rule["expr"]


def metrics(expr):
    """Names of metrics: identifiers that are followed by neither `(` nor stand in labels, strings or modifiers."""
    bare = re.sub(r'"[^"]*"', '""', expr)
    bare = re.sub(r"\{[^}]*\}", "{}", bare)
    bare = re.sub(r"\b(by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)", " ", bare)
    bare = re.sub(r"\[[^\]]*\]", "", bare)
    words = re.findall(r"[a-zA-Z_:][a-zA-Z0-9_:]*(?!\s*\(|[a-zA-Z0-9_:])", bare)
    return set(words) - {"and", "or", "unless", "bool", "offset", "by", "without", "on", "Inf", "NaN"}
