//! Training, evaluation and reports on the simulator.

pub mod comparison;
mod error;
mod evaluate;
mod evaluation;
pub mod explain;
mod history;
mod inspect;
mod load_file;
pub mod lower_bound;
mod manifest_file;
pub mod number;
mod policy_store;
pub mod report;
pub mod request;
pub mod result;
mod run_directory;
mod run_record;
mod scenario_file;
mod simulate;
pub mod statistics;
mod train;
mod training;
pub mod tuning;
mod workbench;
mod yaml_error;

pub use comparison::compare;
pub use error::LabError;
pub use evaluate::evaluate;
pub use inspect::{Inspection, inspect};
pub use load_file::{NamedLoad, load_of_scenario, load_of_text};
pub use run_record::{Convergence, ConvergenceMonitor};
pub use scenario_file::bundled_names;
pub use simulate::simulate;
pub use train::{TrainedRun, resume, train};
pub use tuning::{resume_tuning, tune};
