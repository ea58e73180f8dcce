//! Cron expressions of five fields: minute, hour, day of month, month, day of week.

mod calendar;
mod expression;
mod time_zone;

pub use expression::{CronError, CronExpression};
pub use time_zone::{TimeZone, TimeZoneError};
