//! The generator against a server whose behaviour is known.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod connections;
mod failures;
mod interruption;
mod latency;
mod scrape;
mod server;
