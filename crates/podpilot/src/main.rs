//! The podpilot command line: parses arguments, calls the laboratory, prints results.
//!
//! Results go to standard output, everything else to standard error. Exit codes: 0 done, 1 failed, 2 bad input,
//! 130 stopped by Ctrl-C with the state saved.

mod arguments;
mod commands;
mod doctor;
mod failure;
mod live_line;
mod output;
mod progress;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    let outcome = arguments::CommandLine::try_parse()
        .map_err(failure::Failure::from)
        .and_then(|command_line| commands::run(&command_line.command));
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
}
