//! What `podpilot doctor` found.

use std::fmt::Write as _;

use owo_colors::OwoColorize;

use super::{csv_rows, print, print_json};
use crate::arguments::OutputFormat;
use crate::doctor::{Finding, Level};
use crate::failure::Failure;

pub(crate) fn findings(findings: &[Finding], format: OutputFormat) -> Result<(), Failure> {
    match format {
        OutputFormat::Table => print(&lines(findings)),
        OutputFormat::Json => print_json(&findings),
        OutputFormat::Csv => {
            let columns = ["level", "check", "subject", "message", "next"].map(str::to_owned);
            let rows = findings.iter().map(|finding| {
                let Finding { level, check, subject, message, next } = finding;
                vec![
                    name(*level).to_owned(),
                    (*check).to_owned(),
                    subject.clone(),
                    message.clone(),
                    next.clone(),
                ]
            });
            print(&csv_rows::written(&columns, rows)?)
        }
    }
}

/// A line for each, with the command to run next below where there is one. The order is that of a request's way.
fn lines(findings: &[Finding]) -> String {
    let width = |of: fn(&Finding) -> usize| findings.iter().map(of).max().unwrap_or_default();
    let (checks, subjects) = (width(|finding| finding.check.len()), width(|finding| finding.subject.len()));
    let mut text = String::new();
    for Finding { level, check, subject, message, next } in findings {
        let level = marked(*level);
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{level} {check:checks$}  {subject:subjects$}  {message}");
        if !next.is_empty() {
            let _ = writeln!(text, "         next: {next}");
        }
    }
    text
}

fn name(level: Level) -> &'static str {
    match level {
        Level::Ok => "ok",
        Level::Skipped => "skipped",
        Level::Warning => "warning",
        Level::Problem => "problem",
    }
}

fn marked(level: Level) -> String {
    let name = format!("{:8}", name(level));
    match level {
        Level::Ok => name.green().to_string(),
        Level::Skipped => name.dimmed().to_string(),
        Level::Warning => name.yellow().to_string(),
        Level::Problem => name.red().bold().to_string(),
    }
}
