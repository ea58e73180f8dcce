//! A table of replica counts by time of the calendar.

mod autoscaler;
mod table;

pub use autoscaler::Scheduled;
pub use table::{Schedule, ScheduleEntry};
