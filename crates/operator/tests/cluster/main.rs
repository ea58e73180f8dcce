//! Against a real etcd and kube-apiserver, with a Prometheus and a resource metrics API made to fail on purpose.
//! Skipped, and says so, where the testbed's binaries are not built (`testbed/build.sh`).
#![allow(clippy::expect_used, clippy::panic, clippy::print_stderr, reason = "a test that cannot go on fails")]
#![allow(clippy::disallowed_methods, reason = "real servers take real time")]

mod admission;
mod api_server;
mod direct;
mod faults;
mod floor;
mod leader;
mod observe;
mod permissions;
mod scene;
mod signal_server;

/// The servers are large and the tests' clock is one: one test at a time.
async fn one_at_a_time() -> tokio::sync::MutexGuard<'static, ()> {
    static ALONE: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());
    ALONE.lock().await
}
