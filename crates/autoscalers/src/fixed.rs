use podpilot_core::{
    Autoscaler, Observation, Outcome, Proposal, Reason, ReasonList, RestoreError, SignalSet, Snapshot, Span,
};

const PERIOD: Span = Span::seconds(15);

/// A constant replica count: the simplest rival, and the ends of every cost curve.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fixed {
    name: String,
    replicas: i32,
}

impl Fixed {
    /// Always `replicas` pods; named `fixed-N`.
    pub fn new(replicas: i32) -> Self {
        Self { name: format!("fixed-{replicas}"), replicas }
    }
}

impl Autoscaler for Fixed {
    fn name(&self) -> &str {
        &self.name
    }

    fn period(&self) -> Span {
        PERIOD
    }

    fn signals(&self) -> SignalSet {
        SignalSet::EMPTY
    }

    fn decide(&mut self, _observation: &Observation) -> Proposal {
        Proposal { replicas: Some(self.replicas), reasons: ReasonList::from_iter([Reason::Fixed]) }
    }

    fn applied(&mut self, _outcome: &Outcome) {}

    fn snapshot(&self) -> Snapshot {
        Snapshot::default()
    }

    fn restore(&mut self, snapshot: &Snapshot) -> Result<(), RestoreError> {
        if snapshot.0.is_empty() {
            return Ok(());
        }
        Err(RestoreError {
            autoscaler: self.name.clone(),
            why: format!("it has no memory, yet the snapshot holds {} bytes", snapshot.0.len()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn proposes_its_count_whatever_it_sees() {
        let mut fixed = Fixed::new(5);
        assert_eq!(fixed.name(), "fixed-5");
        assert_eq!(fixed.decide(&Observation::default()).replicas, Some(5));
    }

    #[test]
    fn refuses_a_foreign_snapshot() {
        let mut fixed = Fixed::new(5);
        assert!(fixed.restore(&fixed.snapshot()).is_ok());
        let error = fixed.restore(&Snapshot(vec![1, 2])).unwrap_err();
        assert_eq!(
            error.to_string(),
            "cannot restore fixed-5: it has no memory, yet the snapshot holds 2 bytes"
        );
    }
}
