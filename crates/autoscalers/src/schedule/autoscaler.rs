use podpilot_core::{
    Autoscaler, Observation, Outcome, Proposal, Reason, ReasonList, ReplicaBounds, RestoreError, SignalSet,
    Snapshot, Span, Timestamp,
};

use super::Schedule;
use crate::ManifestError;
use crate::cron::TimeZone;
use crate::memory::restore_nothing;

const PERIOD: Span = Span::seconds(15);

/// Follows a [`Schedule`].
#[derive(Debug, Clone)]
pub struct Scheduled {
    name: String,
    schedule: Schedule,
    zone: TimeZone,
    bounds: ReplicaBounds,
    /// The entry that holds, from when until when: spares the search while the calendar stands still.
    holding: Option<(Timestamp, Timestamp, usize)>,
}

impl Scheduled {
    /// Follows `schedule` within `bounds`.
    pub fn new(
        name: impl Into<String>,
        schedule: Schedule,
        bounds: ReplicaBounds,
    ) -> Result<Self, ManifestError> {
        let zone = schedule.check()?;
        Ok(Self { name: name.into(), schedule, zone, bounds, holding: None })
    }

    /// Position of the entry that holds at `now`.
    fn entry_at(&mut self, now: Timestamp) -> Option<usize> {
        if let Some((from, until, index)) = self.holding
            && (from..until).contains(&now)
        {
            return Some(index);
        }
        let entries = self.schedule.entries.iter().enumerate();
        let came = entries.filter_map(|(index, entry)| Some((entry.cron.last_until(now, self.zone)?, index)));
        let (from, index) = came.max()?;
        let comes = self.schedule.entries.iter().filter_map(|entry| entry.cron.next_after(now, self.zone));
        self.holding = Some((from, comes.min()?, index));
        Some(index)
    }
}

impl Autoscaler for Scheduled {
    fn name(&self) -> &str {
        &self.name
    }

    fn period(&self) -> Span {
        PERIOD
    }

    fn signals(&self) -> SignalSet {
        SignalSet::EMPTY
    }

    fn decide(&mut self, observation: &Observation) -> Proposal {
        let mut reasons = ReasonList::new();
        let Some(index) = self.entry_at(observation.now) else {
            return Proposal { replicas: None, reasons };
        };
        let wanted = self.schedule.entries[index].replicas;
        let replicas = self.bounds.clamp(wanted);
        reasons.push(Reason::Scheduled { index: index as u8 });
        if replicas < wanted {
            reasons.push(Reason::TooManyReplicas { wanted });
        } else if replicas > wanted {
            reasons.push(Reason::TooFewReplicas { wanted });
        }
        Proposal { replicas: Some(replicas), reasons }
    }

    fn applied(&mut self, _outcome: &Outcome) {}

    fn snapshot(&self) -> Snapshot {
        Snapshot::default()
    }

    fn restore(&mut self, snapshot: &Snapshot) -> Result<(), RestoreError> {
        restore_nothing(snapshot, &self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schedule::ScheduleEntry;

    const BOUNDS: ReplicaBounds = ReplicaBounds { min: 1, max: 40 };
    /// Monday 5 January 2026, 00:00 UTC.
    const MONDAY: i64 = 1_767_571_200;

    fn office_hours() -> Schedule {
        let entry = |cron: &str, replicas| ScheduleEntry { cron: cron.parse().unwrap(), replicas };
        Schedule {
            timezone: "UTC".into(),
            entries: vec![
                entry("0 20 * * *", 2),
                entry("0 8 * * mon-fri", 10),
                entry("0 12 * * mon-fri", 99),
                entry("0 12 * * fri", 7),
            ],
        }
    }

    fn at_hour(autoscaler: &mut Scheduled, hour: i64) -> (i32, Vec<Reason>) {
        let now = Timestamp(0) + Span::seconds(MONDAY + 3_600 * hour);
        let proposal = autoscaler.decide(&Observation { now, ..Observation::default() });
        (proposal.replicas.unwrap(), proposal.reasons.as_slice().to_vec())
    }

    #[test]
    fn the_entry_that_came_last_holds() {
        let mut autoscaler = Scheduled::new("schedule", office_hours(), BOUNDS).unwrap();
        assert_eq!(at_hour(&mut autoscaler, 7), (2, vec![Reason::Scheduled { index: 0 }]));
        assert_eq!(at_hour(&mut autoscaler, 8), (10, vec![Reason::Scheduled { index: 1 }]));
        let capped = vec![Reason::Scheduled { index: 2 }, Reason::TooManyReplicas { wanted: 99 }];
        assert_eq!(at_hour(&mut autoscaler, 13), (40, capped));
        assert_eq!(at_hour(&mut autoscaler, 21).0, 2);
        assert_eq!(at_hour(&mut autoscaler, 4 * 24 + 12).0, 7, "the later of two in the same minute");
        assert_eq!(at_hour(&mut autoscaler, 5 * 24 + 9).0, 2, "no office on Saturday");
        assert_eq!(at_hour(&mut autoscaler, 8).0, 10, "a clock that is set back");
    }

    #[test]
    fn impossible_tables_are_refused() {
        let refused = |schedule: Schedule| Scheduled::new("x", schedule, BOUNDS).unwrap_err().to_string();
        let empty = Schedule { entries: vec![], ..office_hours() };
        assert_eq!(refused(empty), "entries: has 0 entries, must have 1 to 256");
        let mut negative = office_hours();
        negative.entries[1].replicas = -1;
        assert_eq!(refused(negative), "entries[1].replicas: is -1, must be at least 0");
        let zone = Schedule { timezone: "Europe/Berlin".into(), ..office_hours() };
        assert!(
            refused(zone).starts_with("timezone: is `Europe/Berlin`, must be a zone without summer time")
        );
    }
}
