//! `report.html`: one self-contained page that works offline, in light and dark, with and without scripts.
//!
//! The plots are written by the small SVG writer in `svg` and not by a plotting crate. Such crates fix colours
//! and fonts while they draw; here every mark carries a class, so that one style sheet gives both colour schemes,
//! the reader can switch autoscalers on and off without a script, and the marks can be read out under the pointer.

/// Maps from values to coordinates, and ticks.
pub mod axis;
mod claim;
mod comparisons;
mod decisions;
mod front_plot;
pub mod headline;
mod html;
mod labels;
mod marks;
mod page;
mod provenance;
mod reinforcement;
pub mod scoreboard;
mod series_plot;
/// A small SVG writer.
pub mod svg;
mod table;
mod timeline_columns;
mod timeline_plot;
mod training_plot;

pub use html::escape;
pub use page::{STYLE, evaluation_report, simulation_report};
pub use scoreboard::{scoreboard_csv, scoreboard_markdown, scoreboard_report};
pub(crate) use series_plot::series_plot;
