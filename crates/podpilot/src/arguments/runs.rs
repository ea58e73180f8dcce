use std::path::PathBuf;

use clap::Subcommand;

use super::OutputArguments;

const LIST_EXAMPLES: &str = "\
Examples:
  podpilot runs list
  podpilot runs list sweeps/ --output csv";

const PLOT_EXAMPLES: &str = "\
Examples:
  podpilot runs plot runs/default-ppo-seed1
  podpilot runs plot runs/a runs/b --metric train/approx_kl --out kl.svg";

#[derive(Debug, Subcommand)]
pub(crate) enum RunsCommand {
    /// Every run in a folder and below, a line each
    #[command(after_help = LIST_EXAMPLES)]
    List {
        /// Where run directories lie
        #[arg(value_name = "DIR", default_value = "runs")]
        folder: PathBuf,
        #[command(flatten)]
        output: OutputArguments,
    },
    /// Settings, measures, results and files of one run
    Show {
        /// A run directory
        #[arg(value_name = "RUN")]
        run: PathBuf,
        #[command(flatten)]
        output: OutputArguments,
    },
    /// Runs side by side: where their settings differ, and what they came to
    Compare {
        /// Run directories
        #[arg(value_name = "RUN", required = true, num_args = 2..)]
        runs: Vec<PathBuf>,
        #[command(flatten)]
        output: OutputArguments,
    },
    /// One measure over environment steps, on the terminal or as a drawing
    #[command(after_help = PLOT_EXAMPLES)]
    Plot {
        /// Run directories
        #[arg(value_name = "RUN", required = true)]
        runs: Vec<PathBuf>,
        /// Which measure; `podpilot runs show` lists them
        #[arg(long, value_name = "NAME", default_value = "autoscale/episode_return")]
        metric: String,
        /// Write the drawing to this file (SVG) instead
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
        #[command(flatten)]
        output: OutputArguments,
    },
}
