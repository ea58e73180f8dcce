//! The state of an unfinished training as one file.

use podpilot_learning::{StateError, StateReader, StateWriter};

use super::learner::Learner;
use crate::LabError;
use crate::run_directory::{RunDirectory, file};

const SECTION: &str = "podpilot training checkpoint 1";

/// Saves the learner, whole or not at all.
pub(super) fn save(run: &RunDirectory, learner: &Learner, metrics_lines: usize) -> Result<(), LabError> {
    let mut writer = StateWriter::new();
    writer.section(SECTION);
    writer.usize(metrics_lines);
    writer.bytes(&learner.save_state());
    run.write(file::CHECKPOINT, &writer.into_bytes())
}

/// Restores what [`save`] wrote, if there is a checkpoint; returns how many lines of metrics belong to it.
pub(super) fn restore(run: &RunDirectory, learner: &mut Learner) -> Result<Option<usize>, LabError> {
    let path = run.file(file::CHECKPOINT);
    if !path.exists() {
        return Ok(None);
    }
    let bytes = run.read(file::CHECKPOINT)?;
    let lines =
        load(&bytes, learner).map_err(|error| LabError::BadInput(format!("{}: {error}", path.display())))?;
    Ok(Some(lines))
}

fn load(bytes: &[u8], learner: &mut Learner) -> Result<usize, StateError> {
    let mut reader = StateReader::new(bytes);
    reader.section(SECTION)?;
    let lines = reader.usize()?;
    let state = reader.bytes()?;
    reader.finish()?;
    learner.load_state(state)?;
    Ok(lines)
}
