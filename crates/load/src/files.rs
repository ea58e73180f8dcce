use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::{MinuteRow, Plan, RunResult, SecondRow};

/// The folder of a run: `load.csv` (planned rates, which `podpilot simulate --trace` reads), `series.jsonl` and
/// `minutes.jsonl` (written as the run goes), `summary.json` and `metrics.prom` (at its end).
#[derive(Debug)]
pub struct RunFiles {
    folder: PathBuf,
    series: BufWriter<File>,
    minutes: BufWriter<File>,
    /// The first error of a line: a run is not broken off for it.
    failed: Option<FileError>,
}

/// A file that cannot be written.
#[derive(Debug, thiserror::Error)]
#[error("cannot write to {}: {source}", path.display())]
pub struct FileError {
    /// The file or folder.
    pub path: PathBuf,
    /// Why.
    pub source: io::Error,
}

const SERIES: &str = "series.jsonl";
const MINUTES: &str = "minutes.jsonl";
const SUMMARY: &str = "summary.json";

impl RunFiles {
    /// Makes the folder if need be and its first files. The summary of an earlier run is removed, so that none stands
    /// beside a series that it does not belong to.
    pub fn create(folder: &Path, plan: &Plan) -> Result<Self, FileError> {
        fs::create_dir_all(folder).map_err(error_at(folder))?;
        let summary = folder.join(SUMMARY);
        if summary.exists() {
            fs::remove_file(&summary).map_err(error_at(&summary))?;
        }
        let open = |name| {
            let path = folder.join(name);
            File::create(&path).map(BufWriter::new).map_err(error_at(&path))
        };
        let files =
            Self { folder: folder.to_owned(), series: open(SERIES)?, minutes: open(MINUTES)?, failed: None };
        files.write_whole("load.csv", rates(plan).as_bytes())?;
        Ok(files)
    }

    /// Adds a second.
    pub fn second(&mut self, row: &SecondRow) {
        let written = write_line(&mut self.series, row);
        self.note(SERIES, written);
    }

    /// Adds a minute.
    pub fn minute(&mut self, row: &MinuteRow) {
        let written = write_line(&mut self.minutes, row);
        self.note(MINUTES, written);
    }

    fn note(&mut self, name: &str, written: io::Result<()>) {
        if let Err(source) = written {
            self.failed.get_or_insert(FileError { path: self.folder.join(name), source });
        }
    }

    /// Writes what the run amounted to; reports whatever could not be written before.
    pub fn finish(self, result: &RunResult) -> Result<(), FileError> {
        if let Some(error) = self.failed {
            return Err(error);
        }
        let summary = serde_json::to_string_pretty(&result.summary)
            .map_err(|error| error_at(&self.folder.join(SUMMARY))(error.into()))?;
        self.write_whole("metrics.prom", result.exposition.as_bytes())?;
        self.write_whole(SUMMARY, format!("{summary}\n").as_bytes())
    }

    /// All of a file or nothing.
    fn write_whole(&self, name: &str, content: &[u8]) -> Result<(), FileError> {
        let path = self.folder.join(name);
        let unfinished = self.folder.join(format!("{name}.tmp"));
        fs::write(&unfinished, content).and_then(|()| fs::rename(&unfinished, &path)).map_err(error_at(&path))
    }
}

/// Flushed at once: a run may be watched, or end without warning.
fn write_line(file: &mut BufWriter<File>, row: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer(&mut *file, row)?;
    file.write_all(b"\n")?;
    file.flush()
}

fn error_at(path: &Path) -> impl Fn(io::Error) -> FileError + use<> {
    let path = path.to_owned();
    move |source| FileError { path: path.clone(), source }
}

/// One row a second, as the traces are written that podpilot reads.
fn rates(plan: &Plan) -> String {
    let rows = plan.rates_by_second().enumerate().map(|(second, rps)| format!("{second},{rps}\n"));
    std::iter::once("t_seconds,rps\n".to_owned()).chain(rows).collect()
}
