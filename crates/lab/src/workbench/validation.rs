//! A bench within the train part: its first days train, its last ones tell how good the outcome is.

use std::sync::Arc;

use podpilot_core::Span;

use super::Workbench;
use crate::LabError;

/// Share of the train part that trains.
const TRAINS: f64 = 0.75;

impl Workbench {
    /// The same service on the train part alone, split anew. The test part is nowhere in it.
    pub(crate) fn within_train_part(&self) -> Result<Self, LabError> {
        let whole = &self.train;
        let steps = (whole.duration() / whole.step()) as f64;
        let at = Span(whole.step().0 * (TRAINS * steps) as i64);
        let part = |from: Span, to: Span| {
            let part = whole.slice(from, to).map_err(|error| {
                LabError::BadInput(format!("the train part is too short to hold days out of it: {error}"))
            })?;
            Ok::<_, LabError>(Arc::new(part))
        };
        Ok(Self {
            prepared: Arc::clone(&self.prepared),
            capacity: self.capacity.clone(),
            train: part(Span::ZERO, at)?,
            test: part(at, whole.duration())?,
            whole: Arc::clone(whole),
            sources: self.sources.clone(),
            scale_factor: self.scale_factor,
            source: self.source.clone(),
            folder: self.folder.clone(),
            smoothing_s: self.smoothing_s,
        })
    }
}
