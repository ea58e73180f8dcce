use tracing_subscriber::EnvFilter;

/// Logs to standard error, one JSON object a line. `RUST_LOG` chooses what; `info` by default.
pub fn log_json() {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    let subscriber = tracing_subscriber::fmt().json().with_env_filter(filter).with_writer(std::io::stderr);
    // A second call in one process changes nothing.
    let _ = subscriber.flatten_event(true).with_target(false).try_init();
}
