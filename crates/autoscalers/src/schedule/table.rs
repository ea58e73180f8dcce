use serde::{Deserialize, Serialize};

use crate::ManifestError;
use crate::cron::{CronExpression, TimeZone};

/// A table of replica counts by time. The entry that came last holds until the next one comes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Schedule {
    /// Zone of the times, one without summer time; UTC.
    #[serde(default = "utc")]
    pub timezone: String,
    /// At least one. Of two that come in the same minute, the later in the table holds.
    pub entries: Vec<ScheduleEntry>,
}

/// A count from a time on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScheduleEntry {
    /// When it begins to hold.
    pub cron: CronExpression,
    /// The count.
    pub replicas: i32,
}

fn utc() -> String {
    "UTC".to_owned()
}

impl Schedule {
    /// Most entries of a table: reasons number them with a byte.
    const MOST_ENTRIES: usize = 256;

    /// The zone, once everything is checked.
    pub(super) fn check(&self) -> Result<TimeZone, ManifestError> {
        if self.entries.is_empty() || self.entries.len() > Self::MOST_ENTRIES {
            let problem =
                format!("has {} entries, must have 1 to {}", self.entries.len(), Self::MOST_ENTRIES);
            return Err(ManifestError::new("entries", problem));
        }
        for (index, entry) in self.entries.iter().enumerate() {
            if entry.replicas < 0 {
                let problem = format!("is {}, must be at least 0", entry.replicas);
                return Err(ManifestError::new(format!("entries[{index}].replicas"), problem));
            }
        }
        self.timezone.parse().map_err(|error| ManifestError::new("timezone", format!("{error}")))
    }
}
