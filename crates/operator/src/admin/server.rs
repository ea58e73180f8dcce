use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Query, State};
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::get;
use axum::{Json, Router};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::exposition::{OPEN_METRICS, exposition};
use crate::reconcile::Context;

/// A round that takes longer hangs.
const LONGEST_ROUND: Duration = Duration::from_mins(2);

/// What the admin server shows.
#[derive(Debug, Clone)]
pub struct Admin {
    /// Counters, decisions, watches.
    pub context: Arc<Context>,
    /// When the last round over the workloads ended; `None` before the watches had their first lists.
    pub heartbeat: watch::Receiver<Option<Instant>>,
}

/// Answers until `stop`.
pub async fn serve_admin(
    listener: TcpListener,
    admin: Admin,
    stop: CancellationToken,
) -> std::io::Result<()> {
    let router = Router::new()
        .route("/metrics", get(metrics))
        .route("/livez", get(livez))
        .route("/readyz", get(readyz))
        .route("/debug/decisions", get(decisions))
        .with_state(admin);
    axum::serve(listener, router).with_graceful_shutdown(stop.cancelled_owned()).await
}

async fn metrics(State(admin): State<Admin>) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, OPEN_METRICS)], exposition(&admin.context))
}

/// The loop turns. That the API server is away is no reason to be restarted.
async fn livez(State(admin): State<Admin>) -> (StatusCode, &'static str) {
    let hangs = admin.heartbeat.borrow().is_some_and(|at| at.elapsed() > LONGEST_ROUND);
    if hangs {
        (StatusCode::SERVICE_UNAVAILABLE, "no round has ended for two minutes\n")
    } else {
        (StatusCode::OK, "ok\n")
    }
}

/// Every watch has its first list. A process that does not lead is ready as well.
async fn readyz(State(admin): State<Admin>) -> (StatusCode, String) {
    if admin.heartbeat.borrow().is_none() {
        let troubles = admin.context.watches.troubles().join("; ");
        return (StatusCode::SERVICE_UNAVAILABLE, format!("waiting for the API server's lists {troubles}\n"));
    }
    (StatusCode::OK, "ok\n".to_owned())
}

async fn decisions(
    State(admin): State<Admin>,
    Query(wanted): Query<BTreeMap<String, String>>,
) -> impl IntoResponse {
    let text = |key: &str| wanted.get(key).map(String::as_str);
    Json(admin.context.decisions.newest_first(text("namespace"), text("name")))
}
