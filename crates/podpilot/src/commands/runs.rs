//! `podpilot runs`.

use podpilot_lab::runs::{compare_runs, draw_series, list_runs, series_of_runs, show_run};

use crate::arguments::RunsCommand;
use crate::failure::Failure;
use crate::output;

pub(super) fn run_runs(command: &RunsCommand) -> Result<(), Failure> {
    match command {
        RunsCommand::List { folder, output } => output::run_list(&list_runs(folder)?, folder, output.format),
        RunsCommand::Show { run, output } => output::run_details(&show_run(run)?, output.format),
        RunsCommand::Compare { runs, output } => {
            output::comparison_of_runs(&compare_runs(runs)?, output.format)
        }
        RunsCommand::Plot { runs, metric, out, output } => {
            let series = series_of_runs(runs, metric)?;
            if let Some(path) = out {
                return std::fs::write(path, draw_series(metric, &series)).map_err(|error| {
                    Failure::BadInput(format!("cannot write to {}: {error}", path.display()))
                });
            }
            output::plot_of_runs(metric, &series, output.format)
        }
    }
}
