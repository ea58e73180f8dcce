//! The read-only admin server: `/metrics`, `/livez`, `/readyz`, `/debug/decisions`.

mod exposition;
mod server;

pub use server::{Admin, serve_admin};
