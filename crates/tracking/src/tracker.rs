use crate::{Record, TrackError};

/// A place where the records of a run go.
pub trait Tracker: Send + std::fmt::Debug {
    /// Writes a record. What is written must be readable when the process is killed right after. After an error the
    /// tracker is not called again.
    fn record(&mut self, record: &Record) -> Result<(), TrackError>;

    /// What can go wrong later than the writing, as lines for the person who waits. Called often; returns at once.
    fn notices(&mut self) -> Vec<String> {
        Vec::new()
    }

    /// Called once after the exit record, to wait for what goes on elsewhere; returns what there is to say.
    fn close(&mut self) -> Vec<String> {
        Vec::new()
    }
}

impl Tracker for Box<dyn Tracker> {
    fn record(&mut self, record: &Record) -> Result<(), TrackError> {
        (**self).record(record)
    }

    fn notices(&mut self) -> Vec<String> {
        (**self).notices()
    }

    fn close(&mut self) -> Vec<String> {
        (**self).close()
    }
}
