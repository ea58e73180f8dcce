//! `result.json` and `report.html` as their readers meet them.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod comparison;
mod json;
mod page;
mod sample;
