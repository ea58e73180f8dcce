//! Scoreboards and tuned fronts on standard output.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::thread;
use std::time::Duration;

use comfy_table::{CellAlignment, Table};
use owo_colors::OwoColorize;
use podpilot_lab::number::{amount, percent};
use podpilot_lab::report::scoreboard::{summary, tables};
use podpilot_lab::report::scoreboard_csv;
use podpilot_lab::result::Scoreboard;
use podpilot_lab::tuning::TunedFront;

use super::{print, print_json};
use crate::arguments::OutputFormat;
use crate::failure::Failure;

/// Prints a scoreboard; how fast it was simulated goes to standard error, and beside the report.
pub(crate) fn scoreboard(
    board: &Scoreboard,
    format: OutputFormat,
    out: Option<&Path>,
    elapsed: Duration,
) -> Result<(), Failure> {
    match format {
        OutputFormat::Table => print(&text(board, out))?,
        OutputFormat::Json => print_json(board)?,
        OutputFormat::Csv => print(&scoreboard_csv(board))?,
    }
    if board.simulated_days > 0.0 {
        let throughput = throughput(board, elapsed);
        anstream::eprintln!("{throughput}");
        if let Some(out) = out {
            write_throughput(&out.join("throughput.txt"), &throughput)?;
        }
    }
    Ok(())
}

/// How fast the board was made. In a file of its own: everything else of a report is the same on every machine.
fn throughput(board: &Scoreboard, elapsed: Duration) -> String {
    let cores = thread::available_parallelism().map_or(1.0, |cores| cores.get() as f64);
    format!(
        "{:.0} of {:.0} simulated days run in {:.0} s, the rest from the cache; {:.1} days a second and core on {cores} cores, \
         everything else included",
        board.simulated_days,
        board.days_in_all,
        elapsed.as_secs_f64(),
        board.simulated_days / elapsed.as_secs_f64() / cores
    )
}

fn write_throughput(path: &Path, text: &str) -> Result<(), Failure> {
    fs::write(path, format!("{text}\n"))
        .map_err(|error| Failure::Failed(format!("cannot write {}: {error}", path.display())))
}

fn text(board: &Scoreboard, out: Option<&Path>) -> String {
    let mut text = format!("{}\n\n", table(&tables::pooled(board)));
    for case in board.cases.iter().filter(|case| case.perturbation.is_none()) {
        let heading = format!("{}: {} distinct days, scenario {}", case.name, case.days, case.scenario);
        // Writing to a string cannot fail.
        let _ = write!(text, "{}\n{}\n\n", heading.bold(), table(&tables::comparisons(board, &case.name)));
    }
    for sentence in summary::sentences(board) {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{sentence}");
    }
    text.push('\n');
    for label in &board.labels {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{}", label.dimmed());
    }
    if let Some(out) = out {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "\n{}", out.join("scoreboard.html").display());
    }
    text
}

fn table(content: &tables::Table) -> Table {
    let mut table = super::tables::plain(&content.head);
    for row in &content.rows {
        table.add_row(row);
    }
    for column in table.column_iter_mut().skip(2) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}

/// Prints a tuned front.
pub(crate) fn tuned(tuned: &TunedFront, format: OutputFormat, directory: &Path) -> Result<(), Failure> {
    match format {
        OutputFormat::Json => return print_json(tuned),
        OutputFormat::Csv => {
            let mut text = "cost_per_day,bad_minutes,slow_requests\n".to_owned();
            for point in &tuned.front {
                // Writing to a string cannot fail.
                let _ = writeln!(
                    text,
                    "{},{},{}",
                    point.cost_per_day, point.slow_minute_ratio, point.slow_request_ratio
                );
            }
            return print(&text);
        }
        OutputFormat::Table => {}
    }
    let rows = tuned.front.iter().map(|point| {
        let config = serde_json::to_value(&point.config).unwrap_or_default();
        vec![
            amount(point.cost_per_day),
            percent(point.slow_minute_ratio),
            percent(point.slow_request_ratio),
            config["parameters"].to_string().replace(['"', '{', '}'], "").replace(',', " "),
        ]
    });
    let content = tables::Table {
        head: vec!["cost a day", "bad minutes", "slow requests", "parameters"],
        rows: rows.collect(),
    };
    let budget = &tuned.budget;
    let rungs = budget.rungs.iter().map(|rung| format!("{} on {} days", rung.configurations, rung.days));
    print(&format!(
        "{}\n{} configurations of {} tried on the train part ({}), {} days simulated\n{}\n",
        table(&content),
        budget.configurations,
        tuned.autoscaler,
        rungs.collect::<Vec<_>>().join(", then "),
        budget.simulated_days,
        directory.join("tuned.json").display()
    ))
}
