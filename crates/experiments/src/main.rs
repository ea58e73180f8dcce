//! Evidence for podpilot's models: measures real pods on the testbed, records runs of a real HPA, and holds the
//! service model, the HPA and the simulator against them. Runs inside the testbed's network (`testbed/enter`).

mod calibration;
mod clock;
mod cluster;
mod hpa_check;
mod load_generator;
mod machine;
mod plot;
mod recording;
mod simulator_check;

use std::io::Write;
use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

#[derive(Debug, Parser)]
#[command(name = "podpilot-experiments", about, version)]
struct CommandLine {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Measure the demo service, and hold the service model against it
    #[command(subcommand)]
    Calibrate(Calibrate),
    /// Record a run of a real HPA: load, pods, metrics, decisions
    Record(recording::RecordArguments),
    /// Give our HPA what the real one read at each sync of a recording; fail if they decide differently
    ReplayHpa(hpa_check::ReplayArguments),
    /// Record a short run and replay its HPA at once
    LiveCheck(recording::RecordArguments),
    /// Predict a recorded run by the simulator and compare; fail if the bars are missed
    ReplaySimulator(simulator_check::CheckArguments),
}

#[derive(Debug, Subcommand)]
enum Calibrate {
    /// Latency, CPU and throttling at many loads
    Measure(calibration::MeasureArguments),
    /// Times from creation to Ready and from deletion to gone
    Startup(calibration::StartupArguments),
    /// How late changes of load show in the two metric pipelines
    Lags(calibration::LagArguments),
    /// What readiness probes do to overloaded pods
    Probes(calibration::ProbeArguments),
    /// Tables of start-up times, metric lags and probe runs
    Summarize(calibration::SummaryArguments),
    /// Fit the service model to half of the measured loads and test it on the others; fail if it misses its bars
    Fit(calibration::FitArguments),
}

fn main() -> ExitCode {
    match run(CommandLine::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Standard error may be closed; the exit code tells all the same.
            let _ = writeln!(std::io::stderr(), "error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> Result<()> {
    match command {
        Command::Calibrate(calibrate) => match calibrate {
            Calibrate::Measure(arguments) => calibration::measure(&arguments),
            Calibrate::Startup(arguments) => calibration::measure_startup(&arguments),
            Calibrate::Lags(arguments) => calibration::measure_lags(&arguments),
            Calibrate::Probes(arguments) => calibration::measure_probes(&arguments),
            Calibrate::Summarize(arguments) => calibration::summarize(&arguments),
            Calibrate::Fit(arguments) => calibration::fit(&arguments),
        },
        Command::ReplayHpa(arguments) => hpa_check::replay(&arguments),
        Command::LiveCheck(arguments) => {
            recording::record(&arguments)?;
            hpa_check::replay(&hpa_check::ReplayArguments::of(arguments.out))
        }
        Command::ReplaySimulator(arguments) => simulator_check::check(&arguments),
        Command::Record(arguments) => recording::record(&arguments).map(drop),
    }
}
