use std::path::PathBuf;

use clap::{Args, ValueEnum};
use podpilot_lab::request::{AutoscalerChoice, LoadChoice, Split};

use super::values;

/// Which service and which load.
#[derive(Debug, Args)]
#[command(next_help_heading = "Load")]
pub(crate) struct LoadArguments {
    /// Scenario: a file, or the name of one that comes with podpilot
    #[arg(long, value_name = "FILE|NAME", default_value = "default")]
    pub(crate) scenario: String,
    /// Trace that replaces the scenario's load: CSV, Prometheus JSON or Grafana CSV export
    #[arg(long, value_name = "FILE")]
    pub(crate) trace: Option<PathBuf>,
    /// How much of the load trains, as a share or in days such as 40d; the rest tests [default: the scenario's, else 0.6]
    #[arg(long, value_name = "SHARE|DAYS", allow_negative_numbers = true, value_parser = values::split)]
    pub(crate) split: Option<Split>,
    /// Scale the trace so that the train part's P95 rate needs this many pods
    #[arg(long, value_name = "PODS", allow_negative_numbers = true, value_parser = values::positive)]
    pub(crate) peak_replicas: Option<f64>,
    /// Root of everything random
    #[arg(long, value_name = "N", default_value = "1", allow_negative_numbers = true, value_parser = values::seed)]
    pub(crate) seed: u64,
}

impl LoadArguments {
    pub(crate) fn choice(&self) -> LoadChoice {
        LoadChoice {
            scenario: self.scenario.clone(),
            trace: self.trace.clone(),
            split: self.split,
            peak_replicas: self.peak_replicas,
        }
    }
}

/// Which policies and autoscalers.
#[derive(Debug, Args)]
#[command(next_help_heading = "Autoscalers")]
pub(crate) struct RivalArguments {
    /// Autoscaler: hpa, hpa-70, keda, knative, feedforward, threshold, schedule, static-peak or fixed-5; with the manifest it follows, or a name of your own with one; repeatable
    #[arg(long, value_name = "NAME[=MANIFEST]", value_parser = values::autoscaler)]
    pub(crate) autoscaler: Vec<AutoscalerChoice>,
    /// Trained policy; repeatable
    #[arg(long, value_name = "FILE")]
    pub(crate) policy: Vec<PathBuf>,
}

/// How results are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum OutputFormat {
    /// For people
    Table,
    /// What result.json holds
    Json,
    /// Rows for a spreadsheet
    Csv,
}

/// How much is printed, and how.
#[derive(Debug, Args)]
#[command(next_help_heading = "Output")]
pub(crate) struct OutputArguments {
    /// Format of the result on standard output: table, json (what result.json holds) or csv
    #[arg(long = "output", value_name = "FORMAT", default_value = "table", hide_possible_values = true)]
    pub(crate) format: OutputFormat,
    /// No progress and no notes, only the result and errors
    #[arg(long)]
    pub(crate) quiet: bool,
}
