//! Results on standard output, as a table, as JSON or as CSV.

mod csv_rows;
mod load;
mod scoreboard;
mod shortlist;
mod tables;

use std::{io::Write, path::Path};

pub(crate) use load::{SATURATED, load_plan, load_result};
use owo_colors::OwoColorize;
use podpilot_lab::{
    Inspection,
    report::headline::{self, Headline},
    result::{EvaluationResult, SimulationResult},
};
use serde::Serialize;

use crate::{arguments::OutputFormat, failure::Failure};

pub(crate) use scoreboard::{scoreboard, tuned};

/// Writes text to standard output, colours only where they are wanted.
pub(crate) fn print(text: &str) -> Result<(), Failure> {
    let mut stream = anstream::stdout().lock();
    stream.write_all(text.as_bytes())?;
    stream.flush()?;
    Ok(())
}

/// `out` is where the files with all rows lie.
pub(crate) fn evaluation(
    result: &EvaluationResult,
    format: OutputFormat,
    out: Option<&Path>,
) -> Result<(), Failure> {
    match format {
        OutputFormat::Table => {
            let shown = shortlist::shortlist(result);
            let table = tables::autoscalers(shown.iter().copied(), &result.objective);
            let note = tables::note(shown.iter().copied(), &result.objective);
            let rest = rest(result.autoscalers.len() - shown.len(), out);
            let comparisons = tables::comparisons(result);
            let told = told(&headline::of_evaluation(result));
            print(&format!("{table}\n{note}{rest}\n{comparisons}{told}\n"))
        }
        OutputFormat::Json => print_json(result),
        OutputFormat::Csv => print(&csv_rows::autoscalers(&result.autoscalers)?),
    }
}

fn rest(hidden: usize, out: Option<&Path>) -> String {
    let place = match out {
        _ if hidden == 0 => return String::new(),
        Some(out) => format!("result.json and report.html in {}", out.display()),
        None => "--output json or csv, or report.html with --out DIR".to_owned(),
    };
    format!("{hidden} more HPA targets: see {place}\n")
}

pub(crate) fn simulation(result: &SimulationResult, format: OutputFormat) -> Result<(), Failure> {
    match format {
        OutputFormat::Table => {
            let table = tables::autoscalers(&result.autoscalers, &result.objective);
            let note = tables::note(&result.autoscalers, &result.objective);
            let replicas = tables::replicas(&result.timeline);
            let events = tables::events(result);
            let told = told(&headline::of_simulation(result));
            print(&format!("{told}\n{table}\n{note}\n{replicas}\n\n{events}\n"))
        }
        OutputFormat::Json => print_json(result),
        OutputFormat::Csv => print(&csv_rows::timeline(&result.timeline)?),
    }
}

pub(crate) fn inspection(inspection: &Inspection, format: OutputFormat) -> Result<(), Failure> {
    match format {
        OutputFormat::Table => {
            print(&format!("{}\n{}\n", inspection.kind.bold(), tables::entries(&inspection.entries)))
        }
        OutputFormat::Json => print_json(inspection),
        OutputFormat::Csv => print(&csv_rows::entries(&inspection.entries)?),
    }
}

/// A title and lines of what and how much.
#[cfg(feature = "cluster")]
pub(crate) fn report(title: &str, entries: &[(String, String)], format: OutputFormat) -> Result<(), Failure> {
    match format {
        OutputFormat::Table => print(&format!("{}\n{}\n", title.bold(), tables::entries(entries))),
        OutputFormat::Json => print_json(&serde_json::json!({"title": title, "entries": entries})),
        OutputFormat::Csv => print(&csv_rows::entries(entries)?),
    }
}

fn print_json(value: &impl Serialize) -> Result<(), Failure> {
    let text = serde_json::to_string_pretty(value).map_err(std::io::Error::other)?;
    print(&format!("{text}\n"))
}

fn told(headline: &Headline) -> String {
    let mut text = format!("{}\n", headline.claim.bold());
    for sentence in &headline.support {
        text.push_str("  ");
        text.push_str(sentence);
        text.push('\n');
    }
    text
}
