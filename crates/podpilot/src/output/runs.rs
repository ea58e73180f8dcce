//! Training runs on standard output.

use std::fmt::Write as _;
use std::path::Path;

use comfy_table::Table;
use owo_colors::OwoColorize;
use podpilot_lab::number::{amount, percent, thousands};
use podpilot_lab::runs::{RunComparison, RunDetails, RunOverview, RunSeries};

use super::tables::{align_numbers, entries, plain};
use super::{print, print_json};
use crate::arguments::OutputFormat;
use crate::failure::Failure;
use crate::text_plot::text_plot;

/// What stands where there is no value.
const NONE: &str = "-";

pub(crate) fn run_list(runs: &[RunOverview], folder: &Path, format: OutputFormat) -> Result<(), Failure> {
    match format {
        OutputFormat::Json => print_json(&runs),
        OutputFormat::Csv => csv(
            &[
                "run",
                "state",
                "agent",
                "scenario",
                "steps",
                "fps",
                "return",
                "cost_per_day",
                "slow_minute_ratio",
            ],
            runs.iter().map(|run| {
                let number = |value: Option<f64>| value.map_or_else(String::new, |value| value.to_string());
                vec![
                    run.path.display().to_string(),
                    run.state.name().to_owned(),
                    run.agent.clone().unwrap_or_default(),
                    run.scenario.clone().unwrap_or_default(),
                    run.steps.to_string(),
                    number(run.fps),
                    number(run.episode_return),
                    number(run.cost_per_day),
                    number(run.slow_minute_ratio),
                ]
            }),
        ),
        OutputFormat::Table if runs.is_empty() => {
            print(&format!("no runs in {}; `podpilot train` makes one\n", folder.display()))
        }
        OutputFormat::Table => print(&format!("{}\n", overview_table(runs))),
    }
}

fn overview_table(runs: &[RunOverview]) -> Table {
    let headings = [
        "run",
        "state",
        "agent",
        "scenario",
        "steps",
        "steps/s",
        "return",
        "cost\na day",
        "bad\nminutes",
        "tags",
    ];
    let mut table = plain(&headings);
    for run in runs {
        let text = |value: &Option<String>| value.clone().unwrap_or_else(|| NONE.to_owned());
        table.add_row([
            run.path.display().to_string(),
            run.state.name().to_owned(),
            text(&run.agent),
            text(&run.scenario),
            thousands(run.steps as f64),
            run.fps.map_or_else(|| NONE.to_owned(), |fps| thousands(fps.round())),
            optional(run.episode_return),
            optional(run.cost_per_day),
            run.slow_minute_ratio.map_or_else(|| NONE.to_owned(), percent),
            run.tags.join(","),
        ]);
    }
    table
}

fn optional(value: Option<f64>) -> String {
    value.map_or_else(|| NONE.to_owned(), amount)
}

pub(crate) fn run_details(run: &RunDetails, format: OutputFormat) -> Result<(), Failure> {
    match format {
        OutputFormat::Json => print_json(run),
        OutputFormat::Csv => csv(
            &["measure", "first", "last", "min", "max"],
            run.measures.iter().map(|measure| {
                let values =
                    [measure.first, measure.last, measure.min, measure.max].map(|value| value.to_string());
                std::iter::once(measure.name.clone()).chain(values).collect()
            }),
        ),
        OutputFormat::Table => print(&details_text(run)),
    }
}

fn details_text(run: &RunDetails) -> String {
    let mut measures = plain(&["measure", "first", "last", "min", "max"]);
    for measure in &run.measures {
        let values = [measure.first, measure.last, measure.min, measure.max].map(significant);
        measures.add_row(std::iter::once(measure.name.clone()).chain(values));
    }
    align_numbers(&mut measures);
    let mut text = format!("{}\n\n", overview_table(std::slice::from_ref(&run.overview)));
    for (title, rows) in [("Settings", &run.config), ("Result", &run.summary)] {
        if !rows.is_empty() {
            let rows: Vec<_> = rows.iter().map(|(name, value)| (name.clone(), readable(value))).collect();
            // Writing to a string cannot fail.
            let _ = writeln!(text, "{}\n{}\n", title.bold(), entries(&rows));
        }
    }
    let _ = writeln!(text, "{}\n{measures}", "Measures".bold());
    let files = run
        .artifacts
        .iter()
        .map(|file| (file.kind.clone(), format!("{} {}", file.path.display(), readable(&file.sha256))));
    let commit = run.git_commit.iter().map(|commit| ("commit".to_owned(), commit.clone()));
    let wandb = run.wandb_command.iter().map(|command| ("W&B".to_owned(), command.clone()));
    let tensorboard = run.tensorboard_file.iter().filter_map(|file| file.parent());
    let tensorboard = tensorboard
        .map(|folder| ("TensorBoard".to_owned(), format!("tensorboard --logdir {}", folder.display())));
    let rows: Vec<_> = files.chain(commit).chain(wandb).chain(tensorboard).collect();
    if !rows.is_empty() {
        let _ = writeln!(text, "\n{}\n{}", "Files".bold(), entries(&rows));
    }
    text
}

pub(crate) fn comparison_of_runs(compared: &RunComparison, format: OutputFormat) -> Result<(), Failure> {
    let names = compared.runs.iter().map(|path| path.display().to_string());
    let headings = |first: &str| std::iter::once(first.to_owned()).chain(names.clone()).collect::<Vec<_>>();
    match format {
        OutputFormat::Json => print_json(compared),
        OutputFormat::Csv => {
            let exact = |value: &f64| value.to_string();
            let settings = rows(&compared.settings, String::clone);
            let all = settings.chain(rows(&compared.measures, exact));
            csv(&headings("name"), all.chain(rows(&compared.summary, String::clone)))
        }
        OutputFormat::Table => {
            let short = |value: &String| readable(value);
            let tables = [
                ("settings that differ", rows(&compared.settings, short).collect::<Vec<_>>()),
                ("last value of", rows(&compared.measures, |value| significant(*value)).collect()),
                ("result", rows(&compared.summary, short).collect()),
            ];
            let mut text = String::new();
            for (title, rows) in tables {
                let mut table = plain(&headings(title));
                table.add_rows(rows);
                align_numbers(&mut table);
                // Writing to a string cannot fail.
                let _ = writeln!(text, "{table}\n");
            }
            print(&text)
        }
    }
}

/// A name, then its value in each run.
fn rows<'a, T>(
    compared: &'a [(String, Vec<Option<T>>)],
    shown: impl Fn(&T) -> String + 'a,
) -> impl Iterator<Item = Vec<String>> + 'a {
    compared.iter().map(move |(name, values)| {
        let values = values.iter().map(|value| value.as_ref().map_or_else(|| NONE.to_owned(), &shown));
        std::iter::once(name.clone()).chain(values).collect()
    })
}

pub(crate) fn plot_of_runs(metric: &str, series: &[RunSeries], format: OutputFormat) -> Result<(), Failure> {
    match format {
        OutputFormat::Json => print_json(&series),
        OutputFormat::Csv => csv(
            &["run", "global_step", metric],
            series.iter().flat_map(|one| {
                let run = one.run.display().to_string();
                one.points
                    .iter()
                    .map(move |(step, value)| vec![run.clone(), step.to_string(), value.to_string()])
            }),
        ),
        OutputFormat::Table => {
            let named: Vec<(String, &[(u64, f64)])> =
                series.iter().map(|one| (one.run.display().to_string(), one.points.as_slice())).collect();
            print(&text_plot(metric, &named))
        }
    }
}

/// Longer texts are cut on the terminal: hashes are told apart by far less. `--output json` has them whole.
const LONGEST: usize = 24;

fn readable(value: &str) -> String {
    match value.parse::<f64>() {
        Ok(number) if value.contains('.') => significant(number),
        _ if value.chars().count() > LONGEST => value.chars().take(LONGEST - 1).chain(['…']).collect(),
        _ => value.to_owned(),
    }
}

/// Four significant digits, whatever the size.
fn significant(value: f64) -> String {
    match value.abs() {
        size if size == 0.0 || !size.is_finite() => format!("{value}"),
        size if (1e-3..1e6).contains(&size) => {
            let decimals = (0..7).find(|decimals| size >= [1e3, 1e2, 1e1, 1.0, 0.1, 0.01, 0.0][*decimals]);
            format!("{value:.*}", decimals.unwrap_or(6))
        }
        _ => format!("{value:.3e}"),
    }
}

fn csv(headings: &[impl AsRef<str>], rows: impl Iterator<Item = Vec<String>>) -> Result<(), Failure> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let failed = |error: csv::Error| Failure::from(std::io::Error::other(error));
    writer.write_record(headings.iter().map(AsRef::as_ref)).map_err(failed)?;
    for row in rows {
        writer.write_record(row).map_err(failed)?;
    }
    let text = writer.into_inner().map_err(|error| std::io::Error::other(error.to_string()))?;
    print(&String::from_utf8_lossy(&text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_digits_are_shown() {
        assert_eq!(significant(0.000_123_45), "1.234e-4");
        assert_eq!(significant(0.012_346), "0.01235");
        assert_eq!(significant(-4.126_59), "-4.127");
        assert_eq!(significant(1_234.4), "1234");
        assert_eq!(significant(0.0), "0");
        assert_eq!(significant(f64::NAN), "NaN");
        assert_eq!(readable("0.0024999887766"), "0.002500");
        assert_eq!(readable("100000"), "100000");
        assert_eq!(readable(&"f".repeat(64)).chars().count(), LONGEST);
    }
}
