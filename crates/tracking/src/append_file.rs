//! A file that only grows, by whole records.

use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use crate::TrackError;

/// Each record reaches the operating system before the next is taken, so that a killed process loses none. A record that
/// cannot be written whole (full disk) is taken back.
#[derive(Debug)]
pub(crate) struct AppendFile {
    path: PathBuf,
    file: File,
    length: u64,
}

impl AppendFile {
    /// A new file in place of any old one; makes its folder.
    pub(crate) fn create(path: &Path) -> Result<Self, TrackError> {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(TrackError::at(folder))?;
        }
        let file = File::create(path).map_err(TrackError::at(path))?;
        Ok(Self { path: path.to_owned(), file, length: 0 })
    }

    /// An existing file, or a new one.
    pub(crate) fn open(path: &Path) -> Result<Self, TrackError> {
        let file = OpenOptions::new().create(true).append(true).open(path).map_err(TrackError::at(path))?;
        let length = file.metadata().map_err(TrackError::at(path))?.len();
        Ok(Self { path: path.to_owned(), file, length })
    }

    pub(crate) fn append(&mut self, record: &[u8]) -> Result<(), TrackError> {
        match self.file.write_all(record) {
            Ok(()) => {
                self.length += record.len() as u64;
                Ok(())
            }
            Err(source) => {
                // Half a record would keep readers from the ones before it; if this fails too, there is no more to be done.
                let _ = self.file.set_len(self.length);
                Err(TrackError { path: self.path.clone(), source })
            }
        }
    }

    /// Bytes written, in this and earlier processes.
    pub(crate) fn length(&self) -> u64 {
        self.length
    }
}
