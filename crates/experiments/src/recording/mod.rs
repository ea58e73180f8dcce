//! Records a run of a real HPA on the testbed: everything that a replay or a comparison needs, in one folder.

mod folder;
mod profile;
mod record;
mod tap;

pub(crate) use folder::{Description, Folder, Row, file};
pub(crate) use record::{METRICS_POLL_S, RecordArguments, record};
