use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use kube::runtime::events::{Recorder, Reporter};
use kube::{Client, Config};
use podpilot_core::Reason;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

use crate::admin::{Admin, serve_admin};
use crate::clock::Clock;
use crate::cluster::{Leadership, LeaseSettings, Watches, hold_lease};
use crate::policy::PolicyFiles;
use crate::reconcile::{Context, Counters, Decisions, Operator};
use crate::resource::TargetKind;
use crate::signals::{HttpSource, ResourceMetrics};
use crate::world::FIELD_MANAGER;

/// How the operator is started.
#[derive(Debug, Clone)]
pub struct OperatorOptions {
    /// Only this namespace; all if absent.
    pub namespace: Option<String>,
    /// Kinds of workloads that may be scaled.
    pub target_kinds: Vec<TargetKind>,
    /// The leader's lease.
    pub lease: LeaseSettings,
    /// Directory of `policy.file`.
    pub policies: Option<PathBuf>,
    /// Where the admin server listens.
    pub admin: SocketAddr,
    /// Reasons in words.
    pub explain: fn(&Reason) -> String,
}

/// Why the operator cannot run.
#[derive(Debug, thiserror::Error)]
pub enum OperatorError {
    /// No API server is known.
    #[error("no cluster is known: {0}; run in a pod, or point KUBECONFIG to a kubeconfig")]
    NoCluster(String),
    /// The admin server cannot listen.
    #[error("{address}: {source}; choose another --admin")]
    Admin {
        /// Where.
        address: SocketAddr,
        /// Why not.
        source: std::io::Error,
    },
    /// Signals cannot be handled.
    #[error("signals cannot be handled: {0}")]
    Signals(std::io::Error),
}

/// A client that sends every request once: a write that is repeated later might arrive after the lease's end.
pub(crate) async fn client() -> Result<Client, OperatorError> {
    let mut config = Config::infer().await.map_err(|error| OperatorError::NoCluster(error.to_string()))?;
    config.default_retry = false;
    Client::try_from(config).map_err(|error| OperatorError::NoCluster(error.to_string()))
}

/// Runs until SIGTERM or Ctrl-C; then ends the round that is under way and gives the lease back.
pub async fn run_operator(options: OperatorOptions) -> Result<(), OperatorError> {
    let client = client().await?;
    let listener = TcpListener::bind(options.admin)
        .await
        .map_err(|source| OperatorError::Admin { address: options.admin, source })?;
    let stop = CancellationToken::new();
    stop_on_signals(stop.clone())?;
    let leadership = Leadership::none();
    let watches =
        Watches::start(client.clone(), options.namespace.clone(), &options.target_kinds, stop.clone());
    let reporter =
        Reporter { controller: FIELD_MANAGER.to_owned(), instance: Some(options.lease.identity.clone()) };
    let context = Arc::new(Context {
        resource_metrics: ResourceMetrics::new(HttpSource::behind(client.clone())),
        policies: PolicyFiles { directory: options.policies.clone() },
        recorder: Recorder::new(client.clone(), reporter),
        leadership: leadership.clone(),
        explain: options.explain,
        clock: Clock::system(),
        models: crate::fit::ModelCache::default(),
        decisions: Decisions::default(),
        counters: Counters::default(),
        client: client.clone(),
        watches,
    });
    let operator = Operator::new(Arc::clone(&context));
    let admin = Admin { context, heartbeat: operator.heartbeat() };
    tracing::info!(admin = %options.admin, identity = options.lease.identity, "the operator starts");
    // The lease outlives the last round, so that its writes are still allowed.
    let release = CancellationToken::new();
    let lease = tokio::spawn(hold_lease(client, options.lease, leadership, release.clone()));
    let server = tokio::spawn(serve_admin(listener, admin, stop.clone()));
    operator.run(stop).await;
    release.cancel();
    let ended = tokio::join!(lease, server);
    if let (Err(error), _) | (_, Err(error)) = ended {
        tracing::warn!(%error, "a task ended badly");
    }
    tracing::info!("the operator has ended");
    Ok(())
}

fn stop_on_signals(stop: CancellationToken) -> Result<(), OperatorError> {
    let mut terminate = signal(SignalKind::terminate()).map_err(OperatorError::Signals)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(OperatorError::Signals)?;
    tokio::spawn(async move {
        tokio::select! {
            _ = terminate.recv() => tracing::info!("SIGTERM: the operator ends"),
            _ = interrupt.recv() => tracing::info!("SIGINT: the operator ends"),
        }
        stop.cancel();
    });
    Ok(())
}
