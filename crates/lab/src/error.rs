use std::{io, path::PathBuf};

/// Why the laboratory could not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum LabError {
    /// Something the user gave is wrong. The text names the file, line or field and what would be right.
    #[error("{0}")]
    BadInput(String),

    /// A file that the user named cannot be read.
    #[error("cannot read {}: {source}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },

    /// The output directory cannot be written to.
    #[error("cannot write to {}: {source}", path.display())]
    NotWritable {
        /// The file or directory.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },

    /// Stopped on request; all state is saved.
    #[error("stopped after {done} of {total} {unit}")]
    Interrupted {
        /// Where the state lies; resuming goes on from there. `None`: there is nothing to resume.
        run_directory: Option<PathBuf>,
        /// Steps done.
        done: u64,
        /// Steps asked for.
        total: u64,
        /// What is counted, such as `steps`.
        unit: &'static str,
    },

    /// A failure that is not the user's input.
    #[error("{0}")]
    Failed(String),
}

impl LabError {
    /// Bad input out of any error whose text already says what is wrong and where.
    pub fn bad_input(error: impl std::fmt::Display) -> Self {
        Self::BadInput(error.to_string())
    }

    /// Whether the input was at fault (exit code 2) rather than the work (exit code 1).
    pub fn is_bad_input(&self) -> bool {
        matches!(self, Self::BadInput(_) | Self::Unreadable { .. } | Self::NotWritable { .. })
    }
}
