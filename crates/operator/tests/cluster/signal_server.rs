//! Prometheus' HTTP API and the resource metrics API on a loopback port, each of which can be made to fail.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axum::Router;
use axum::extract::{Query, State};
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde_json::json;

/// How a source answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Behaviour {
    Healthy,
    Hanging,
    NotANumber,
    Empty,
    Stale,
    Malformed,
    Partial,
    Failing,
}

/// What is measured now.
#[derive(Debug, Clone)]
pub(crate) struct Signals {
    pub(crate) rate_rps: f64,
    pub(crate) slow_share: f64,
    pub(crate) cpu_millicores_per_pod: i64,
    pub(crate) pods: Vec<String>,
    pub(crate) prometheus: Behaviour,
    pub(crate) resource_metrics: Behaviour,
    requests: f64,
    slow: f64,
}

/// The server; it ends with the test.
#[derive(Debug, Clone)]
pub(crate) struct SignalServer {
    pub(crate) url: String,
    state: Arc<Mutex<Signals>>,
}

/// CPU of one request in the history that the server tells.
pub(crate) const CPU_MS_PER_REQUEST: f64 = 4.0;

impl SignalServer {
    pub(crate) async fn start() -> Self {
        let state = Arc::new(Mutex::new(Signals {
            rate_rps: 40.0,
            slow_share: 0.0,
            cpu_millicores_per_pod: 70,
            pods: Vec::new(),
            prometheus: Behaviour::Healthy,
            resource_metrics: Behaviour::Healthy,
            requests: 0.0,
            slow: 0.0,
        }));
        let router = Router::new()
            .route("/api/v1/query", get(instant))
            .route("/api/v1/query_range", get(range))
            .fallback(get(pod_metrics))
            .with_state(Arc::clone(&state));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { url, state }
    }

    /// Changes what is measured.
    pub(crate) fn set(&self, change: impl FnOnce(&mut Signals)) {
        change(&mut self.state.lock().expect("not poisoned"));
    }
}

type Shared = State<Arc<Mutex<Signals>>>;

/// Seconds by which the test's clock is ahead of the machine's, so that minutes pass in no time.
static AHEAD_S: AtomicI64 = AtomicI64::new(0);

/// Lets time pass, or sets the clock back.
pub(crate) fn advance_clock(seconds: i64) {
    AHEAD_S.fetch_add(seconds, Ordering::SeqCst);
}

/// The test's clock, seconds since the epoch.
pub(crate) fn now_s() -> f64 {
    let machine = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_secs_f64();
    machine + AHEAD_S.load(Ordering::SeqCst) as f64
}

async fn instant(State(state): Shared, Query(query): Query<BTreeMap<String, String>>) -> Response {
    let signals = {
        let mut signals = state.lock().expect("not poisoned");
        let grown = signals.rate_rps;
        signals.requests += grown;
        signals.slow += grown * signals.slow_share;
        signals.clone()
    };
    let query = query.get("query").cloned().unwrap_or_default();
    let stale = if signals.prometheus == Behaviour::Stale { 300.0 } else { 0.0 };
    let value = match query.as_str() {
        query if query.contains("timestamp(") => now_s() - stale,
        query if query.contains("histogram_quantile") => 0.02,
        query if query.contains("_bucket") => signals.requests - signals.slow,
        query if query.contains("_count") => signals.requests,
        query if query.contains("in_flight") => 1.0,
        _ => signals.rate_rps,
    };
    answer(signals.prometheus, &json!([{"metric": {}, "value": [now_s(), value.to_string()]}]), "vector")
        .await
}

/// A day's history whose CPU follows its rate exactly.
async fn range(State(state): Shared, Query(query): Query<BTreeMap<String, String>>) -> Response {
    let behaviour = state.lock().expect("not poisoned").prometheus;
    let number = |key: &str| query.get(key).and_then(|text| text.parse::<f64>().ok()).expect("a number");
    let (start, end, step) = (number("start"), number("end"), number("step"));
    let is_cpu = query.get("query").is_some_and(|query| query.contains("cpu_usage"));
    let points = ((end - start) / step) as usize;
    let values: Vec<_> = (0..points.min(400))
        .map(|index| {
            let rate = 30.0 + 20.0 * libm::sin(index as f64 / 15.0);
            let value = if is_cpu { 0.01 + rate * CPU_MS_PER_REQUEST / 1e3 } else { rate };
            json!([start + step * index as f64, value.to_string()])
        })
        .collect();
    answer(behaviour, &json!([{"metric": {}, "values": values}]), "matrix").await
}

async fn answer(behaviour: Behaviour, result: &serde_json::Value, result_type: &str) -> Response {
    let whole = |result: &serde_json::Value| {
        json!({"status": "success", "data": {"resultType": result_type, "result": result}}).to_string()
    };
    match behaviour {
        Behaviour::Healthy | Behaviour::Stale => whole(result).into_response(),
        Behaviour::Hanging => {
            tokio::time::sleep(Duration::from_mins(1)).await;
            StatusCode::GATEWAY_TIMEOUT.into_response()
        }
        Behaviour::NotANumber => whole(&json!([{"metric": {}, "value": [now_s(), "NaN"]}])).into_response(),
        Behaviour::Empty => whole(&json!([])).into_response(),
        Behaviour::Malformed => whole(result)[..20].to_owned().into_response(),
        Behaviour::Partial => json!({"status": "success", "warnings": ["a store is down"],
                   "data": {"resultType": result_type, "result": result}})
        .to_string()
        .into_response(),
        Behaviour::Failing => (StatusCode::INTERNAL_SERVER_ERROR, "out of order").into_response(),
    }
}

async fn pod_metrics(State(state): Shared, uri: Uri) -> Response {
    let signals = state.lock().expect("not poisoned").clone();
    if !uri.path().starts_with("/apis/metrics.k8s.io/") {
        return StatusCode::NOT_FOUND.into_response();
    }
    if signals.resource_metrics != Behaviour::Healthy {
        return (StatusCode::SERVICE_UNAVAILABLE, "the server is currently unable").into_response();
    }
    let timestamp = jiff::Timestamp::from_second(now_s() as i64).expect("a time").to_string();
    let items: Vec<_> = signals
        .pods
        .iter()
        .map(|name| {
            let cpu = format!("{}m", signals.cpu_millicores_per_pod);
            json!({"metadata": {"name": name}, "timestamp": timestamp, "window": "10s",
                   "containers": [{"name": "app", "usage": {"cpu": cpu, "memory": "40Mi"}}]})
        })
        .collect();
    json!({"kind": "PodMetricsList", "items": items}).to_string().into_response()
}
