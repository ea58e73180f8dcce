use podpilot_core::Span;

use super::promql::{Dialect, Names};
use crate::resource::{OwnQueries, PrometheusSource, TargetKind, duration};

/// The PromQL of one workload.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Queries {
    /// Requests per second.
    pub request_rate: Option<String>,
    /// Unix time of the newest sample that the others rest on.
    pub sample_time: Option<String>,
    /// Counter of requests that ended.
    pub requests: Option<String>,
    /// Counter of those that were fast and did not fail.
    pub fast_requests: Option<String>,
    /// P50, P95 and P99 latency, seconds.
    pub latency_s: [Option<String>; 3],
    /// Requests in flight.
    pub in_flight: Option<String>,
}

impl Queries {
    /// The profile's queries, each replaced by the user's own where there is one.
    pub fn of(source: &PrometheusSource, namespace: &str, target: &str, threshold_ms: f64) -> Self {
        let names = Names {
            namespace,
            target,
            service: source.service.as_deref().unwrap_or(target),
            selector: source.selector.as_deref().unwrap_or_default(),
        };
        let window = range(&source.window);
        let profile = source.profile.map(|profile| Dialect::of(profile, names));
        let profile = profile.map(|dialect| Self::of_dialect(&dialect, &window, threshold_ms));
        profile.unwrap_or_default().replaced_by(source.queries.as_ref())
    }

    fn of_dialect(dialect: &Dialect, window: &str, threshold_ms: f64) -> Self {
        let Dialect { requests, histogram, matchers, not_failed, units_per_second, .. } = dialect;
        let edge = dialect.edge(threshold_ms);
        let quantile = |level: &str| {
            let of_buckets = format!(
                "histogram_quantile({level}, sum by (le) (rate({histogram}_bucket{{{matchers}}}[{window}])))"
            );
            let in_seconds = *units_per_second == 1.0;
            Some(if in_seconds { of_buckets } else { format!("{of_buckets} / {units_per_second}") })
        };
        Self {
            request_rate: Some(format!("sum(rate({requests}{{{matchers}}}[{window}]))")),
            sample_time: Some(format!("max(timestamp({requests}{{{matchers}}}))")),
            requests: Some(format!("sum({histogram}_count{{{matchers}}})")),
            fast_requests: Some(format!("sum({histogram}_bucket{{{matchers},{not_failed},{edge}}})")),
            latency_s: [quantile("0.5"), quantile("0.95"), quantile("0.99")],
            in_flight: dialect.in_flight.map(|gauge| format!("sum({gauge}{{{matchers}}})")),
        }
    }

    fn replaced_by(mut self, own: Option<&OwnQueries>) -> Self {
        let Some(own) = own else { return self };
        // The time of a profile's samples says nothing about the user's own metric.
        if own.request_rate.is_some() {
            self.sample_time = None;
        }
        let replace = |slot: &mut Option<String>, query: &Option<String>| {
            if query.is_some() {
                slot.clone_from(query);
            }
        };
        replace(&mut self.request_rate, &own.request_rate);
        replace(&mut self.sample_time, &own.sample_time_seconds);
        replace(&mut self.requests, &own.requests);
        replace(&mut self.fast_requests, &own.fast_requests);
        replace(&mut self.latency_s[1], &own.latency_p95_seconds);
        replace(&mut self.in_flight, &own.in_flight);
        self
    }
}

/// CPU that the pods of a workload use, in cores.
pub(crate) fn cpu_query(namespace: &str, kind: TargetKind, name: &str, window: Span) -> String {
    let name = name.replace('.', r"\\.");
    let pods = match kind {
        TargetKind::Deployment => format!("{name}-[a-z0-9]+-[a-z0-9]+"),
        TargetKind::StatefulSet => format!("{name}-[0-9]+"),
    };
    let seconds = window.as_seconds();
    format!(
        r#"sum(rate(container_cpu_usage_seconds_total{{namespace="{namespace}",pod=~"{pods}",container!=""}}[{seconds:.0}s]))"#
    )
}

/// The window as PromQL writes it; the API server has checked it.
fn range(window: &str) -> String {
    let seconds = duration("window", window, "").map_or(60.0, Span::as_seconds);
    format!("{seconds:.0}s")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resource::Profile;

    fn source(profile: Profile) -> PrometheusSource {
        PrometheusSource {
            url: "http://p:9090".to_owned(),
            profile: Some(profile),
            service: None,
            selector: Some(r#"app="gateway""#.to_owned()),
            queries: None,
            window: "1m".to_owned(),
            timeout: "3s".to_owned(),
        }
    }

    #[test]
    fn traefik_is_asked_for_the_service_of_the_namespace() {
        let queries = Queries::of(&source(Profile::Traefik), "demo", "web", 200.0);
        assert_eq!(
            queries.request_rate.as_deref(),
            Some(
                r#"sum(rate(traefik_service_requests_total{service=~"demo-(.+-)?web-(http-)?[^-@]+@.+"}[60s]))"#
            )
        );
        assert!(queries.fast_requests.is_some_and(|query| query.contains(r#"le="0.2""#)));
    }

    #[test]
    fn milliseconds_become_seconds_and_whole_edges_match_both_spellings() {
        let queries = Queries::of(&source(Profile::Istio), "demo", "web", 200.0);
        assert!(queries.latency_s[1].as_ref().is_some_and(|query| query.ends_with(" / 1000")));
        assert!(queries.fast_requests.is_some_and(|query| query.contains(r#"le=~"200(\\.0)?""#)));
    }

    #[test]
    fn own_queries_replace_those_of_the_profile() {
        let own = OwnQueries { request_rate: Some("sum(my_rate)".to_owned()), ..OwnQueries::default() };
        let source = PrometheusSource { queries: Some(own), ..source(Profile::Histogram) };
        let queries = Queries::of(&source, "demo", "web", 200.0);
        assert_eq!(queries.request_rate.as_deref(), Some("sum(my_rate)"));
        assert_eq!(queries.sample_time, None);
        assert_eq!(queries.in_flight.as_deref(), Some(r#"sum(http_requests_in_flight{app="gateway"})"#));
    }
}
