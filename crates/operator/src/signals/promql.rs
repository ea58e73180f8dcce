//! PromQL of the profiles: what is in front of a service, and what it calls its metrics.

use crate::resource::Profile;

/// Names and labels of one kind of proxy.
#[derive(Debug, Clone)]
pub(super) struct Dialect {
    /// Counter of requests.
    pub(super) requests: &'static str,
    /// Histogram without `_bucket`, and how many of its units make a second.
    pub(super) histogram: &'static str,
    pub(super) units_per_second: f64,
    /// Gauge of requests in flight, if the proxy has one per service.
    pub(super) in_flight: Option<&'static str>,
    /// Label matchers that pick the service.
    pub(super) matchers: String,
    /// Matcher that leaves failures out.
    pub(super) not_failed: &'static str,
}

/// The workload and the service in front of it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Names<'n> {
    pub(super) namespace: &'n str,
    pub(super) target: &'n str,
    pub(super) service: &'n str,
    pub(super) selector: &'n str,
}

impl Dialect {
    pub(super) fn of(profile: Profile, names: Names<'_>) -> Self {
        let Names { namespace, target, service, selector } = names;
        match profile {
            Profile::Traefik => {
                let (namespace, service) = (escaped(namespace), escaped(service));
                Self {
                    requests: "traefik_service_requests_total",
                    histogram: "traefik_service_request_duration_seconds",
                    units_per_second: 1.0,
                    in_flight: None,
                    matchers: format!(r#"service=~"{namespace}-(.+-)?{service}-(http-)?[^-@]+@.+""#),
                    not_failed: r#"code!~"5..|0""#,
                }
            }
            Profile::IngressNginx => Self {
                requests: "nginx_ingress_controller_requests",
                histogram: "nginx_ingress_controller_request_duration_seconds",
                units_per_second: 1.0,
                in_flight: None,
                matchers: format!(r#"exported_namespace="{namespace}",ingress="{service}""#),
                not_failed: r#"status!~"5..""#,
            },
            Profile::Istio => Self {
                requests: "istio_requests_total",
                histogram: "istio_request_duration_milliseconds",
                units_per_second: 1_000.0,
                in_flight: None,
                matchers: format!(
                    r#"reporter="destination",destination_workload="{target}",destination_workload_namespace="{namespace}""#
                ),
                not_failed: r#"response_code!~"5..|0""#,
            },
            Profile::Linkerd => Self {
                requests: "response_total",
                histogram: "response_latency_ms",
                units_per_second: 1_000.0,
                in_flight: None,
                matchers: format!(r#"direction="inbound",namespace="{namespace}",deployment="{target}""#),
                not_failed: r#"classification="success""#,
            },
            Profile::Histogram => Self {
                requests: "http_requests_total",
                histogram: "http_request_duration_seconds",
                units_per_second: 1.0,
                in_flight: Some("http_requests_in_flight"),
                matchers: selector.to_owned(),
                not_failed: r#"code!~"5..""#,
            },
        }
    }

    /// A `le` matcher for the threshold; Prometheus 3 writes whole edges as `1.0`, older ones as `1`.
    pub(super) fn edge(&self, threshold_ms: f64) -> String {
        let edge = threshold_ms / 1e3 * self.units_per_second;
        if edge.fract() == 0.0 { format!(r#"le=~"{edge:.0}(\\.0)?""#) } else { format!(r#"le="{edge}""#) }
    }
}

/// A name as it stands in a regular expression.
fn escaped(name: &str) -> String {
    name.replace('.', r"\\.")
}
