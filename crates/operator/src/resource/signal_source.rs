use kube::KubeSchema;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Where load and latency are read. CPU and memory always come from the resource metrics API.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SignalSources {
    /// A Prometheus server. Without one, the in-process HPA decides from CPU and memory.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prometheus: Option<PrometheusSource>,
}

/// A Prometheus server and what to ask it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[x_kube(validation = Rule::new("has(self.profile) || has(self.queries)")
    .message("must have a profile (traefik, ingress-nginx, istio, linkerd, histogram), queries, or both"))]
#[x_kube(validation = Rule::new("!has(self.profile) || self.profile != 'histogram' || has(self.selector)")
    .message("profile histogram needs a selector, such as app=\"gateway\""))]
pub struct PrometheusSource {
    /// Base address, such as `http://prometheus-operated.observability:9090`.
    #[schemars(length(max = 512))]
    #[x_kube(validation = Rule::new("self.matches('^https?://[^/?#]+[^?#]*$')")
        .message("must be an http or https address without a query, such as http://prometheus-operated.observability:9090"))]
    pub url: String,
    /// Ready-made queries for what is in front of the service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile: Option<Profile>,
    /// Name of the Service (the Ingress for `ingress-nginx`) that a profile looks for; the target's name by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 253))]
    #[x_kube(validation = Rule::new("self.matches('^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$')")
        .message("must be the name of a Kubernetes object, such as web"))]
    pub service: Option<String>,
    /// Label matchers of profile `histogram`, as they stand between braces in PromQL: `app="gateway"`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 512))]
    #[x_kube(validation = Rule::new("!self.contains('{') && !self.contains('}')")
        .message("must be label matchers without braces, such as app=\"gateway\""))]
    pub selector: Option<String>,
    /// Queries of your own; each replaces that of the profile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub queries: Option<OwnQueries>,
    /// Range of rates: at least four scrape intervals.
    #[serde(default = "default_window")]
    #[schemars(length(max = 10))]
    #[x_kube(validation = Rule::new(
        "self.matches('^[0-9]+(s|m)$') && duration(self) >= duration('5s') && duration(self) <= duration('10m')")
        .message("must be a duration from 5s to 10m, such as 1m"))]
    pub window: String,
    /// A query that takes longer has failed.
    #[serde(default = "default_timeout")]
    #[schemars(length(max = 10))]
    #[x_kube(validation = Rule::new(
        "self.matches('^[0-9]+(ms|s)$') && duration(self) >= duration('100ms') && duration(self) <= duration('30s')")
        .message("must be a duration from 100ms to 30s, such as 3s"))]
    pub timeout: String,
}

/// What is in front of the service and counts its requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Profile {
    /// Traefik 3, the ingress controller of MicroK8s.
    #[serde(rename = "traefik")]
    Traefik,
    /// The retired ingress-nginx.
    #[serde(rename = "ingress-nginx")]
    IngressNginx,
    /// Istio's sidecars.
    #[serde(rename = "istio")]
    Istio,
    /// Linkerd's proxies.
    #[serde(rename = "linkerd")]
    Linkerd,
    /// A histogram `http_request_duration_seconds` with a `code` label.
    #[serde(rename = "histogram")]
    Histogram,
}

/// PromQL of your own. Each answers with one series without labels that matter.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OwnQueries {
    /// Requests per second that arrive.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 2048))]
    pub request_rate: Option<String>,
    /// Unix time of the newest sample that the request rate rests on; without it, a rate is as old as its answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 2048))]
    pub sample_time_seconds: Option<String>,
    /// Counter of requests that ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 2048))]
    pub requests: Option<String>,
    /// Counter of requests that were faster than the threshold and did not fail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 2048))]
    pub fast_requests: Option<String>,
    /// P95 latency, seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 2048))]
    pub latency_p95_seconds: Option<String>,
    /// Requests in flight.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 2048))]
    pub in_flight: Option<String>,
}

fn default_window() -> String {
    "1m".to_owned()
}

fn default_timeout() -> String {
    "3s".to_owned()
}
