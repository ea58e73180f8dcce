//! The scoreboard for people and for spreadsheets.

mod csv;
mod fronts_plot;
mod markdown;
mod page;
pub mod summary;
pub mod tables;

pub use csv::scoreboard_csv;
pub use markdown::scoreboard_markdown;
pub use page::scoreboard_report;
