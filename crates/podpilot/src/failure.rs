use std::{io, process::ExitCode};

use clap::error::ErrorKind;
use owo_colors::OwoColorize;
use podpilot_lab::LabError;

const FAILED: u8 = 1;
const BAD_INPUT: u8 = 2;
const INTERRUPTED: u8 = 130;

/// Why a command did not end well.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The command line was wrong, or only asked for help.
    CommandLine(clap::Error),
    /// The laboratory says so.
    Lab(LabError),
    /// An option that cannot be honoured.
    BadInput(String),
    /// The work was done, but not as it should have been.
    Failed(String),
    /// Stopped on request; the text says what was written and how to go on.
    Interrupted(String),
    /// Standard output or a signal handler failed.
    Io(io::Error),
}

impl From<clap::Error> for Failure {
    fn from(error: clap::Error) -> Self {
        Self::CommandLine(error)
    }
}

impl From<LabError> for Failure {
    fn from(error: LabError) -> Self {
        Self::Lab(error)
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl Failure {
    /// Prints it, one line for one error, and gives the exit code.
    pub(crate) fn report(&self) -> ExitCode {
        match self {
            Self::CommandLine(error) => report_command_line(error),
            Self::BadInput(text) => fail(text, BAD_INPUT),
            Self::Failed(text) => fail(text, FAILED),
            Self::Interrupted(text) => {
                anstream::eprintln!("{text}");
                ExitCode::from(INTERRUPTED)
            }
            Self::Lab(error @ LabError::Interrupted { run_directory, .. }) => {
                let hint = run_directory.as_ref().map_or_else(String::new, |directory| {
                    format!("; go on with `podpilot train --resume {}`", directory.display())
                });
                anstream::eprintln!("{error}{hint}");
                ExitCode::from(INTERRUPTED)
            }
            Self::Lab(error) => {
                fail(&error.to_string(), if error.is_bad_input() { BAD_INPUT } else { FAILED })
            }
            // The reader of our output has seen enough, such as `head`.
            Self::Io(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
            Self::Io(error) => fail(&error.to_string(), FAILED),
        }
    }
}

fn fail(text: &str, code: u8) -> ExitCode {
    anstream::eprintln!("{} {text}", "error:".red().bold());
    ExitCode::from(code)
}

fn report_command_line(error: &clap::Error) -> ExitCode {
    let help = [
        ErrorKind::DisplayHelp,
        ErrorKind::DisplayVersion,
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand,
    ];
    if help.contains(&error.kind()) {
        // Nothing is left to do if the terminal is gone.
        let _ = error.print();
        return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(BAD_INPUT));
    }
    fail(&one_line(&error.render().to_string()), BAD_INPUT)
}

/// What clap says before its usage, as one line: the error and its tips.
fn one_line(rendered: &str) -> String {
    let told = rendered.split("\n\nUsage:").next().unwrap_or(rendered);
    let told = told.split("\n\nFor more information").next().unwrap_or(told);
    let told = told.strip_prefix("error: ").unwrap_or(told);
    let paragraphs = told.split("\n\n").map(|paragraph| {
        paragraph.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" ")
    });
    paragraphs.filter(|paragraph| !paragraph.is_empty()).collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clap_errors_become_one_line_with_their_tips() {
        let rendered = "error: unexpected argument '--agnet' found\n\n  tip: a similar argument exists: '--agent'\n\n\
                        Usage: podpilot train --agent <AGENT>\n\nFor more information, try '--help'.\n";
        assert_eq!(
            one_line(rendered),
            "unexpected argument '--agnet' found; tip: a similar argument exists: '--agent'"
        );
    }
}
