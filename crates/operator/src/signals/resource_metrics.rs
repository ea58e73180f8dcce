use std::collections::BTreeMap;
use std::time::Duration;

use podpilot_autoscalers::hpa::Quantity;
use podpilot_core::{ContainerUsage, Span, Timestamp};
use serde::Deserialize;

use super::{HttpSource, SignalFault};

/// The API answers from memory; longer is an outage.
const TIMEOUT: Duration = Duration::from_secs(3);

/// Usage of one pod's containers by name.
pub type PodUsage = BTreeMap<String, ContainerUsage>;

/// Usage of the pods of one namespace by name.
pub type NamespaceUsage = BTreeMap<String, PodUsage>;

/// `metrics.k8s.io`, which cannot be watched.
#[derive(Debug, Clone)]
pub struct ResourceMetrics {
    source: HttpSource,
}

#[derive(Debug, Deserialize)]
struct PodMetricsList {
    items: Vec<PodMetrics>,
}

#[derive(Debug, Deserialize)]
struct PodMetrics {
    metadata: Name,
    timestamp: String,
    window: String,
    containers: Vec<ContainerMetrics>,
}

#[derive(Debug, Deserialize)]
struct Name {
    name: String,
}

#[derive(Debug, Deserialize)]
struct ContainerMetrics {
    name: String,
    usage: BTreeMap<String, Quantity>,
}

impl ResourceMetrics {
    /// Behind the API server.
    pub fn new(source: HttpSource) -> Self {
        Self { source }
    }

    /// Usage of every pod of a namespace.
    pub async fn read(&self, namespace: &str) -> Result<NamespaceUsage, SignalFault> {
        let path = format!("/apis/metrics.k8s.io/v1beta1/namespaces/{namespace}/pods");
        parse_pod_metrics(&self.source.get(&path, TIMEOUT).await?)
    }
}

/// Reads a `PodMetricsList`. A quantity that is not there stays missing.
pub fn parse_pod_metrics(body: &[u8]) -> Result<NamespaceUsage, SignalFault> {
    let malformed = |problem: String| SignalFault::Malformed { problem };
    let list: PodMetricsList =
        serde_json::from_slice(body).map_err(|problem| malformed(problem.to_string()))?;
    let mut usage = NamespaceUsage::new();
    for pod in list.items {
        let at = time(&pod.timestamp).ok_or_else(|| malformed(format!("timestamp `{}`", pod.timestamp)))?;
        let window = window(&pod.window).ok_or_else(|| malformed(format!("window `{}`", pod.window)))?;
        let containers = pod.containers.into_iter();
        let containers = containers.map(|container| {
            let nanos = |name: &str| container.usage.get(name).map(|quantity| quantity.nanos());
            let cpu_nanocores = nanos("cpu").and_then(|nanos| i64::try_from(nanos).ok());
            let memory_bytes = nanos("memory").and_then(|nanos| i64::try_from(nanos / NANOS_PER_UNIT).ok());
            (container.name, ContainerUsage { at, window, cpu_nanocores, memory_bytes })
        });
        usage.insert(pod.metadata.name, containers.collect());
    }
    Ok(usage)
}

const NANOS_PER_UNIT: i128 = 1_000_000_000;

fn time(text: &str) -> Option<Timestamp> {
    let time: jiff::Timestamp = text.parse().ok()?;
    i64::try_from(time.as_nanosecond()).ok().map(Timestamp)
}

/// A Go duration, such as `12.5s` or `1m0s`.
fn window(text: &str) -> Option<Span> {
    let span: jiff::SignedDuration = text.parse().ok()?;
    i64::try_from(span.as_nanos()).ok().map(Span)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_are_read_to_the_nanocore_and_missing_ones_stay_missing() {
        let body = br#"{"kind":"PodMetricsList","items":[{"metadata":{"name":"web-1"},
            "timestamp":"2026-11-24T14:52:27Z","window":"15.25s",
            "containers":[{"name":"app","usage":{"cpu":"123456789n","memory":"20480Ki"}},
                          {"name":"side","usage":{"cpu":"5m"}}]}]}"#;
        let usage = parse_pod_metrics(body).expect("well-formed");
        let app = usage["web-1"]["app"];
        assert_eq!(app.cpu_nanocores, Some(123_456_789));
        assert_eq!(app.memory_bytes, Some(20 << 20));
        assert_eq!(app.window, Span::milliseconds(15_250));
        let side = usage["web-1"]["side"];
        assert_eq!((side.cpu_nanocores, side.memory_bytes), (Some(5_000_000), None));
    }

    #[test]
    fn a_cut_answer_is_malformed() {
        assert_eq!(parse_pod_metrics(b"{\"items\":[{").expect_err("cut").reason(), "Malformed");
    }
}
