use crate::{ManifestError, TrafficError};

/// A trace that cannot be read. Each text is one line that names the file and, where there is one, the line.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TraceError {
    /// The file cannot be opened or read.
    #[error("cannot read the trace {file}: {problem}")]
    Unreadable {
        /// The file.
        file: String,
        /// Why.
        problem: String,
    },
    /// One line is wrong.
    #[error("{file}:{line}: {problem}")]
    Line {
        /// The file.
        file: String,
        /// Line number, from 1.
        line: usize,
        /// What is wrong and what would be right.
        problem: String,
    },
    /// The file as a whole is wrong.
    #[error("{file}: {problem}")]
    Whole {
        /// The file.
        file: String,
        /// What is wrong and what would be right.
        problem: String,
    },
    /// The manifest beside the file is wrong.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
}

/// What is wrong with a trace, before it is known which file it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Problem {
    Line(usize, String),
    Whole(String),
}

impl Problem {
    pub(super) fn line(line: usize, problem: impl Into<String>) -> Self {
        Self::Line(line, problem.into())
    }

    pub(super) fn whole(problem: impl Into<String>) -> Self {
        Self::Whole(problem.into())
    }

    pub(super) fn of(self, file: &str) -> TraceError {
        let file = file.to_owned();
        match self {
            Self::Line(line, problem) => TraceError::Line { file, line, problem: on_one_line(&problem) },
            Self::Whole(problem) => TraceError::Whole { file, problem: on_one_line(&problem) },
        }
    }
}

/// A quoted field may hold line ends, and a file that is no text anything.
fn on_one_line(text: &str) -> String {
    text.replace(char::is_control, " ")
}

/// A value from a file as an error shows it: not too long.
pub(super) fn shown(text: &str) -> String {
    const MOST: usize = 60;
    let mut start: String = text.trim().chars().take(MOST).collect();
    if start.len() < text.trim().len() {
        start.push('…');
    }
    start
}

impl From<TrafficError> for Problem {
    fn from(error: TrafficError) -> Self {
        Self::Whole(error.to_string())
    }
}
