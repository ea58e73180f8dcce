//! Which of the world's metrics a `PromQL` query asks for.

use podpilot_core::MetricKey;

/// The metric behind `query`: a bare metric name, also inside `sum()`, `avg()`, `max()`, `min()` or `scalar()` and with
/// label matchers; a rate of a counter of requests; or a 0.5, 0.95 or 0.99 quantile of a histogram. `None` for all else.
pub(super) fn metric_of_query(query: &str) -> Option<MetricKey> {
    let spaceless: String = query.chars().filter(|character| !character.is_whitespace()).collect();
    let inner = without_aggregation(&spaceless);
    let metric = if let Some(arguments) = arguments_of(inner, "histogram_quantile") {
        latency_quantile(arguments)?.to_owned()
    } else if let Some(counter) = arguments_of(inner, "rate").or_else(|| arguments_of(inner, "irate")) {
        request_rate(counter)?.to_owned()
    } else {
        metric_name(inner)?.to_owned()
    };
    Some(MetricKey::External { metric })
}

fn without_aggregation(query: &str) -> &str {
    let inner = ["sum", "avg", "max", "min", "scalar"].iter().find_map(|name| arguments_of(query, name));
    inner.map_or(query, without_aggregation)
}

/// What stands between the parentheses of `name(…)`, if that is all.
fn arguments_of<'a>(query: &'a str, name: &str) -> Option<&'a str> {
    let inner = query.strip_prefix(name)?.strip_prefix('(')?.strip_suffix(')')?;
    let mut depth = 0_i32;
    for character in inner.chars() {
        depth += match character {
            '(' => 1,
            ')' => -1,
            _ => 0,
        };
        if depth < 0 {
            return None;
        }
    }
    (depth == 0).then_some(inner)
}

/// A metric name, with or without matchers.
fn metric_name(selector: &str) -> Option<&str> {
    let name = match selector.split_once('{') {
        Some((name, matchers)) => matchers.ends_with('}').then_some(name)?,
        None => selector,
    };
    let is_name_character =
        |character: char| character.is_ascii_alphanumeric() || matches!(character, '_' | ':');
    let starts_well = name.starts_with(|character: char| !character.is_ascii_digit());
    (starts_well && name.chars().all(is_name_character)).then_some(name)
}

/// The rate of a counter of requests.
fn request_rate(counter: &str) -> Option<&'static str> {
    let selector = counter.strip_suffix(']')?.rsplit_once('[')?.0;
    let name = metric_name(selector)?;
    let counts_requests = name.contains("requests") && (name.ends_with("_total") || name.ends_with("_count"));
    counts_requests.then_some("requests_per_second")
}

fn latency_quantile(arguments: &str) -> Option<&'static str> {
    let (quantile, buckets) = arguments.split_once(',')?;
    if !buckets.contains("_bucket") {
        return None;
    }
    match quantile {
        "0.5" | "0.50" | ".5" => Some("latency_p50_seconds"),
        "0.95" | ".95" => Some("latency_p95_seconds"),
        "0.99" | ".99" => Some("latency_p99_seconds"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn metric(query: &str) -> Option<String> {
        metric_of_query(query).map(|key| match key {
            MetricKey::External { metric } => metric,
            other => panic!("{other:?}"),
        })
    }

    #[test]
    fn queries_that_people_write_are_understood() {
        let cases = [
            ("requests_per_second", "requests_per_second"),
            ("sum(requests_in_flight)", "requests_in_flight"),
            ("scalar( max(latency_p95_seconds{job=\"web\"}) )", "latency_p95_seconds"),
            ("sum(rate(http_requests_total{deployment=\"my-deployment\"}[2m]))", "requests_per_second"),
            ("rate(nginx_ingress_controller_requests_total[30s])", "requests_per_second"),
            (
                "histogram_quantile(0.95, sum by (le) (rate(http_request_duration_seconds_bucket[1m])))",
                "latency_p95_seconds",
            ),
        ];
        for (query, expected) in cases {
            assert_eq!(metric(query).as_deref(), Some(expected), "{query}");
        }
    }

    #[test]
    fn what_is_not_understood_is_not_guessed() {
        for query in [
            "",
            "sum(rate(http_requests_total[2m])) / 2",
            "sum(rate(errors_total[2m]))",
            "sum(a)+sum(b)",
            "histogram_quantile(0.9, rate(x_bucket[1m]))",
            "histogram_quantile(0.95, x)",
            "1 + requests_per_second",
            "rate(http_requests_total)",
            "9lives",
        ] {
            assert_eq!(metric(query), None, "{query}");
        }
    }
}
