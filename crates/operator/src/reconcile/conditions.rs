use k8s_openapi::apimachinery::pkg::apis::meta::v1::{Condition, Time};
use podpilot_core::Timestamp;

/// Conditions of an AdaptiveAutoscaler.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConditionKind {
    /// Decisions are made from the signals that are wanted.
    Ready,
    /// The specification can be followed, and nobody else claims the target.
    Accepted,
    /// Every signal is read.
    SignalsHealthy,
    /// The policy of the specification is in use.
    PolicyLoaded,
    /// A service model is there.
    ServiceFitted,
    /// Decisions reach the target.
    Acting,
    /// Nobody else writes the replica count.
    SoleWriter,
}

impl ConditionKind {
    /// As the status writes it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ready => "Ready",
            Self::Accepted => "Accepted",
            Self::SignalsHealthy => "SignalsHealthy",
            Self::PolicyLoaded => "PolicyLoaded",
            Self::ServiceFitted => "ServiceFitted",
            Self::Acting => "Acting",
            Self::SoleWriter => "SoleWriter",
        }
    }
}

/// The conditions of one object, with the times at which they changed.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Conditions {
    list: Vec<Condition>,
    changed: Vec<Condition>,
}

impl Conditions {
    /// Those that a status holds.
    pub fn of(list: Vec<Condition>) -> Self {
        Self { list, changed: Vec::new() }
    }

    /// Sets one; the transition time moves only when the status does.
    pub fn set(
        &mut self,
        kind: ConditionKind,
        holds: bool,
        reason: &str,
        message: impl Into<String>,
        (generation, now): (Option<i64>, Timestamp),
    ) {
        let status = if holds { "True" } else { "False" };
        let time = Time(jiff::Timestamp::from_nanosecond(i128::from(now.0)).unwrap_or_default());
        let mut condition = Condition {
            type_: kind.name().to_owned(),
            status: status.to_owned(),
            reason: reason.to_owned(),
            message: message.into(),
            observed_generation: generation,
            last_transition_time: time,
        };
        let place = self.list.iter_mut().find(|known| known.type_ == condition.type_);
        let Some(known) = place else {
            self.changed.push(condition.clone());
            self.list.push(condition);
            return;
        };
        if known.status == condition.status {
            condition.last_transition_time = known.last_transition_time.clone();
        }
        if known.status != condition.status || known.reason != condition.reason {
            self.changed.push(condition.clone());
        }
        *known = condition;
    }

    /// All of them.
    pub fn list(&self) -> &[Condition] {
        &self.list
    }

    /// Whether one holds; `None` if it was never set.
    pub fn holds(&self, kind: ConditionKind) -> Option<bool> {
        let found = self.list.iter().find(|condition| condition.type_ == kind.name());
        found.map(|condition| condition.status == "True")
    }

    /// One of them.
    pub fn get(&self, kind: ConditionKind) -> Option<&Condition> {
        self.list.iter().find(|condition| condition.type_ == kind.name())
    }

    /// Those whose status or reason changed since the last call.
    pub fn take_changed(&mut self) -> Vec<Condition> {
        std::mem::take(&mut self.changed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_transition_time_moves_with_the_status_only() {
        let mut conditions = Conditions::default();
        let set = |conditions: &mut Conditions, holds, reason, seconds: i64| {
            let now = Timestamp(seconds * 1_000_000_000);
            conditions.set(ConditionKind::Ready, holds, reason, "", (Some(1), now));
        };
        set(&mut conditions, true, "A", 10);
        set(&mut conditions, true, "B", 20);
        let time = |conditions: &Conditions| conditions.list()[0].last_transition_time.0.as_second();
        assert_eq!(time(&conditions), 10);
        assert_eq!(conditions.take_changed().len(), 2);
        set(&mut conditions, true, "B", 30);
        assert!(conditions.take_changed().is_empty());
        set(&mut conditions, false, "B", 40);
        assert_eq!((time(&conditions), conditions.take_changed().len()), (40, 1));
    }
}
